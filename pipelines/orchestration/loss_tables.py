"""The internal report of information loss as Markdown tables for Dagster's page. Nothing is computed; nothing of this leaves the home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CELLS = ("published", "shown", "hidden", "primary", "secondary", "no_data", "share_shown", "people", "people_hidden")
TABLES = ("population", "measure", "characteristic", "cross_characteristic", *CELLS)
PRICE = ("statistics", "cost", "bound", "gap", "proven", "spent", "allowed")
COARSER = ("without", "keeps", "given_up", "hidden", "won", "still_hidden")


def analyst_tables(report: Mapping[str, Any]) -> dict[str, str]:
    """The tables of a protection report under the names that an analyst sees."""
    loss = report["loss"]
    return {
        "loss by table": as_markdown(loss["tables"], TABLES),
        "loss by area level": as_markdown(loss["area_levels"], ("area_level", *CELLS)),
        "price of protection": as_markdown([loss["price"]], PRICE),
        "what coarser tables would win back": as_markdown(report["coarser"], COARSER),
        "ranges that stay narrow": as_markdown([{"place": place} for place in report["narrow_places"]], ("place",)),
    }


def as_markdown(entries: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """One row per entry, one column per name; numbers to the right. A dash stands for what is not known."""
    if not entries:
        return "nothing to tell"
    numeric = [all(isinstance(entry.get(name), int | float | None) for entry in entries) for name in names]
    head = [name.replace("_", " ") for name in names]
    rows = [[_cell(entry.get(name)) for name in names] for entry in entries]
    lines = [head, ["--:" if number else "---" for number in numeric], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(entry: Any) -> str:
    if entry is None:
        return "-"
    if isinstance(entry, bool):
        return "yes" if entry else "no"
    if isinstance(entry, int):
        return f"{entry:,}"
    if isinstance(entry, float):
        return f"{entry:,.0f}" if entry >= 100 else f"{entry:.3f}"
    return str(entry).replace("\\", "\\\\").replace("|", "\\|")

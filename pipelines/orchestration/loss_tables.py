"""The internal report of information loss as Markdown tables for Dagster's page. Nothing is computed; nothing of this leaves the home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def as_markdown(entries: Sequence[Mapping[str, Any]]) -> str:
    """One row per entry, one column per key of the first; numbers to the right. A dash stands for what is not known."""
    if not entries:
        return "nothing to tell"
    names = list(entries[0])
    rows = [[_cell(entry.get(name)) for name in names] for entry in entries]
    numeric = [all(isinstance(entry.get(name), int | float | None) for entry in entries) for name in names]
    head = [name.replace("_", " ") for name in names]
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

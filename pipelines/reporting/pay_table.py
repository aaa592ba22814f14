"""The statutory gender pay figures as a table. How pay is measured is fixed in the catalogue and counted in dbt."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipelines.reporting import plots
from pipelines.reporting.commentary import pay_sentence
from pipelines.reporting.figures import Figure, without_figure
from pipelines.reporting.marts import SHOWN, Marts
from pipelines.reporting.words import count, per_cent, signed


@dataclass(frozen=True)
class Pay:
    """The statutory gender pay figures: single figures, the share paid a bonus, and women's share of each quarter of pay."""

    sentence: str
    figures: tuple[tuple[str, Figure], ...]
    group: str
    quarters: tuple[tuple[str, Figure], ...]


def pay(marts: Marts) -> Pay | None:
    """The six figures as far as the marts hold them; ``None`` for a trust without a figure of pay."""
    figures = marts.measures[marts.measures["kind"].eq("figure")]
    if figures.empty:
        return None
    rows, sentence = [], ""
    labels = marts.groups.set_index(["characteristic", "group_code"])["label"]
    first = figures.iloc[0]
    sides = [str(labels[first["characteristic"], first[side]]) for side in ("group_code", "against_code")]
    for _, measure in figures.assign(bonus=figures["label"].str.contains("bonus", case=False)).sort_values(["bonus", "label"]).iterrows():
        cells = marts.cells[marts.cells["measure"].eq(measure["measure"]) & marts.cells["area_level"].eq("trust")]
        if len(cells) and cells["status"].iloc[0] in SHOWN:
            value = float(cells["value"].iloc[0])
            rows.append((measure["label"], Figure(f"{signed(value * 100, 1).removeprefix('+')}%")))
            if not sentence:
                sentence = pay_sentence(value, f"{measure['statistic']} pay", *sides)
        else:
            rows.append((measure["label"], without_figure(cells["status"].iloc[0] if len(cells) else "x")))
    rows += _bonus_rates(marts, figures, first, sides)
    return Pay(sentence, tuple(rows), sides[0], _quarters(marts, first))


def _bonus_rates(marts: Marts, figures: pd.DataFrame, first: pd.Series, sides: list[str]) -> list[tuple[str, Figure]]:
    bases = {marts.populations.set_index("population")["base"][population] for population in figures["population"]}
    rates = marts.measures[marts.measures["kind"].eq("rate") & marts.measures["population"].isin(bases)]
    rows = []
    for _, measure in rates.iterrows():
        cells = marts.at_trust(measure["population"], measure["measure"], first["characteristic"])
        for code, side in zip((first["group_code"], first["against_code"]), sides, strict=True):
            status = cells.loc[code, "status"] if code in cells.index else "x"
            figure = Figure(per_cent(cells.loc[code, "value"])) if status in SHOWN else without_figure(status)
            rows.append((f"{measure['label']}: {side}", figure))
    return rows


def _quarters(marts: Marts, figure: pd.Series) -> tuple[tuple[str, Figure], ...]:
    cells = marts.cells[marts.cells["population"].eq(figure["population"]) & marts.cells["measure"].eq("headcount")]
    parts = cells[cells["cross_characteristic"].eq(figure["characteristic"]) & cells["cross_group_code"].eq(figure["group_code"])]
    rows = []
    for characteristic in sorted(parts["characteristic"].unique()):
        wholes = marts.at_trust(figure["population"], "headcount", characteristic)
        part = parts[parts["characteristic"].eq(characteristic)].set_index("group_code")
        groups = marts.groups[marts.groups["characteristic"].eq(characteristic) & ~marts.groups["is_unknown"].astype(bool)]
        for _, group in groups[::-1].iterrows():
            code = group["group_code"]
            shown = code in part.index and part.loc[code, "status"] in SHOWN and wholes.loc[code, "status"] in SHOWN
            if shown and wholes.loc[code, "numerator"] > 0:
                share = part.loc[code, "numerator"] / wholes.loc[code, "numerator"]
                bar = plots.share_bar(share, f"{group['label']}: {per_cent(share)}")
                rows.append((group["label"], Figure(f"{share * 100:.1f}%", f"of {count(int(wholes.loc[code, 'numerator']))}", bar)))
            else:
                rows.append((group["label"], without_figure("c" if code in part.index else "x")))
    return tuple(rows)

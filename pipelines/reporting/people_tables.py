"""Tables of everyone: who is in the trust, and how each academy fares, by name and never by rank. Gaps belong to ``gap_tables``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from pipelines.reporting import plots
from pipelines.reporting.figures import Figure, without_figure
from pipelines.reporting.marts import SHOWN, Marts
from pipelines.reporting.words import count, per_cent


@dataclass(frozen=True)
class Composition:
    """One characteristic: its groups among pupils and among staff; ``None`` where it is not held for them."""

    title: str
    note: str
    rows: tuple[tuple[str, Figure | None, Figure | None], ...]


def composition(marts: Marts) -> list[Composition]:
    """Who is in the trust: each group's headcount and its share of everyone, protected characteristics first."""
    tables = []
    for _, item in marts.characteristics[~marts.characteristics["is_finer"]].iterrows():
        sides = [_shares(marts, population, item["characteristic"]) for population in ("pupils", "staff")]
        groups = marts.groups[marts.groups["characteristic"].eq(item["characteristic"])]
        rows = tuple((row["label"], *(side.get(row["group_code"]) for side in sides)) for _, row in groups.iterrows())
        if any(sides):
            tables.append(Composition(item["label"], item["context"], rows))
    return tables


def _shares(marts: Marts, population: str, characteristic: str) -> dict[str, Figure]:
    everyone = marts.everyone("headcount", population, "trust")
    whole = everyone["numerator"].iloc[0] if len(everyone) and everyone["status"].iloc[0] in SHOWN else 0
    figures = {}
    for code, cell in marts.at_trust(population, "headcount", characteristic).iterrows():
        if cell["status"] not in SHOWN or not whole:
            figures[str(code)] = without_figure(cell["status"] if cell["status"] not in SHOWN else "x")
        else:
            share = cell["numerator"] / whole
            figures[str(code)] = Figure(per_cent(share), count(int(cell["numerator"])), plots.share_bar(share, per_cent(share)))
    return figures


@dataclass(frozen=True)
class AcademyTable:
    """Every academy, by name: its roll and the measures that every academy has, each beside the trust's own."""

    titles: dict[tuple[str, str], str]
    axes: tuple[Markup, ...]
    trust: tuple[Figure, ...]
    rows: tuple[tuple[str, Figure, tuple[Figure, ...]], ...]


def academy_table(marts: Marts, few_below: int, widest: int = 2) -> AcademyTable:
    """The ``widest`` rates of pupils that cover most people, academy by academy, with their ranges."""
    academies = marts.academies
    rates = marts.measures[marts.measures["kind"].eq("rate") & marts.measures["subject"].eq("pupil")]
    columns, axes, trust, titles = [], [], [], {}
    for _, measure in rates.iterrows():
        cells = marts.everyone(measure["measure"], measure["population"], "academy")
        if cells.empty or len(columns) == widest:
            continue
        whole = marts.everyone(measure["measure"], measure["population"], "trust").iloc[0]
        shown = cells[cells["status"].isin(SHOWN)]
        scale = plots.share_scale([float(high) for high in shown["high"].dropna()] + [float(whole["high"] or 0)])
        line = float(whole["value"]) if whole["status"] in SHOWN else None
        columns.append([_rate(cells, code, label, scale, line, few_below) for code, label in academies.itertuples(index=False)])
        axes.append(plots.axis(scale, "scale"))
        trust.append(Figure(per_cent(line)) if line is not None else without_figure(whole["status"]))
        titles[measure["population"], measure["measure"]] = measure["label"]
    roll = marts.everyone("headcount", "pupils", "academy")
    rows = tuple(
        (label, _head_count(roll, code), tuple(column[number] for column in columns))
        for number, (code, label) in enumerate(academies.itertuples(index=False))
    )
    return AcademyTable(titles, tuple(axes), tuple(trust), rows)


def _rate(cells: pd.DataFrame, code: str, label: str, scale: plots.Scale, line: float | None, few_below: int) -> Figure:
    if code not in cells.index or cells.loc[code, "status"] not in SHOWN:
        return without_figure(str(cells.loc[code, "status"]) if code in cells.index else "x")
    cell = cells.loc[code]
    few = cell["denominator"] < few_below
    plot = plots.rate_plot(scale, cell["value"], cell["low"], cell["high"], line, few=few, title=f"{label}: {per_cent(cell['value'])}")
    under = "" if pd.isna(cell["low"]) else f"{cell['low'] * 100:.0f} to {cell['high'] * 100:.0f}%"
    return Figure(per_cent(cell["value"]) + (" [u]" if few else ""), under, plot, cell["status"])


def _head_count(cells: pd.DataFrame, code: str) -> Figure:
    if code not in cells.index or cells.loc[code, "status"] not in SHOWN:
        return without_figure(str(cells.loc[code, "status"]) if code in cells.index else "x")
    return Figure(count(int(cells.loc[code, "numerator"])))


def without_data(marts: Marts, population: str, measure: str) -> list[str]:
    """The academies, by name, that have no data for a measure: status ``x`` for everyone there."""
    cells = marts.everyone(measure, population, "academy")
    return [label for code, label in marts.academies.itertuples(index=False) if code not in cells.index or cells.loc[code, "status"] == "x"]

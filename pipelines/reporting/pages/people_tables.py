"""Tables of everyone: who is in the trust, and how each academy fares, by name and never by rank. Gaps belong to ``gap_tables``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from pipelines.reporting.marts import NO_DATA, Cell, Marts
from pipelines.reporting.pages import plots
from pipelines.reporting.pages.figures import NO_DRAWING, Figure, without_figure
from pipelines.reporting.words import academic_year, count, per_cent, within_sentence

TRUST = "whole trust"


@dataclass(frozen=True)
class Composition:
    """One characteristic: its groups among those it is held for (``people``), the groups in their own order."""

    title: str
    note: str
    people: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Figure, ...]], ...]


def composition(
    marts: Marts,
    populations: tuple[str, ...] = ("pupils", "staff"),
    area: tuple[str, str] = ("trust", ""),
    wanted: pd.DataFrame | None = None,
) -> list[Composition]:
    """Who is in an area (level and code): each group's headcount and its share of everyone, protected characteristics first.

    ``wanted``: rows of ``marts.characteristics``; all that are no finer division of another where it is not given.
    """
    chosen = marts.characteristics[~marts.characteristics["is_finer"]] if wanted is None else wanted
    code = area[1] or marts.trust_code
    wholes = {people: marts.everyone(people, "headcount", area[0]).get(code, NO_DATA) for people in populations}
    tables = []
    for name, title, note in chosen[["characteristic", "label", "context"]].to_numpy():
        held = {people: cells for people in populations if (cells := marts.at_area(area[0], code, people, "headcount", name))}
        rows = tuple(
            (label, tuple(_share(cells.get(group, NO_DATA), wholes[people]) for people, cells in held.items()))
            for group, label in marts.groups_of(name)[["group_code", "label"]].to_numpy()
        )
        if held:
            tables.append(Composition(title, note, tuple(marts.called.get(people, people.capitalize()) for people in held), rows))
    return tables


def _share(cell: Cell, whole: Cell) -> Figure:
    if cell.numerator is None or not whole.numerator:
        return without_figure(whole.status if cell.shown else cell.status)
    share = cell.numerator / whole.numerator
    return Figure(per_cent(share), count(cell.numerator), plots.share_bar(share, per_cent(share)))


@dataclass(frozen=True)
class AcademyTable:
    """Every academy, by name: its roll and the measures that every academy has, each beside the rate of its phase.

    ``lines``: for each measure, the rates that academies are held against, in words.
    """

    titles: dict[tuple[str, str], str]
    axes: tuple[Markup, ...]
    lines: tuple[str, ...]
    rows: tuple[tuple[str, Figure, tuple[Figure, ...]], ...]


def academy_table(marts: Marts, few_below: int, widest: int = 2) -> AcademyTable:
    """The ``widest`` rates of pupils that most academies have, academy by academy, with their ranges.

    As on a funnel, an academy is held against its phase where that is shown, else against the whole trust: phases differ anyway.
    """
    titles: dict[tuple[str, str], str] = {}
    axes, lines, columns = [], [], []
    for population, measure, label in _rates_of_most_academies(marts)[:widest]:
        cells = marts.everyone(population, measure, "academy")
        whole = next(iter(marts.everyone(population, measure, "trust").values()), NO_DATA)
        against = {code: _line(marts, population, measure, code, whole) for code in marts.academies}
        scale = plots.share_scale([cell.high for cell in (*cells.values(), whole) if cell.high is not None])
        titles[population, measure] = label
        axes.append(plots.axis(scale, "scale") if any(cell.shown for cell in cells.values()) else NO_DRAWING)
        used = sorted(
            {against[code] for code in marts.academies if cells.get(code, NO_DATA).shown}, key=lambda one: (one[0] == TRUST, one[0])
        )
        lines.append("; ".join(f"{name} {'not shown' if rate is None else per_cent(rate)}" for name, rate in used))
        columns.append(
            [_rate(cells.get(code, NO_DATA), academy, scale, against[code][1], few_below) for code, academy in marts.academies.items()]
        )
    roll = marts.everyone("pupils", "headcount", "academy")
    rows = tuple(
        (academy, _head_count(roll.get(code, NO_DATA)), tuple(column[number] for column in columns))
        for number, (code, academy) in enumerate(marts.academies.items())
    )
    return AcademyTable(titles, tuple(axes), tuple(lines), rows)


def _line(marts: Marts, population: str, measure: str, code: str, whole: Cell) -> tuple[str, float | None]:
    """The name and rate of the line that an academy is held against."""
    phase, cell = marts.of_phase(population, measure, code)
    return (TRUST, whole.value) if cell.value is None else (within_sentence(phase), cell.value)


def _rates_of_most_academies(marts: Marts) -> list[tuple[str, str, str]]:
    """Population, measure and label of the rates of pupils: those that fewest academies lack first, then the widest."""
    rates = marts.measures[marts.measures["kind"].eq("rate") & marts.measures["subject"].eq("pupil")]
    keys = [tuple(row) for row in rates[["population", "measure", "label"]].to_numpy()]
    published = [key for key in keys if marts.everyone(key[0], key[1], "academy")]
    return sorted(published, key=lambda key: len(without_data(marts, key[0], key[1])))


def _rate(cell: Cell, academy: str, scale: plots.Scale, whole: float | None, few_below: int) -> Figure:
    if cell.value is None or cell.denominator is None:
        return without_figure(cell.status)
    few = cell.denominator < few_below
    plot = plots.rate_plot(scale, cell.value, (cell.low, cell.high), whole, few=few, title=f"{academy}: {per_cent(cell.value)}")
    under = "" if cell.low is None or cell.high is None else f"{cell.low * 100:.0f} to {cell.high * 100:.0f}%"
    return Figure(per_cent(cell.value) + (" [u]" if few else ""), under, plot, cell.status)


def _head_count(cell: Cell) -> Figure:
    return without_figure(cell.status) if cell.numerator is None else Figure(count(cell.numerator))


def with_age(marts: Marts, population: str, measure: str) -> list[str]:
    """The same, each with how old the last data is that the release has of it."""
    missing, found = set(without_data(marts, population, measure)), []
    for code, academy in marts.academies.items():
        if academy in missing:
            last = marts.last_in.get((population, measure, code))
            found.append(f"{academy} ({f'last in for {academic_year(last)}' if last else 'not in before'})")
    return found


def without_data(marts: Marts, population: str, measure: str) -> list[str]:
    """The academies, by name, that have no data for a measure: status ``x`` for everyone there."""
    cells = marts.everyone(population, measure, "academy")
    return [academy for code, academy in marts.academies.items() if cells.get(code, NO_DATA).status == "x"]

"""Tables of groups beside their comparators, one measure each. Estimating and judging the gaps is done before, in ``gaps``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from pipelines.reporting import plots
from pipelines.reporting.commentary import say
from pipelines.reporting.figures import NO_DRAWING, Figure, without_figure
from pipelines.reporting.marts import Marts
from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, NOT_SHOWN, SIMILAR
from pipelines.reporting.words import MINUS, difference_in_words, joined, ratio, signed, value_in_words, within_sentence

READING = {
    ("rate", "ratio"): "How many times as likely as the comparison group.",
    ("rate", "difference"): "Percentage points from the comparison group.",
    ("rate", "standardised"): "Share, and how far it lies from that of the comparison group.",
    ("mean", "difference"): "Average, and how far it lies from that of the comparison group.",
    ("mean", "standardised"): "Average, and how far it lies from that of the comparison group.",
}
WHOLE = 3
"""Measures of a subject that are told group by group, whatever their groups say."""
WORSE_SIDE = {"lower": "Right of the line is worse.", "higher": "Left of the line is worse.", "neither": ""}


@dataclass(frozen=True)
class GapRow:
    """One group beside its comparator."""

    group: str
    comparator: str
    rate: Figure
    gap: Figure
    verdict: str


@dataclass(frozen=True)
class GapTable:
    """One measure: its comparisons across the trust, and in words what is clear and what is not listed."""

    title: str
    definition: str
    reading: str
    column: str
    sides: tuple[str, str]
    axis: Markup
    summary: str
    rest: tuple[str, ...]
    rows: tuple[GapRow, ...]

    @property
    def all_hidden(self) -> bool:
        """Whether no comparison of this measure can be shown."""
        return all(row.verdict == NOT_SHOWN for row in self.rows)


def gap_tables(marts: Marts, subject: str, few_below: int) -> list[GapTable]:
    """A table for each measure of ``subject`` with comparisons across the trust, in the order of the duty statement.

    The first :data:`WHOLE` are told whole; of the others only what is clear or likely is listed, and one with nothing to list has no table.
    """
    tables = []
    for place, (measure, rows) in enumerate(_measures_with_gaps(marts, subject)):
        told = rows if place < WHOLE else rows[rows["verdict"].isin([CLEAR, LIKELY])]
        if len(told):
            tables.append(_gap_table(measure, rows, told, few_below))
    return tables


def quiet_measures(marts: Marts, subjects: tuple[str, ...]) -> str:
    """The measures without a table of their own, in a sentence; empty where there are none."""
    quiet = [
        within_sentence(str(measure["label"]))
        for subject in subjects
        for place, (measure, rows) in enumerate(_measures_with_gaps(marts, subject))
        if place >= WHOLE and not rows["verdict"].isin([CLEAR, LIKELY]).any()
    ]
    return say(21, measures=joined(quiet)) if quiet else ""


def _measures_with_gaps(marts: Marts, subject: str) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    gaps = marts.gaps[marts.gaps["area_level"].eq("trust") & marts.gaps["subject"].eq(subject)]
    for _, measure in marts.measures.iterrows():
        rows = gaps[gaps["measure"].eq(measure["measure"]) & gaps["population"].eq(measure["population"])]
        if len(rows):
            yield measure, rows.sort_values("order")


def _gap_table(measure: pd.Series, gaps: pd.DataFrame, told: pd.DataFrame, few_below: int) -> GapTable:
    listed = told[~told["is_finer"] | told["verdict"].isin([CLEAR, LIKELY])]
    kind, statistic = str(measure["kind"]), str(gaps["statistic"].iloc[0])
    many = listed[listed[["denominator", "comparator_denominator"]].min(axis=1).ge(few_below).fillna(False).astype(bool)]
    marks = [float(number) for name in ("gap", "low", "high") for number in many[name].dropna()]
    marks += [float(number) for number in listed["gap"].dropna()] + [float(measure["matters_low"]), float(measure["matters_high"])]
    scale = plots.ratio_scale(marks) if statistic == "ratio" else plots.difference_scale(marks)
    clear = [row["group"] for _, row in listed[listed["verdict"].eq(CLEAR)].iterrows()]
    return GapTable(
        title=measure["label"],
        definition=measure["definition"],
        reading=f"{READING[kind, statistic]} {WORSE_SIDE[measure['better']]}".strip(),
        column="Share" if kind == "rate" else "Average",
        sides=("less likely", "more likely") if statistic == "ratio" else ("lower", "higher"),
        axis=plots.axis(scale, "scale") if kind == "rate" and statistic != "standardised" else NO_DRAWING,
        summary=say(12, groups=joined(clear)) if clear else say(13),
        rest=_not_listed(gaps[~gaps.index.isin(listed.index)]),
        rows=tuple(_gap_row(row, scale, few_below) for _, row in listed.iterrows()),
    )


def _not_listed(rest: pd.DataFrame) -> tuple[str, ...]:
    return tuple(
        say(
            14,
            characteristic=str(label),
            groups=str(len(rows)),
            **{verdict: str(int(rows["verdict"].eq(verdict).sum())) for verdict in (SIMILAR, CANNOT_TELL, NOT_SHOWN)},
        )
        for label, rows in rest.groupby("characteristic_label")
    )


def _gap_row(row: pd.Series, scale: plots.Scale, few_below: int) -> GapRow:
    if row["verdict"] == NOT_SHOWN:
        hidden = without_figure("c")
        return GapRow(row["group"], row["comparator"], hidden, hidden, NOT_SHOWN)
    few = min(row["denominator"], row["comparator_denominator"]) < few_below
    value, other = (value_in_words(row[name], row["kind"], row["unit"], row["decimals"]) for name in ("value", "comparator_value"))
    if pd.isna(row["gap"]):
        text, under, plot = "none", "nobody to compare with", NO_DRAWING
    else:
        text, under = _gap_text(row)
        title = f"{row['group']}: {text}, compared with {row['comparator']}"
        band = (row["matters_low"], row["matters_high"])
        plot = plots.gap_plot(scale, (row["gap"], row["low"], row["high"]), band, row["verdict"], few=few, title=title)
    rate = Figure(value + (" [u]" if few else ""), f"against {other}")
    return GapRow(row["group"], row["comparator"], rate, Figure(text, under, plot), row["verdict"])


def _gap_text(row: pd.Series) -> tuple[str, str]:
    """The gap and its range in the reader's unit; a standardised gap is told as the plain difference, without a range."""
    standardised = row["statistic"] == "standardised"
    gap = row["value"] - row["comparator_value"] if standardised else row["gap"]
    ends = [] if standardised or pd.isna(row["low"]) else [row["low"], row["high"]]
    show: Callable[[float], str]
    if row["statistic"] == "ratio":
        show, unit = ratio, "times"
    elif row["kind"] == "rate":
        show, unit = (lambda share: signed(share * 100)), "points"
    else:
        words = [difference_in_words(number, row["unit"], row["decimals"]) for number in (gap, *ends)]
        return words[0], " to ".join(number.partition(" ")[0] for number in words[1:])
    text = show(gap)
    return f"{text} {unit.removesuffix('s') if text.strip(f'+{MINUS}') == '1' else unit}", " to ".join(show(end) for end in ends)

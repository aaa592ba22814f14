"""Tables of groups beside their comparators, one measure each. Estimating and judging the gaps is done before, in ``gaps``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from pipelines.reporting import plots
from pipelines.reporting.commentary import say
from pipelines.reporting.figures import Figure, without_figure
from pipelines.reporting.marts import Marts
from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, NOT_SHOWN, SIMILAR
from pipelines.reporting.words import decimal, per_cent, signed, times


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
    sides: tuple[str, str]
    axis: Markup
    summary: str
    rest: tuple[str, ...]
    rows: tuple[GapRow, ...]


def gap_tables(marts: Marts, subject: str, few_below: int) -> list[GapTable]:
    """A table for each measure of ``subject`` with comparisons across the trust, those that cover most people first."""
    gaps = marts.gaps[marts.gaps["area_level"].eq("trust") & marts.gaps["subject"].eq(subject)]
    tables = []
    for _, measure in marts.measures.iterrows():
        rows = gaps[gaps["measure"].eq(measure["measure"]) & gaps["population"].eq(measure["population"])]
        if len(rows):
            tables.append(_gap_table(measure, rows.sort_values("order"), few_below))
    return tables


def _gap_table(measure: pd.Series, gaps: pd.DataFrame, few_below: int) -> GapTable:
    listed = gaps[~gaps["is_finer"] | gaps["verdict"].isin([CLEAR, LIKELY])]
    statistic = str(gaps["statistic"].iloc[0])
    judged = listed[listed["verdict"].isin([CLEAR, LIKELY, SIMILAR])]
    everything = [float(number) for name in ("gap", "low", "high") for number in judged[name].dropna()]
    everything += [float(number) for number in listed["gap"].dropna()] + [float(measure["matters_low"]), float(measure["matters_high"])]
    scale = plots.ratio_scale(everything) if statistic == "ratio" else plots.difference_scale(everything)
    clear = [row["group"] for _, row in listed[listed["verdict"].eq(CLEAR)].iterrows()]
    worse = {"lower": "Right of the line is worse.", "higher": "Left of the line is worse."}.get(measure["better"], "")
    how = {
        "ratio": "How many times as likely as the comparison group.",
        "difference": "Percentage points from the comparison group." if measure["kind"] == "rate" else "Difference from the comparison group.",
        "standardised": "Average, and how far it lies from the comparison group’s.",
    }[statistic]
    numbered = statistic != "standardised" and measure["kind"] == "rate"
    return GapTable(
        title=measure["label"],
        definition=measure["definition"],
        reading=f"{how} {worse}".strip(),
        sides=("less likely", "more likely") if statistic == "ratio" else ("lower", "higher"),
        axis=plots.axis(scale, "scale") if numbered else Markup(""),
        summary=say(12, groups=("; " if any("," in group for group in clear) else ", ").join(clear)) if clear else say(13),
        rest=_not_listed(gaps[gaps["is_finer"]]),
        rows=tuple(_gap_row(row, scale, few_below) for _, row in listed.iterrows()),
    )


def _not_listed(finer: pd.DataFrame) -> tuple[str, ...]:
    rest = finer[~finer["verdict"].isin([CLEAR, LIKELY])]
    return tuple(
        say(
            14,
            characteristic=label,
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
    rate = row["kind"] == "rate"
    show = per_cent if rate else lambda number: decimal(number, row["decimals"])
    if pd.isna(row["gap"]):
        text, under, plot = "–", "no ratio to none", Markup("")
    else:
        text, under = _gap_text(row, rate)
        title = f"{row['group']}: {text}, compared with {row['comparator']}"
        band = (row["matters_low"], row["matters_high"])
        plot = plots.gap_plot(scale, row["gap"], row["low"], row["high"], band, row["verdict"], few=few, title=title)
    value = Figure(show(row["value"]) + (" [u]" if few else ""), f"against {show(row['comparator_value'])}")
    return GapRow(row["group"], row["comparator"], value, Figure(text, under, plot), row["verdict"])


def _gap_text(row: pd.Series, rate: bool) -> tuple[str, str]:
    ranged = not pd.isna(row["low"])
    if row["statistic"] == "ratio":
        return times(row["gap"]), f"{row['low']:.2f} to {row['high']:.2f}" if ranged else ""
    if row["statistic"] == "difference":
        scale, decimals = (100, 0) if rate else (1, row["decimals"])
        unit = " points" if rate else ""
        under = f"{signed(row['low'] * scale, decimals)} to {signed(row['high'] * scale, decimals)}" if ranged else ""
        return f"{signed(row['gap'] * scale, decimals)}{unit}", under
    if rate:
        return f"{signed((row['value'] - row['comparator_value']) * 100)} points", ""
    return signed(row["value"] - row["comparator_value"], row["decimals"]), ""

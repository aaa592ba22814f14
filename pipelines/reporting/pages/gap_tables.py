"""Tables of groups beside their comparators, one measure each. Estimating and judging the gaps is done before, in ``gaps``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from pipelines.reporting.commentary import say
from pipelines.reporting.marts import Marts
from pipelines.reporting.pages import plots
from pipelines.reporting.pages.figures import NO_DRAWING, Figure, without_figure
from pipelines.reporting.pages.frame import VERDICT_WORDS
from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, NO_GAP, NOT_SHOWN, SIMILAR
from pipelines.reporting.words import MINUS, difference_in_words, joined, ratio, signed, value_in_words, within_sentence

READING = {
    ("rate", "ratio"): "How many times as likely as the comparison group.",
    ("rate", "difference"): "Percentage points from the comparison group.",
    ("rate", "standardised"): "Share, and how far it lies from that of the comparison group.",
    ("mean", "difference"): "Average, and how far it lies from that of the comparison group.",
    ("mean", "standardised"): "Average, and how far it lies from that of the comparison group.",
}
MOST_ROWS = 5
"""Comparisons of one measure that a board reads; the others are counted beneath."""
MOST_HIDDEN = 2
"""Hidden comparisons that are listed: enough to see that there are some."""
ROWS_A_TABLE_ADDS = 4
"""What caption, heading and summary of a table take, in rows."""
MOST_OVER_THREE_YEARS = 5
"""Gaps of three years together that a page tells under its tables."""
MOST_MORE = 3
"""Decimals that are added at most."""
SAME = ["population", "measure", "characteristic", "group_code"]
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
    told: str
    sides: tuple[str, str]
    axis: Markup
    summary: str
    rest: str
    rows: tuple[GapRow, ...]

    @property
    def all_hidden(self) -> bool:
        """Whether no comparison of this measure can be shown."""
        return all(row.verdict == NOT_SHOWN for row in self.rows)


def gap_tables(marts: Marts, subjects: tuple[str, ...], few_below: int, room: int, most: int = MOST_ROWS) -> list[GapTable]:
    """The tables of ``subjects`` that fit in ``room`` rows: of each number of the duty statement, in its order, the measure with most to tell.

    Where no measure has a clear or likely gap, the first one is told all the same.
    """
    measures = list(_measures_with_gaps(marts, subjects))
    numbers = dict.fromkeys(int(measure["number"]) for measure, rows in measures if _speaks(rows))
    chosen = [max((pair for pair in measures if pair[0]["number"] == number), key=lambda pair: _speaks(pair[1])) for number in numbers]
    tables: list[GapTable] = []
    for measure, rows in chosen or measures[:1]:
        told = listed(rows, most)
        if len(told) + ROWS_A_TABLE_ADDS <= room:
            tables.append(gap_table(measure, rows, told, few_below))
            room -= len(told) + ROWS_A_TABLE_ADDS
    return tables


def untabled(marts: Marts, subjects: tuple[str, ...], tables: list[GapTable], quiet: bool = True) -> list[str]:
    """The measures without a table of their own in two sentences: those with a clear or likely gap and, if ``quiet``, those without."""
    rest = [
        (measure, rows)
        for measure, rows in _measures_with_gaps(marts, subjects)
        if measure["label"] not in {table.title for table in tables}
    ]
    loud = [f"{within_sentence(str(measure['label']))} ({_speaks(rows)})" for measure, rows in rest if _speaks(rows)]
    silent = [within_sentence(str(measure["label"])) for measure, rows in rest if quiet and not _speaks(rows)]
    return [say(number, measures=joined(names)) for number, names in ((23, loud), (21, silent)) if names]


def over_three_years(marts: Marts, subjects: tuple[str, ...], years: str, most: int) -> list[str]:
    """What three years together tell of the trust's groups and the year alone does not (sentences 72 to 74), clear gaps first.

    ``most`` gaps are told, the others counted. A gap that the year calls likely is told where three years make it clear.
    """
    if marts.pooled.empty:
        return []
    pooled = marts.pooled[marts.pooled["area_level"].eq("trust") & marts.pooled["subject"].isin(subjects)]
    this_year = marts.gaps_at("trust")[[*SAME, "verdict"]].rename(columns={"verdict": "alone"})
    both = pooled.merge(this_year, how="left", on=SAME)
    clear, likely = both["verdict"].eq(CLEAR), both["verdict"].eq(LIKELY)
    told = both[(clear & both["alone"].ne(CLEAR)) | (likely & ~both["alone"].isin([CLEAR, LIKELY]))]
    if told.empty:
        return []
    first = told.assign(later=told["verdict"].ne(CLEAR), few=-told["people_behind"].fillna(0))
    first = first.sort_values(["later", "few", "label", "order"], kind="stable")
    said = [_over_three_years(row) for _, row in first.head(most).iterrows()]
    rest = [say(74, gaps=str(len(told) - most))] if len(told) > most else []
    return [say(72, years=years), *said, *rest]


def _over_three_years(row: pd.Series) -> str:
    gap, between = _gap_text(row)
    values = {name: value_in_words(row[name], row["kind"], row["unit"], row["decimals"]) for name in ("value", "comparator_value")}
    sides = {"group": row["group"], "comparator": row["comparator"], **values}
    return say(73, verdict=VERDICT_WORDS[row["verdict"]], measure=within_sentence(row["label"]), gap=gap, range=between, **sides)


def _speaks(gaps: pd.DataFrame) -> int:
    """How many comparisons show a clear or likely gap."""
    return int(gaps["verdict"].isin([CLEAR, LIKELY]).sum())


def listed(gaps: pd.DataFrame, most: int = MOST_ROWS) -> pd.DataFrame:
    """At most ``most`` comparisons in reading order: clear and likely ones before others, and finer groups only where they are so."""
    eligible = gaps[~gaps["is_finer"] | gaps["verdict"].isin([CLEAR, LIKELY])]
    hidden = eligible["verdict"].eq(NOT_SHOWN)
    eligible = eligible[~hidden | (hidden.cumsum() <= MOST_HIDDEN)]
    rank = eligible["verdict"].map({CLEAR: 0, LIKELY: 1, SIMILAR: 2, CANNOT_TELL: 3, NOT_SHOWN: 4})
    first = eligible.assign(rank=rank, few=-eligible["people_behind"].fillna(0)).sort_values(["rank", "few", "order"], kind="stable")
    return gaps.loc[first.head(most).index].sort_values("order")


def _measures_with_gaps(marts: Marts, subjects: tuple[str, ...]) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    for measure, rows in marts.compared:
        mine = rows[rows["subject"].isin(subjects)]
        if len(mine):
            yield measure, mine


def gap_table(measure: pd.Series, gaps: pd.DataFrame, listed: pd.DataFrame, few_below: int) -> GapTable:
    """The table of one measure at one area: its comparisons ``gaps``, of which those in ``listed`` are told."""
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
        told="Gap" if statistic == "standardised" else "Gap and range",
        sides=("less likely", "more likely") if statistic == "ratio" else ("lower", "higher"),
        axis=plots.axis(scale, "scale") if kind == "rate" and statistic != "standardised" else NO_DRAWING,
        summary=say(12, groups=joined(clear)) if clear else say(13),
        rest=_not_listed(gaps[~gaps.index.isin(listed.index)]),
        rows=tuple(_gap_row(row, scale, few_below) for _, row in listed.iterrows()),
    )


def _not_listed(rest: pd.DataFrame) -> str:
    counts = {verdict: str(int(rest["verdict"].eq(verdict).sum())) for verdict in (SIMILAR, CANNOT_TELL, NOT_SHOWN)}
    return say(14, groups=str(len(rest)), **counts) if len(rest) else ""


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
    """The gap and its range in the reader's unit; a standardised gap is told as the plain difference, without a range.

    Where an end of a clear or likely gap would be rounded to no gap, which its range excludes, all have as many more decimals as it takes.
    """
    standardised = row["statistic"] == "standardised"
    numbers = [row["value"] - row["comparator_value"] if standardised else row["gap"]]
    numbers += [] if standardised or pd.isna(row["low"]) else [row["low"], row["high"]]
    sure = row["verdict"] in (CLEAR, LIKELY)
    for more in range(MOST_MORE + 1):
        texts = [_difference(row, number, more) for number in numbers]
        if not (sure and any(float(text.replace(MINUS, "-").replace(",", "")) == NO_GAP[row["statistic"]] for text, _ in texts)):
            break
    (text, unit), *ends = texts
    return f"{text} {unit.removesuffix('s') if text.strip(f'+{MINUS}') == '1' else unit}", " to ".join(end for end, _ in ends)


def _difference(row: pd.Series, number: float, more: int) -> tuple[str, str]:
    """One end of a range, or the gap itself, and what it counts."""
    if row["statistic"] == "ratio":
        return ratio(number, more), "times"
    if row["kind"] == "rate":
        return signed(number * 100, more), "points"
    text = difference_in_words(number, row["unit"], row["decimals"], more).partition(" ")[0]
    return text, "points" if row["unit"] == "share" else row["unit"]

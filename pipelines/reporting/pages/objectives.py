"""The equality objectives as cards, and their own page: where each stands, from what, to what, and how that is worked out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from pipelines.catalogue.trust import Brand
from pipelines.reporting.commentary import say
from pipelines.reporting.marts import ALL, CELLS, SHOWN
from pipelines.reporting.pages.charts import Point, trajectory
from pipelines.reporting.pages.figures import NO_DRAWING, Figure, without_figure
from pipelines.reporting.pages.frame import Context, render
from pipelines.reporting.pages.standing import Standing
from pipelines.reporting.readable import Labels
from pipelines.reporting.words import (
    SYMBOLS,
    academic_year,
    decimal,
    difference_in_words,
    joined,
    points,
    ratio,
    signed,
    times,
    value_in_words,
    within_sentence,
)

STATUS_WORDS = {
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "cannot_tell_yet": "Cannot tell yet",
    "monitored": "Monitored",
    "refused": "Not measured",
}
WORST_FIRST = ("off_track", "at_risk", "cannot_tell_yet", "on_track", "monitored", "refused")
AIM_WORDS = {
    "eliminate": "eliminate discrimination",
    "advance": "advance equality of opportunity",
    "foster": "foster good relations",
}
TIMES = "\N{MULTIPLICATION SIGN}"
PLACE = ["measure", "period", "area_level", "area_code", "characteristic", "group_code"]
YEAR = len("2025-26")
CLOSE = 1e-9
NOT_SHOWN_HERE = ("c", "low", "x", "z")
"""Of several figures that one rests on, the first of these that any has says why it is not shown."""


@dataclass(frozen=True)
class Line:
    """One measure of an objective: what it is this year, what was planned, the range of chance, and every year's figure."""

    measure: str
    status: str
    sentence: str
    plan: str
    span: str
    years: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True)
class Card:
    """One objective. ``area``: the academy whose own it is, empty for the trust's. ``said``: why it is not rated, where it is not.

    ``chart``: its way to the target, where it has one measure; several are told by the ``years`` of their lines.
    """

    code: str
    title: str
    status: str
    owner: str
    aim: str
    why: str
    said: str
    area: str
    lines: tuple[Line, ...]
    chart: Markup = NO_DRAWING

    @property
    def word(self) -> str:
        """The status in words."""
        return STATUS_WORDS[self.status]

    @property
    def sentence(self) -> str:
        """The first thing to say of it."""
        return self.lines[0].sentence if self.lines else say(53, reason=self.said)


def objective_cards(marts: Path, context: Context, prefix: str = "objective") -> list[Card]:
    """The objectives as they stand in ``context.period``: the trust's first, then each academy's by its name, in the order of their
    codes with those that are not measured last.

    ``prefix`` begins the ids of the charts, which must differ within a page.
    """
    table = pd.read_parquet(marts / "mart_objectives.parquet")
    until_now = table["period"].le(context.period) & table["period"].str[YEAR:].eq(context.period[YEAR:])
    table = table[until_now | table["status"].eq("refused")].sort_values(["objective", "measure", "period"])
    reader = _Reader(marts, context, sorted(set(table["measure"]) - {""}))
    cards = [card for _, rows in table.groupby("objective", sort=False) if (card := reader.card(rows, prefix)) is not None]
    return sorted(cards, key=lambda card: (card.area != "", card.area, card.status == "refused", _natural(card.code)))


def objectives_page(cards: list[Card], trust: str, brand: Brand, context: Context, rests_on: Standing | None = None) -> str:
    """The tracker as text; ``trust``: its name, ``rests_on``: what its figures rest on."""
    own = [card for card in cards if not card.area]
    academies: dict[str, list[Card]] = {}
    for card in cards:
        if card.area:
            academies.setdefault(card.area, []).append(card)
    others = [card for card in cards if card.area]
    sums = [_counted(whose, group) for whose, group in (("Trust", own), ("Academy", others)) if group]
    title = "Equality objectives"
    return render(
        "objectives.html",
        brand,
        context,
        title,
        trust,
        own=own,
        academies=academies,
        sums=sums,
        status_words=STATUS_WORDS,
        standing=rests_on,
    )


def _counted(whose: str, cards: list[Card]) -> str:
    """How many objectives have each status (sentence 52)."""
    numbers = [(sum(card.status == status for card in cards), word) for status, word in STATUS_WORDS.items()]
    return say(52, whose=whose, counts=joined([f"{number} {within_sentence(word)}" for number, word in numbers if number]))


def _natural(code: str) -> list[tuple[int, str]]:
    """T2 before T10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", code)]


@dataclass(frozen=True)
class _Wording:
    """How the figures of one measure of an objective are written: ``how`` they compare ("ratio", "difference", "spread" or "" for a level)."""

    kind: str
    unit: str
    decimals: int
    how: str

    def size(self, number: float) -> str:
        """The figure alone: "3.8 times", "19 percentage points", "12%"."""
        if self.how == "ratio":
            return times(number) if number else "0 times"
        if not self.how:
            return f"{decimal(number * 100, 1)}%" if self.kind == "figure" else value_in_words(number, self.kind, self.unit, self.decimals)
        if self.kind == "rate":
            return points(number)
        text = difference_in_words(abs(number), self.unit, self.decimals).removeprefix("+")
        return text.replace(" point", " percentage point") if self.unit == "share" else text

    def told(self, number: float) -> str:
        """The figure with its direction: "19 percentage points lower"."""
        if self.how != "difference":
            return self.size(number)
        return "no gap" if self._level(number) else f"{self.size(number)} {'lower' if number < 0 else 'higher'}"

    def against(self, number: float, comparator: str) -> str:
        """The figure beside the comparison group."""
        if self.how == "ratio":
            return f"{self.size(number)} as likely as {comparator}"
        if self.how == "difference":
            return f"the same as {comparator}" if self._level(number) else f"{self.told(number)} than {comparator}"
        return self.size(number)

    def short(self, number: float) -> str:
        """The figure as a chart has room for it."""
        if self.how == "ratio":
            return f"{ratio(number) if number else 0}{TIMES}"
        if self.how != "difference":
            return self.size(number).split(" ")[0] if self.how else self.size(number)
        if self.kind == "rate":
            return signed(number * 100)
        return signed(number * 100, 1) if self.unit == "share" else signed(number, self.decimals)

    def end(self, number: float) -> str:
        """The upper end of a range, with what both ends count."""
        return times(number) if self.how == "ratio" else f"{self.short(number)} {self.counts}".strip()

    @property
    def counts(self) -> str:
        """What the numbers of the chart count, where they do not say so."""
        if self.how == "ratio":
            return "times as likely"
        if not self.how:
            return "" if self.kind in ("rate", "figure") or self.unit == "share" else self.unit
        return "percentage points" if self.kind == "rate" or self.unit == "share" else self.unit

    def _level(self, number: float) -> bool:
        return float(self.short(number).replace("\N{MINUS SIGN}", "-")) == 0


class _Reader:
    """Rows of ``mart_objectives`` in words. ``measures``: those whose cells say why a figure is not shown."""

    def __init__(self, marts: Path, context: Context, measures: list[str]) -> None:
        self.context = context
        self.labels = Labels(marts)
        self.measures = pd.read_parquet(marts / "dim_measures.parquet").drop_duplicates("measure").set_index("measure").to_dict("index")
        self.statuses = _statuses(marts, measures)
        self.published = pd.read_parquet(marts / "mart_benchmarks.parquet")

    def card(self, rows: pd.DataFrame, prefix: str) -> Card | None:
        """One objective, or nothing where it has no row of the period."""
        now = rows[rows["period"].eq(self.context.period) | rows["status"].eq("refused")]
        if now.empty:
            return None
        first = now.iloc[0]
        status = min(now["status"], key=WORST_FIRST.index)
        lines, charts = [], []
        for measure in now.loc[now["measure"].ne(""), "measure"]:
            series = _Series(self, rows[rows["measure"].eq(measure)].sort_values("period").to_dict("records"))
            lines.append(series.line())
            charts.append(series)
        code = str(first["objective"])
        chart = charts[0].chart(f"{prefix}-{re.sub('[^A-Za-z0-9]', '-', code)}", str(first["title"])) if len(charts) == 1 else NO_DRAWING
        area = "" if first["area_level"] == "trust" else self.labels.area[first["area_level"], first["area_code"]]
        texts = {name: str(first[name]) for name in ("title", "owner", "why", "said")}
        return Card(
            code=code, status=status, aim=AIM_WORDS.get(first["aim"], first["aim"]), area=area, lines=tuple(lines), chart=chart, **texts
        )

    def dated(self, row: Mapping[Any, Any]) -> str:
        """The geography that an objective is held against with the year and the source of its figure (sentence 75), as far as they are known."""
        group = row["comparator_code"] or row["group_code"]
        same = {"measure": row["measure"], "period": row["period"][:YEAR], "characteristic": row["characteristic"], "group_code": group}
        found = self.published[self.published["area_level"].eq("trust") & self.published["geography"].eq(row["against"])]
        for name, value in same.items():
            found = found[found[name].eq(value)]
        if row["kind"] == "benchmark":
            found = found[(found["benchmark"] - row["expected"]).abs().le(CLOSE)]
        if found.empty:
            return str(row["against"])
        first = found.iloc[0]
        source = str(first["source"]).partition(";")[0]
        return say(75, geography=str(row["against"]), year=academic_year(first["benchmark_period"]), source=source)

    def why_hidden(self, row: Mapping[Any, Any]) -> str:
        """The status of what a figure rests on: shown, or the reason why it is not."""
        sides = [row["group_code"]] if row["against"] or not row["comparator_code"] else [row["group_code"], row["comparator_code"]]
        place = tuple(row[name] for name in PLACE[:-1])
        found = [self.statuses.get((*place, side), "") for side in sides]
        return next((status for status in NOT_SHOWN_HERE if status in found), "")


def _statuses(marts: Path, measures: list[str]) -> dict[tuple[str, ...], str]:
    """The status of every uncrossed cell of these measures, by place and group; of a cell that two populations have, the hidden one."""
    if not measures:
        return {}
    chosen = [("measure", "in", measures), ("cross_characteristic", "==", ALL)]
    frames = [pd.read_parquet(marts / f"{name}.parquet", columns=[*PLACE, "status"], filters=chosen) for name in CELLS]
    rows = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
    rows = rows.assign(shown=rows["status"].isin(SHOWN)).sort_values("shown", ascending=False, kind="stable")
    return {tuple(row[:-1]): row[-1] for row in rows[[*PLACE, "status"]].itertuples(index=False, name=None)}


class _Series:
    """One measure of one objective over the years, the last being this year's."""

    def __init__(self, reader: _Reader, rows: list[dict[Any, Any]]) -> None:
        self.reader, self.now, self.every = reader, rows[-1], rows
        self.rows = [row for row in rows if row["said"] == self.now["said"]]
        self.broken = bool(self.now["said"]) and self.now["status"] == "cannot_tell_yet"
        facts = reader.measures[self.now["measure"]]
        self.label = str(facts["label"])
        self.wording = _Wording(str(facts["kind"]), str(facts["unit"]), int(facts["decimals"]), self._how(facts))

    def line(self) -> Line:
        """The measure in words."""
        years = tuple((academic_year(row["period"]), self._figure(row)) for row in self.every)
        return Line(self.label, self.now["status"], self._sentence(), self._plan(), self._span(), years)

    def chart(self, prefix: str, title: str) -> Markup:
        """The measure drawn, with what the drawing says in words."""
        shown = [f"{academic_year(row['period'])} {self._told(row)}" for row in self.rows if self._value(row) is not None]
        hidden = [f"{academic_year(row['period'])} {self._symbol(row)}" for row in self.rows if self._value(row) is None]
        says = [say(56, years="; ".join(shown))] if shown else []
        says += [say(55, years="; ".join(hidden))] if hidden else []
        benchmark = self.now["kind"] == "benchmark"
        return trajectory(
            [self._point(row) for row in self.rows],
            prefix=prefix,
            title=title,
            says=" ".join([*says, *filter(None, (self._span(), self._plan()))]),
            status=self.now["status"],
            plan=self._elsewhere() if benchmark else self._planned(),
            ends=self._ends() or (None, None),
            beside=self.now["against"] if benchmark else "",
            unit=self.wording.counts,
        )

    def _how(self, facts: Mapping[Any, Any]) -> str:
        """How the objective compares; a figure that is told against another geography is a difference."""
        if self.now["kind"] != "benchmark" and self.now["comparator_code"]:
            return "ratio" if facts["matters_statistic"] == "ratio" and not self.now["against"] else "difference"
        return "spread" if self._is_spread else ""

    @property
    def _is_spread(self) -> bool:
        """A characteristic without a group: from its lowest to its highest group."""
        return bool(self.now["characteristic"] != ALL and self.now["group_code"] == ALL)

    def _value(self, row: Mapping[Any, Any]) -> float | None:
        """The figure, never where what it rests on is hidden, whatever lay in the file."""
        if pd.isna(row["value"]) or (not self._is_spread and self.reader.why_hidden(row)):
            return None
        return float(row["value"])

    def _symbol(self, row: Mapping[Any, Any]) -> str:
        return SYMBOLS[self.reader.why_hidden(row) or "x"]

    def _figure(self, row: Mapping[Any, Any]) -> Figure:
        """A cell of the table of years; what was counted otherwise than this year does not apply."""
        if row["said"] != self.now["said"]:
            return without_figure("z")
        value = self._value(row)
        return without_figure(self.reader.why_hidden(row) or "x") if value is None else Figure(self.wording.told(value))

    def _told(self, row: Mapping[Any, Any]) -> str:
        value = self._value(row)
        return "" if value is None else self.wording.told(value)

    def _point(self, row: Mapping[Any, Any]) -> Point:
        value = self._value(row)
        return Point(_year(row["period"]), self._symbol(row) if value is None else self.wording.short(value), value)

    def _baseline(self) -> float | None:
        """Where the plan starts, never where the figure of that year is hidden."""
        if self.broken or pd.isna(self.now["baseline"]):
            return None
        first = next((row for row in self.rows if row["period"] == self.now["baseline_period"]), None)
        return None if first is not None and self._value(first) is None and not pd.isna(first["value"]) else float(self.now["baseline"])

    def _planned(self) -> list[Point]:
        """The baseline and the target."""
        target = self.now["target"]
        if self.broken or pd.isna(target):
            return []
        baseline, end = self._baseline(), Point(_year(self.now["target_period"]), self.wording.short(target), float(target))
        return [end] if baseline is None else [Point(_year(self.now["baseline_period"]), self.wording.short(baseline), baseline), end]

    def _elsewhere(self) -> list[Point]:
        return [
            Point(_year(row["period"]), self.wording.short(row["expected"]), float(row["expected"]))
            for row in self.rows
            if pd.notna(row["expected"])
        ]

    def _ends(self) -> tuple[float, float] | None:
        if self._value(self.now) is None or pd.isna(self.now["low"]) or pd.isna(self.now["high"]):
            return None
        return float(self.now["low"]), float(self.now["high"])

    def _span(self) -> str:
        ends = self._ends()
        return say(54, low=self.wording.short(ends[0]).rstrip(TIMES), high=self.wording.end(ends[1])) if ends else ""

    def _sentence(self) -> str:
        """What it is this year and what it was (sentences 40 to 46)."""
        value, before = self._value(self.now), self._baseline()
        what = self._what()
        if value is None:
            return say(45 if self._symbol(self.now) in (SYMBOLS["c"], SYMBOLS["low"]) else 46, what=what)
        now = self.wording.against(value, self._comparator())
        now = f"{now} {self._between()}" if self._is_spread else now
        if before is None or self.now["baseline_period"] == self.now["period"]:
            return say(40, what=what, now=now)
        was, since = self.wording.told(before), academic_year(self.now["baseline_period"])
        if was == self.wording.told(value):
            return say(43, what=what, now=now, since=since)
        number = 44 if self.wording.how == "difference" else 41 if value < before else 42
        return say(number, what=what, now=now, before=was, since=since)

    def _plan(self) -> str:
        """What was planned (sentences 47 to 51)."""
        planned = "" if pd.isna(self.now["expected"]) else self.wording.told(self.now["expected"])
        if self.now["kind"] == "benchmark":
            return say(50, geography=self.reader.dated(self.now), planned=planned) if planned else say(51, geography=self.now["against"])
        if pd.isna(self.now["target"]) or self.broken:
            return ""
        by, target = academic_year(self.now["target_period"]), self.wording.told(self.now["target"])
        if self._baseline() is not None and planned:
            return say(47, planned=planned, by=by, target=target)
        missing = say(49, since=academic_year(self.now["baseline_period"]))
        return f"{say(48, by=by, target=target)} {missing}"

    def _what(self) -> str:
        """The measure and, where it is of one group, the group."""
        names_it = self.wording.kind == "figure" and self.reader.measures[self.now["measure"]]["group_code"] != ""
        return (
            self.label
            if names_it or self.now["group_code"] == ALL
            else f"{self.label}, {self.reader.labels.group[self.now['characteristic'], self.now['group_code']]}"
        )

    def _comparator(self) -> str:
        if not self.now["comparator_code"]:
            return ""
        name = self.reader.labels.group[self.now["characteristic"], self.now["comparator_code"]]
        return f"{name} in {self.reader.dated(self.now)}" if self.now["against"] else name

    def _between(self) -> str:
        name = within_sentence(self.reader.labels.characteristic[self.now["characteristic"]])
        return f"between the lowest and the highest group by {name}"


def _year(period: str) -> int:
    return int(period[:4])

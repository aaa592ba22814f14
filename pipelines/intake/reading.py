"""From a file's bytes to rows and problems, or a refusal. Pure: nothing is stored, and the clock is not asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipelines.catalogue.model import Catalogue, Dataset
from pipelines.home import Keys
from pipelines.intake import names
from pipelines.intake.decoding import ZIP, is_json, is_xml
from pipelines.intake.landing import frame
from pipelines.intake.mapping import TRUST, Mapped, Record, Slice, map_table
from pipelines.intake.problems import Problem, Refused, problem
from pipelines.intake.receipts import UNPLACED
from pipelines.intake.recognise import Recognised, known_headings, recognise, record_elements
from pipelines.intake.registers import added_up, read_register
from pipelines.intake.spreads import spread
from pipelines.intake.tables import Table, read_table

MOST_SET_ASIDE = 0.1
_NIL_LINE = re.compile(rb"(?:\xef\xbb\xbf)?\s*nil\s*,\s*(\w{1,40})\s*,\s*([\d/ -]{4,12}?)\s*", re.IGNORECASE)
_NIL = re.compile(r"(?<![a-z])nil(?![a-z])", re.IGNORECASE)
_VALUE_LIKE = re.compile(r"\d{3}|\d[/.-]\d")
TEXTS, WORKBOOKS, RETURNS, INTERFACES = ("csv", "tsv", "tab"), ("xlsx", "xlsm", "ods"), ("xml",), ("json",)


class Verdict(Protocol):
    """What intake needs to know of a gate's answer."""

    @property
    def passed(self) -> bool: ...

    @property
    def failed(self) -> Sequence[str]: ...


Judge = Callable[[Any, Dataset], Verdict]


@dataclass(frozen=True)
class Source:
    """What is known of a file before it is opened. ``place``: a URN, ``trust`` or ``unplaced``. ``modified``: school time.

    ``period``: the academic year where neither rows nor name say it. ``past``: it is a past year's file, and must be of that year.
    """

    place: str
    name: str
    modified: dt.datetime
    period: str | None = None
    past: bool = False


@dataclass(frozen=True)
class Reading:
    """What a file holds. With a ``refusal`` there are no rows. ``exported`` orders the versions of a slice.

    ``read_as``: the report it was taken for, and why. ``columns``: the heading that each field was read under. ``nil``: it says that there
    were none, and its one slice is empty. ``folded``: several rows of the file became one that landed. ``erased``: rows left out, of people
    whose data were erased.
    """

    exported: dt.datetime
    dataset: str = ""
    read_as: str = ""
    records: dict[Slice, list[Record]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    received: int = 0
    set_aside: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    nil: bool = False
    folded: bool = False
    erased: int = 0

    @property
    def names_academy(self) -> bool:
        """Whether its rows say themselves which academy they are of."""
        return "urn" in self.columns

    @property
    def refusal(self) -> Problem | None:
        """Why the file cannot be used, if it cannot."""
        return next((item for item in self.problems if item.weight == "refuses"), None)

    @property
    def used(self) -> int:
        """Rows that landed, alone or added up."""
        if self.folded and self.records:
            return self.received - self.set_aside
        return sum(len(records) for records in self.records.values())


def read(content: bytes, source: Source, catalogue: Catalogue, keys: Keys, judge: Judge) -> Reading:
    """Read, map and judge ``content``. Never raises for what a file holds: that becomes a refusal."""
    exported = names.moment_in(source.name) or source.modified
    table: Table | None = None
    recognised: Recognised | None = None
    try:
        if source.place == UNPLACED:
            raise Refused(problem("unplaced"))
        if (line := _NIL_LINE.fullmatch(content)) and (dataset := catalogue.datasets.get(line[1].decode().lower())):
            return _nil(dataset, source, exported, names.academic_year(line[2].decode()), catalogue, "Nil return in one line")
        table = read_register(content, source.name, catalogue)
        if table is None:
            table = added_up(read_table(content, known_headings(catalogue), record_elements(catalogue)), source.name, catalogue)
        exported = table.exported or exported
        recognised = recognise(table.headings, source.name, catalogue)
        if recognised.missing:
            raise Refused(_missing(recognised))
        table, recognised = spread(table, recognised)
        period = names.academic_year_in(source.name) or source.period
        if not table.rows and table.received is None:
            return _nil_return(table, recognised, source, exported, period, catalogue)
        mapped = map_table(table, recognised, source.place, period or catalogue.calendar.open_period, catalogue=catalogue, keys=keys)
        problems = [
            *table.notes,
            *_about_the_name(content, source.name),
            *_remarks(recognised, period, catalogue),
            *mapped.problems,
        ]
        refusal = _refusal(mapped, recognised.dataset, len(table.rows), judge)
        if table.lost > MOST_SET_ASIDE * (table.received or 1):
            refusal = problem("too_many_set_aside")
        if source.past and {key.period for key in mapped.records} != {source.period}:
            refusal = refusal or problem("another_year", what=f"{source.period}")
    except Refused as refused:
        mapped, problems, refusal = Mapped(), list(table.notes) if table else [], refused.problem
    return Reading(
        exported,
        recognised.dataset.name if recognised else "",
        f"{recognised.described}, by {recognised.reason}" if recognised else "",
        {} if refusal else dict(mapped.records),
        (refusal, *problems) if refusal else tuple(problems),
        (table.received or len(table.rows)) if table else 0,
        len(mapped.set_aside) + (table.lost if table else 0),
        {name: names.shown(table.headings[at])[:80] for name, at in recognised.columns.items()} if table and recognised else {},
        folded=table is not None and table.received is not None,
        erased=mapped.erased,
    )


def _nil_return(
    table: Table, recognised: Recognised, source: Source, exported: dt.datetime, period: str | None, catalogue: Catalogue
) -> Reading:
    """A file without rows: a return that there were none, where the dataset takes one and the file or its name says so in words.

    A file that is merely empty may be an export that failed; :class:`Refused`.
    """
    if not (table.says_none or _NIL.search(source.name)):
        raise Refused(problem("no_rows"))
    read_as = f"{recognised.described}, by {recognised.reason}"
    return _nil(recognised.dataset, source, exported, period or catalogue.calendar.open_period, catalogue, read_as)


def _nil(dataset: Dataset, source: Source, exported: dt.datetime, period: str | None, catalogue: Catalogue, read_as: str) -> Reading:
    """The reading of a nil return, of one academy and a year that the calendar has; :class:`Refused` for any other."""
    known = {item.period for item in catalogue.calendar.periods}
    if not dataset.nil_return or source.place == TRUST or period is None or period not in known:
        raise Refused(problem("no_rows"))
    if source.past and period != source.period:
        raise Refused(problem("another_year", what=f"{source.period}"))
    key = Slice(dataset.name, period, source.place)
    return Reading(exported, dataset.name, read_as, {key: []}, (problem("nil_return", what=period),), nil=True)


def _about_the_name(content: bytes, name: str) -> list[Problem]:
    """Remarks on a file name that is not what its content lets expect, or that not every program can write."""
    said = [] if name.isascii() else [problem("file_name_letters")]
    usual = WORKBOOKS if content.startswith(ZIP) else RETURNS if is_xml(content) else INTERFACES if is_json(content) else TEXTS
    return said if names.extension(name) in usual else [*said, problem("file_name_ending", what=f".{usual[0]}")]


def _remarks(recognised: Recognised, period: str | None, catalogue: Catalogue) -> list[Problem]:
    remarks = [problem("column_not_needed", what=heading) for heading in recognised.spare]
    remarks += [problem("never_collected", column=", ".join(_quotable(found)), what=what) for what, found in recognised.never.items()]
    if recognised.unexpected:
        remarks.append(problem("unexpected_columns", what=", ".join(_quotable(recognised.unexpected)[:10])))
    if period is None and "period" not in recognised.columns and not (recognised.format and "period" in recognised.format.constants):
        remarks.append(problem("year_from_calendar", what=catalogue.calendar.open_period))
    return remarks


def _missing(recognised: Recognised) -> Problem:
    """The refusal for want of a column; where a heading comes near one, with the line that would make it known."""
    column = " and ".join(recognised.missing)
    if not recognised.near or any(_VALUE_LIKE.search(heading) for heading in recognised.near.values()):
        return problem("missing_column", column=column)
    near = {names.shown(heading)[:40]: name for name, heading in recognised.near.items()}
    line = ", ".join(f'"{heading}": {name}' for heading, name in near.items())
    where = f"trust/datasets/{recognised.dataset.name}.yml"
    return problem("missing_column_near", column=column, what=f"{' and '.join(near)} may be it; the line for {where} is  also: {{{line}}}")


def _quotable(headings: Sequence[str]) -> list[str]:
    """Headings as a receipt may name them; only how many where one of them may be a value: where headings and first row ran together."""
    if any(_VALUE_LIKE.search(heading) for heading in headings):
        return [f"{len(headings)} of them"]
    return [names.shown(heading)[:40] for heading in headings]


def _refusal(mapped: Mapped, dataset: Dataset, received: int, judge: Judge) -> Problem | None:
    """Why rows that could be mapped are not to be used all the same, gate 1 last; ``None`` when they are."""
    years_off = sum(len(item.rows) for item in mapped.problems if item.kind == "period_not_in_calendar")
    if years_off > MOST_SET_ASIDE * received:
        return problem("period_unknown")
    if len(mapped.set_aside) > MOST_SET_ASIDE * received or not any(mapped.records.values()):
        return problem("too_many_set_aside")
    rows = [record for records in mapped.records.values() for record in records]
    verdict = judge(frame(dataset, rows), dataset)
    if verdict.passed is not True:
        return problem("gate", what=", ".join(name.replace("_", " ") for name in verdict.failed))
    return None

"""Session marks added up to totals, one row a pupil and term. Finding the marks in a file belongs in ``registers``.

The marks themselves are never stored. Terms are those of the school census: autumn to 31 December, spring to Easter Sunday, summer after it
(Department for Education, school census guide).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipelines.catalogue.model import Catalogue, Dataset, Marks
from pipelines.intake import values
from pipelines.intake.codes import Codes
from pipelines.intake.problems import Problem, problem
from pipelines.intake.tables import Row, Table

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MOST_MISSING = 0.02
"""Share of sessions without a mark from which on it is a thing to fix."""
AFTERNOON = "pm"


@dataclass(frozen=True)
class Column:
    """A column as its different cells and, for each row, which of them it holds."""

    cells: list[str]
    rows: Numbers

    @classmethod
    def of(cls, cells: Sequence[str]) -> Column:
        """``cells``, one a row."""
        known: dict[str, int] = {}
        rows = np.fromiter((known.setdefault(cell, len(known)) for cell in cells), dtype=np.int64, count=len(cells))
        return cls(list(known), rows)

    def each(self, read: Callable[[str], int]) -> Numbers:
        """``read`` of every row's cell, called once for each different one."""
        return np.array([read(cell) for cell in self.cells] or [0], dtype=np.int64)[self.rows]


@dataclass(frozen=True)
class Register:
    """Marks in columns by field, with the number of each row in the file, the headings they stood under, and the file's others.

    ``lost``: rows that were set aside before.
    """

    columns: dict[str, Column]
    headings: dict[str, str]
    others: tuple[str, ...]
    numbers: Numbers
    problems: tuple[Problem, ...] = ()
    exported: dt.datetime | None = None
    lost: int = 0


def totals(register: Register, dataset: Dataset, catalogue: Catalogue) -> Table:
    """The register's totals as a table of its own: one row a pupil, year and term, numbered as the first of its marks.

    Columns that are not needed stay, empty, so that they are told of.
    """
    how = dataset.from_marks
    if how is None:
        raise ValueError(f"dataset {dataset.name} takes no marks")
    return _Adding(register, dataset, how, catalogue).run()


class _Adding:
    """One register on its way to totals; the steps are in the order of ``run``."""

    def __init__(self, register: Register, dataset: Dataset, how: Marks, catalogue: Catalogue) -> None:
        self.dataset, self.how, self.catalogue = dataset, how, catalogue
        self.register = self._one_mark_a_row(register)
        self.problems = list(register.problems)
        self.out = np.zeros(len(self.register.numbers), dtype=bool)
        self.repeated = 0

    def run(self) -> Table:
        places, days = self._days()
        codes = self._codes(places)
        self._count_once(days, codes)
        return self._totals(places, codes)

    def _one_mark_a_row(self, register: Register) -> Register:
        """Morning and afternoon of a day as a row each."""
        if self.how.mark in register.columns:
            return register
        rest = {name: column for name, column in register.columns.items() if name not in (self.how.morning, self.how.afternoon)}
        halves = [register.columns[self.how.morning], register.columns[self.how.afternoon]]
        cells = [*halves[0].cells, *halves[1].cells]
        columns = {name: Column(column.cells, np.tile(column.rows, 2)) for name, column in rest.items()}
        columns[self.how.mark] = Column(cells, np.concatenate([halves[0].rows, halves[1].rows + len(halves[0].cells)]))
        size = len(register.numbers)
        columns[self.how.session] = Column(["am", "pm"], np.repeat(np.array([0, 1]), size))
        headings = {**register.headings, self.how.mark: register.headings[self.how.morning], self.how.session: ""}
        return replace(register, columns=columns, headings=headings, numbers=np.tile(register.numbers, 2))

    def _tell(self, kind: str, rows: Flags, *, aside: bool = False, **words: object) -> None:
        rows = rows & ~self.out
        if rows.any():
            numbers = sorted({int(number) for number in self.register.numbers[rows]})
            self.problems.append(problem(kind, rows=numbers, **words))  # type: ignore[arg-type]
        if aside:
            self.out |= rows

    def _days(self) -> tuple[Numbers, Numbers]:
        """Of each row the year and term, as a number into :attr:`terms`, and the day as a number; -1 where it cannot be placed."""
        column = self.register.columns[self.how.day]
        heading = self.register.headings[self.how.day]
        periods = self.catalogue.calendar.periods
        latest = max(item.ends.year for item in periods)
        month_first = any(values.is_month_first(cell) for cell in column.cells)
        read = {cell: None if month_first and values.is_slashed(cell) else values.date(cell, latest) for cell in column.cells}
        self._tell(
            "date_month_first" if month_first else "date_unreadable",
            column.each(lambda cell: read[cell] is None) > 0,
            aside=True,
            column=heading,
        )
        self.terms = [(item.period, term) for item in periods for term in ("autumn", "spring", "summer")]

        def place(day: dt.date | None) -> int:
            found = next((item for item in periods if day and item.starts <= day <= item.ends), None)
            return self.terms.index((found.period, term_of(day))) if found and day else -1

        places = column.each(lambda cell: place(read[cell]))
        self._tell("period_not_in_calendar", places < 0, aside=True)
        return places, column.each(lambda cell: read[cell].toordinal() if read[cell] else 0)  # type: ignore[union-attr]

    def _codes(self, places: Numbers) -> Numbers:
        """Of each row its mark, as a number into :attr:`known`; -1 where there is none that counts."""
        column, heading = self.register.columns[self.how.mark], self.register.headings[self.how.mark]
        codes = Codes(self.catalogue.code_sets[str(self.dataset.field(self.how.mark).codes)])
        starts = {item.period: item.starts for item in self.catalogue.calendar.periods}
        self.known = [value.code for value in codes.code_set.codes]
        blank = next(value.code for value in codes.code_set.codes if self.how.totals[self.how.missing] in value.marks)
        table = np.full((len(column.cells), len(self.terms) // 3 + 1), -1, dtype=np.int64)
        ended = np.zeros_like(table, dtype=bool)
        for row, cell in enumerate(column.cells):
            for year, period in enumerate(dict.fromkeys(period for period, _ in self.terms)):
                answer = codes.find(cell or blank, starts[period])
                if answer is not None and answer.code is not None:
                    table[row, year] = self.known.index(answer.code)
                ended[row, year] = answer is not None and answer.outdated
        years = np.maximum(places, 0) // 3
        found: Numbers = table[column.rows, years]
        self._tell("code_ended", ended[column.rows, years], column=heading)
        self._tell("code_unknown", (found < 0) & ~ended[column.rows, years], column=heading)
        self.out |= found < 0
        return found

    def _count_once(self, days: Numbers, codes: Numbers) -> None:
        """A session that stands there twice with the same mark counts once; with two marks, not at all."""
        self.persons, self.firsts = self._people()
        half = self._halves(days)
        key = (self.persons * (int(days.max(initial=0)) + 1) + days) * 4 + half
        key = np.where(self.out, -1 - np.arange(len(key)), key)
        order = np.argsort(key, kind="stable")
        same = np.zeros(len(key), dtype=bool)
        same[order[1:]] = key[order[1:]] == key[order[:-1]]
        if not same.any():
            return
        lead = np.maximum.accumulate(np.where(same[order], 0, np.arange(len(key))))
        leader = np.empty(len(key), dtype=np.int64)
        leader[order] = order[lead]
        differs = same & (codes != codes[leader])
        torn = np.isin(leader, leader[differs])
        self._tell("rows_disagree", torn, aside=True)
        again = same & ~torn & ~self.out
        self._tell("rows_repeated", again)
        self.repeated = int(again.sum())
        self.out |= again

    def _people(self) -> tuple[Numbers, list[str]]:
        """Of each row the pupil, as a number, and a cell that names each; spellings of one number are one pupil."""
        column = self.register.columns[str(self.dataset.person)]
        numbers: dict[str, int] = {}
        cells: list[str] = []
        for cell in column.cells:
            if numbers.setdefault(values.upn(cell) or cell, len(numbers)) == len(cells):
                cells.append(cell)
        return column.each(lambda cell: numbers[values.upn(cell) or cell]), cells

    def _halves(self, days: Numbers) -> Numbers:
        """Morning 0 or afternoon 1; where nothing says which, the first mark of a pupil's day and the second. A third is no session."""
        if self.how.session in self.register.columns:
            column = self.register.columns[self.how.session]
            codes = Codes(self.catalogue.code_sets[str(self.dataset.field(self.how.session).codes)])
            found = {cell: codes.find(cell) for cell in column.cells}
            half = column.each(lambda cell: -1 if (code := found[cell]) is None else int(code.code == AFTERNOON))
            self._tell("code_unknown", half < 0, aside=True, column=self.register.headings[self.how.session])
            return np.maximum(half, 0)
        day = self.persons * (int(days.max(initial=0)) + 1) + days
        order = np.argsort(day, kind="stable")
        begins = np.concatenate([[True], day[order[1:]] != day[order[:-1]]]) if len(day) else np.zeros(0, dtype=bool)
        positions = np.arange(len(day))
        nth = positions - np.maximum.accumulate(np.where(begins, positions, 0))
        half = np.empty(len(day), dtype=np.int64)
        half[order] = nth
        self._tell("too_many_sessions", half > 1, aside=True)
        return half.clip(0, 1)

    def _totals(self, places: Numbers, codes: Numbers) -> Table:
        """A row for each pupil, academy, year and term."""
        kept = ~self.out
        urns = self.register.columns.get("urn")
        urn = urns.rows if urns else np.zeros(len(kept), dtype=np.int64)
        many = len(urns.cells) if urns else 1
        group = ((self.persons * many + urn) * len(self.terms) + places)[kept]
        groups, first, member = np.unique(group, return_index=True, return_inverse=True)
        counts = {name: self._count(mark, codes[kept], member, len(groups)) for name, mark in self.how.totals.items()}
        self._remark(counts, len(groups), int(kept.sum()))
        fields = [str(self.dataset.person), "period", self.how.term, *counts]
        headings = [self.register.headings[fields[0]], *(self.dataset.field(name).headings[0] for name in fields[1:])]
        if urns:
            headings.insert(1, self.register.headings["urn"])
        numbers = self.register.numbers[kept][first]
        rows = []
        for at, one in enumerate(groups.tolist()):
            person, place = divmod(one, len(self.terms))
            person, academy = divmod(person, many)
            where = [urns.cells[academy]] if urns else []
            cells = [self.firsts[person], *where, *self.terms[place], *(str(count[at]) for count in counts.values())]
            rows.append(Row(int(numbers[at]), (*cells, *("" for _ in self.register.others))))
        return Table(
            (*headings, *self.register.others),
            tuple(sorted(rows, key=lambda row: row.number)),
            tuple(self.problems),
            self.register.exported,
            received=len(self.out) + self.register.lost,
            lost=int(self.out.sum()) - self.repeated + self.register.lost,
        )

    def _count(self, mark: str, codes: Numbers, member: Numbers, size: int) -> list[int]:
        code_set = self.catalogue.code_sets[str(self.dataset.field(self.how.mark).codes)]
        counts = np.array([mark in value.marks for value in code_set.codes], dtype=np.float64)
        return [int(count) for count in np.bincount(member, weights=counts[codes], minlength=size)]

    def _remark(self, counts: dict[str, list[int]], many: int, marks: int) -> None:
        self.problems.append(problem("marks_added_up", what=f"{marks:,} marks into {many:,} totals"))
        missing = sum(counts[self.how.missing])
        if missing > MOST_MISSING * marks:
            self.problems.append(problem("marks_missing", column=self.register.headings[self.how.mark], what=f"{missing / marks:.0%}"))


def term_of(day: dt.date) -> str:
    """The term of the school census that a day lies in."""
    from dateutil.easter import easter

    if day.month >= 8:
        return "autumn"
    return "spring" if day <= easter(day.year) else "summer"

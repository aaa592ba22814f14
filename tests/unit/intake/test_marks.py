"""Session marks: every shape of a register gives the same totals, counted here by hand, and what cannot be counted is told of."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_exports import FIRST, SECOND, MadeUpTrust, passing, pupils, upn, written
from openpyxl import Workbook

from pipelines.catalogue import Catalogue
from pipelines.intake import check
from pipelines.intake.marks import term_of
from pipelines.intake.problems import Refused
from pipelines.intake.registers import read_register

Mark = tuple[int, dt.date, str, str]
AUTUMN, SPRING, SUMMER = dt.date(2025, 9, 3), dt.date(2026, 4, 5), dt.date(2026, 4, 6)
PRESENT = {"am": "/", "pm": "\\"}


def registered(
    pupils: int = 30, days: Iterable[dt.date] = (AUTUMN, SPRING, SUMMER), odd: dict[tuple[int, dt.date, str], str] | None = None
) -> list[Mark]:
    """Everyone present throughout, but for ``odd``."""
    return [
        (pupil, day, half, (odd or {}).get((pupil, day, half), PRESENT[half]))
        for pupil in range(pupils)
        for day in days
        for half in PRESENT
    ]


def text(lines: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode()


def long(marks: Sequence[Mark], spelt: str = "%d/%m/%Y") -> bytes:
    """One row a mark."""
    rows = [[upn(pupil), "Canary", f"{day:{spelt}}", half.upper(), mark] for pupil, day, half, mark in marks]
    return text([["UPN", "Surname", "Date", "Session", "Mark"], *rows])


def by_day(marks: Sequence[Mark]) -> bytes:
    """One row a day, with a mark each for morning and afternoon."""
    found = {(pupil, day, half): mark for pupil, day, half, mark in marks}
    days = dict.fromkeys((pupil, day) for pupil, day, _, _ in marks)
    rows = [[upn(pupil), f"{day:%Y-%m-%d}", *(found[pupil, day, half] for half in PRESENT)] for pupil, day in days]
    return text([["UPN", "Date", "AM", "PM"], *rows])


def wide_lines(marks: Sequence[Mark]) -> list[list[str]]:
    sessions = list(dict.fromkeys((day, half) for _, day, half, _ in marks))
    found = {(pupil, day, half): mark for pupil, day, half, mark in marks}
    rows = [[upn(pupil), *(found[pupil, *session] for session in sessions)] for pupil in dict.fromkeys(mark[0] for mark in marks)]
    return [["UPN", *(f"{day:%a %d/%m/%Y} {half.upper()}" for day, half in sessions)], *rows]


def wide(marks: Sequence[Mark]) -> bytes:
    """One column a session."""
    return text(wide_lines(marks), ";")


def workbook(marks: Sequence[Mark]) -> bytes:
    """One column a session, in a workbook."""
    book = Workbook()
    for line in wide_lines(marks):
        book.active.append(line)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def by_hand(marks: Iterable[Mark], catalogue: Catalogue) -> dict[tuple[int, str], Counter[str]]:
    """The totals by pupil and term, one mark after the other."""
    meant = {value.code: value.marks for value in catalogue.code_sets["attendance_mark"].codes}
    totals: dict[tuple[int, str], Counter[str]] = {}
    for pupil, day, _, mark in marks:
        totals.setdefault((pupil, term_of(day)), Counter()).update(meant[mark])
    return totals


def landed(trust: MadeUpTrust) -> dict[tuple[str, str], Counter[str]]:
    return {
        (row["person_key"], row["term"]): Counter(
            {name.removeprefix("sessions_"): int(count) for name, count in row.items() if name.startswith("sessions_") and count}
        )
        for row in trust.landed("attendance")
    }


ODD = {
    (0, AUTUMN, "am"): "L", (1, AUTUMN, "am"): "U", (2, SPRING, "pm"): "I", (3, SPRING, "am"): "X", (4, SUMMER, "am"): "N", (5, SUMMER, "pm"): "V",
    (6, AUTUMN, "pm"): "Y7", (7, AUTUMN, "pm"): "#", (8, AUTUMN, "pm"): "-",
}  # fmt: skip
SHAPES = {"register.csv": long, "days.csv": by_day, "wide.csv": wide, "wide.xlsx": workbook}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_lands_as_the_totals_that_a_hand_count_gives(trust: MadeUpTrust, name: str) -> None:
    marks = registered(odd=ODD)
    trust.drop(FIRST, name, SHAPES[name](marks))
    (settled,) = trust.take_in().settled
    assert (settled.dataset, settled.outcome, settled.periods) == ("attendance", "accepted", ("2025-26",))
    wanted = [sorted(count.items()) for count in by_hand(marks, trust.catalogue).values()]
    assert sorted(sorted(count.items()) for count in landed(trust).values()) == sorted(wanted)


def test_all_shapes_are_of_the_same_people(trust: MadeUpTrust) -> None:
    seen = []
    for hour, name in enumerate(SHAPES):
        trust.drop(FIRST, f"2026-01-15T1{hour}00 {name}", SHAPES[name](registered(odd=ODD)))
        trust.take_in()
        seen.append(landed(trust))
    assert len(seen[0]) == 90
    assert all(other == seen[0] for other in seen)


def test_a_list_with_days_for_headings_is_no_register(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written([{**row, "03/09/2025": "x", "04/09/2025": ""} for row in pupils(range(25))]))
    (settled,) = trust.take_in().settled
    assert (settled.dataset, settled.rows) == ("pupils", "25")


def test_nothing_of_a_single_session_is_stored(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "register.csv", long(registered(odd=ODD)))
    trust.take_in()
    assert {"day", "session", "mark", "morning", "afternoon"}.isdisjoint(trust.landed("attendance")[0])
    assert b"Canary" not in trust.everything_stored()


DAYS_OF_THE_YEAR = st.dates(dt.date(2025, 9, 1), dt.date(2026, 7, 20))
MARKS = st.tuples(st.integers(0, 5), DAYS_OF_THE_YEAR, st.sampled_from(["am", "pm"]), st.sampled_from(["/", "L", "I", "U", "X", "-"]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(MARKS, min_size=1, unique_by=lambda mark: mark[:3]),
    st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%Y%m%d"]),
)
def test_any_register_counts_as_by_hand(catalogue: Catalogue, marks: list[Mark], spelt: str) -> None:
    table = read_register(long(marks, spelt), "x.csv", catalogue)
    assert table is not None
    at = {heading: position for position, heading in enumerate(table.headings)}
    people = {upn(pupil): pupil for pupil in range(6)}
    names = [
        "possible sessions",
        "present sessions",
        "sessions absent",
        "unauthorised absence",
        "late marks",
        "late after registration",
        "missing marks",
    ]
    short = ["possible", "attended", "absent", "unauthorised", "late", "late_after_close", "missing"]
    found = {(people[row.cells[at["UPN"]]], row.cells[at["term"]]): [int(row.cells[at[name]]) for name in names] for row in table.rows}
    assert found == {key: [count[name] for name in short] for key, count in by_hand(marks, catalogue).items()}


def told(trust: MadeUpTrust, content: bytes, name: str = "register.csv") -> dict[str, Any]:
    """Kinds of problem, with rows, of one file."""
    path = trust.home.root / name
    path.write_bytes(content)
    receipt = check(path, trust.home, trust.keys, trust.catalogue, passing, urn=FIRST)
    return {item.kind: item.rows for item in (*receipt.problems, *receipt.notes)}


def test_what_cannot_be_counted_is_told_of_by_row(trust: MadeUpTrust) -> None:
    lines = long(registered(40)).decode().splitlines()
    lines[1] = lines[1].replace("03/09/2025", "43/09/2025")
    lines[3] = lines[3].rpartition(",")[0] + ",Q9"
    lines[5] = lines[5].replace("2026", "2019").replace("2025", "2019")
    lines[7:7] = [lines[6], lines[7].rpartition(",")[0] + ",I"]
    lines.append("Total: 241")
    found = told(trust, "\n".join(lines).encode())
    assert found["date_unreadable"] == (2,)
    assert found["code_unknown"] == (4,)
    assert found["period_not_in_calendar"] == (6,)
    assert found["rows_repeated"] == (8,)
    assert found["rows_disagree"] == (9, 10)
    assert "too_many_values" not in found


def test_a_row_of_another_width_is_no_mark(trust: MadeUpTrust) -> None:
    lines = long(registered(40)).decode().splitlines()
    lines[4] += ",more,cells"
    assert told(trust, "\n".join(lines).encode())["too_many_values"] == (5,)


def test_many_sessions_without_a_mark_are_a_thing_to_fix(trust: MadeUpTrust) -> None:
    odd = {(pupil, AUTUMN, "am"): "-" for pupil in range(10)}
    assert "marks_missing" in told(trust, long(registered(odd=odd)))
    assert "marks_missing" not in told(trust, long(registered(odd={(0, AUTUMN, "am"): ""})))


def test_a_code_that_was_withdrawn_is_told_of(trust: MadeUpTrust) -> None:
    assert told(trust, long(registered(odd={(0, AUTUMN, "am"): "H"})))["code_ended"] == (2,)


@pytest.mark.parametrize(("mark", "spelt", "why"), [("/", "%m/%d/%Y", "date_month_first"), ("Q9", "%d/%m/%Y", "code_unknown")])
def test_months_first_is_refused_and_so_is_a_register_of_nothing_known(trust: MadeUpTrust, mark: str, spelt: str, why: str) -> None:
    found = told(trust, long([(pupil, dt.date(2025, 9, 16), half, mark) for pupil, _, half, _ in registered()], spelt))
    assert {"too_many_set_aside", why} <= set(found)


def test_a_register_that_was_cut_off_is_refused_and_not_half_counted(trust: MadeUpTrust) -> None:
    content = long(registered(40)).rstrip()
    assert "truncated" in told(trust, content[: content.rindex(b",") - 4])


def test_empty_cells_beyond_the_headings_do_no_harm(trust: MadeUpTrust) -> None:
    content = long(registered(40))
    trust.drop(FIRST, "register.csv", content.replace(b"\r\n", b",\r\n"))
    (settled,) = trust.take_in().settled
    assert (settled.outcome, len(landed(trust))) == ("accepted", 120)


def test_many_rows_of_another_width_refuse_the_file(trust: MadeUpTrust) -> None:
    lines = long(registered(40)).decode().splitlines()
    assert "too_many_set_aside" in told(trust, "\n".join([*lines[:100], *(f"{line},more" for line in lines[100:]), ""]).encode())


def test_a_register_of_lessons_is_not_taken_for_sessions(trust: MadeUpTrust) -> None:
    rows = [[upn(pupil), f"{AUTUMN:%d/%m/%Y}", "/"] for pupil in range(30) for _ in range(6)]
    found = told(trust, text([["UPN", "Date", "Mark"], *rows]))
    assert {"too_many_sessions", "too_many_set_aside"} <= set(found)


def test_a_receipt_counts_the_rows_of_the_file(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "register.csv", long(registered(40)))
    (settled,) = trust.take_in().settled
    page = settled.receipt.read_text("utf-8")
    assert "We used all 240 rows" in page and "<dd>120</dd>" not in page


def test_columns_that_are_not_needed_are_told_of(trust: MadeUpTrust) -> None:
    content = long(registered()).replace(b"Surname", b"Comments")
    assert "never_collected" in told(trust, content)


def test_a_register_for_the_whole_trust_is_split_at_the_door(trust: MadeUpTrust) -> None:
    rows = [[(FIRST, SECOND)[pupil % 2], upn(pupil), f"{day:%d/%m/%Y}", half, mark] for pupil, day, half, mark in registered(60)]
    trust.drop("trust", "register.csv", text([["URN", "UPN", "Date", "Session", "Mark"], *rows]))
    (settled,) = trust.take_in().settled
    assert {key.urn for key in settled.slices} == {FIRST, SECOND}
    assert Counter(row["academy_urn"] for row in trust.landed("attendance")) == {FIRST: 90, SECOND: 90}


def test_two_marks_of_a_day_without_a_session_column_are_morning_and_afternoon(catalogue: Catalogue) -> None:
    rows = [[upn(pupil), f"{day:%d/%m/%Y}", mark] for pupil, day, _, mark in registered(5)]
    table = read_register(text([["UPN", "Date", "Mark"], *rows]), "x.csv", catalogue)
    assert table is not None
    assert {row.cells[3] for row in table.rows} == {"2"}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_spoilt_register_is_read_or_refused_and_never_crashes(catalogue: Catalogue, data: st.DataObject) -> None:
    content = bytearray(long(registered(4)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    with contextlib.suppress(Refused):
        read_register(bytes(content), "x.csv", catalogue)

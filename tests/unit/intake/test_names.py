"""File names: what they say is understood, what they could do is prevented."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake import names


@pytest.mark.parametrize("text", ["2025-26", "2025/26", "2025/2026", "2025-2026", "202526", "2025 26", "2025_26"])
def test_an_academic_year_is_known_in_any_spelling(text: str) -> None:
    assert names.academic_year(text) == "2025-26"


@pytest.mark.parametrize("text", ["2025-27", "2025", "20260115", "26", "1999-2001", "Autumn 2025", ""])
def test_two_years_that_do_not_follow_are_no_academic_year(text: str) -> None:
    assert names.academic_year(text) is None


@given(st.integers(1900, 2098))
def test_every_academic_year_is_itself(year: int) -> None:
    written = f"{year}-{(year + 1) % 100:02d}"
    assert names.academic_year(written) == written


def test_a_file_name_gives_year_and_export_time() -> None:
    name = "900058_pupils_2025-26_20260115T1600.csv"
    assert names.academic_year_in(name) == "2025-26"
    assert names.moment_in(name) == dt.datetime(2026, 1, 15, 16, 0)


def test_a_file_name_that_contradicts_itself_says_nothing() -> None:
    assert names.academic_year_in("2024-25 and 2025-26.csv") is None
    assert names.moment_in("20260115 20260116.csv") is None


def test_a_day_that_does_not_exist_is_no_export_time() -> None:
    assert names.moment_in("pupils_20260230.csv") is None


@pytest.mark.parametrize(
    "name",
    [
        "..%2F..%2Fetc.csv",
        "..\\x.csv",
        "a\nb.csv",
        "a\u202efdp.csv",
        "-rf.csv",
        "$(touch x).csv",
        "a;b.csv",
        "a|b.csv",
        "a\x00.csv",
        "\udcff.csv",
    ],
)
def test_a_name_that_could_trick_somebody_is_unsafe(name: str) -> None:
    assert names.is_unsafe(name)


@pytest.mark.parametrize("name", ["pupils.csv", "École Saint-André 2025-26.csv", "Pupil list (1).XLSX", "O'Neill & Co, roll.csv"])
def test_an_ordinary_name_is_safe(name: str) -> None:
    assert not names.is_unsafe(name)


@given(st.text(max_size=40))
def test_a_shown_name_holds_nothing_that_moves_a_cursor_or_turns_a_line(name: str) -> None:
    assert names.shown(name).isprintable()


@pytest.mark.parametrize("name", ["a.csv.part", "a.tmp", "a.csv.filepart", "b (conflicted copy).csv"])
def test_a_file_on_its_way_is_unfinished(name: str) -> None:
    assert names.is_unfinished(name)


@pytest.mark.parametrize("name", ["~$a.xlsx", ".DS_Store", "desktop.ini", "Thumbs.db"])
def test_litter_was_not_sent_by_anybody(name: str) -> None:
    assert names.is_not_sent(name)


def test_a_name_that_climbs_is_not_litter() -> None:
    assert not names.is_not_sent("..%2Fx.csv")

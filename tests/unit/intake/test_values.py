"""Single values: what exports write is read as what was meant, and nothing else is read as anything."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_exports import LETTERS
from made_up_exports import upn as made_up_upn

from pipelines.intake import values

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2030, 12, 31))
FORMATS = ["%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%Y%m%d", "%d.%m.%Y", "%Y-%m-%dT00:00:00Z", "%d/%m/%Y 00:00"]


@given(DAYS, st.sampled_from(FORMATS))
def test_a_date_written_in_any_known_form_is_that_date(day: dt.date, form: str) -> None:
    assert values.date(day.strftime(form), 2030) == day


@given(st.dates(dt.date(1954, 10, 4), dt.date(2030, 12, 31)))
def test_excels_serial_number_is_the_day_excel_shows(day: dt.date) -> None:
    assert values.date(str((day - dt.date(1899, 12, 30)).days), 2030) == day


def test_the_serial_number_known_from_a_real_workbook_is_the_day_it_showed() -> None:
    assert values.date("44032", 2030) == dt.date(2020, 7, 20)


@given(st.dates(dt.date(1931, 1, 1), dt.date(2030, 12, 31)))
def test_a_year_of_two_digits_is_the_latest_that_fits(day: dt.date) -> None:
    assert values.date(day.strftime("%d/%m/%y"), 2030) == day


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_none_and_never_an_error(text: str) -> None:
    assert values.date(text, 2030) is None or isinstance(values.date(text, 2030), dt.date)


@pytest.mark.parametrize("text", ["31/02/2020", "12/25/2020", "2020-13-01", "99999999", "yesterday", "1/1/1", ""])
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert values.date(text, 2030) is None


def test_only_a_day_over_twelve_in_second_place_betrays_the_american_order() -> None:
    assert values.is_month_first("12/25/2020")
    assert not values.is_month_first("25/12/2020")
    assert not values.is_month_first("01/02/2020")


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12.0), ("£1,234.50", 1234.5), ("95.2%", 95.2), ("-3", -3.0), ("1 000", 1000.0), ("0.5", 0.5)],
)
def test_a_number_is_read_with_its_trimmings(text: str, number: float) -> None:
    assert values.number(text) == number


@pytest.mark.parametrize("text", ["c", "x", "z", "low", "k", "u", "-", "*", "<5", "", "nan", "inf", "1e5", "12*", "1,2,3", "٣"])
def test_a_symbol_never_becomes_a_number(text: str) -> None:
    assert values.number(text) is None


def test_a_decimal_comma_is_read_only_where_it_is_the_custom() -> None:
    assert values.number("12,5") is None
    assert values.number("12,5", decimal_comma=True) == 12.5


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("Y", "Y"), ("yes", "Y"), ("T", "Y"), ("TRUE", "Y"), ("1", "Y"), ("✓", "Y"), ("N", "N"), ("False", "N"), ("0", "N"), ("", ""),
     ("NOBT", ""), ("Refused", ""), ("x", None), ("maybe", None)],
)  # fmt: skip
def test_yes_no_and_not_known_are_told_apart(text: str, meaning: str | None) -> None:
    assert values.flag(text) == meaning


def test_the_example_of_the_upn_guide_has_the_right_check_letter() -> None:
    assert values.has_right_check_letter("H801200001001")


@given(st.integers(0, 99_999), st.sampled_from(LETTERS))
def test_exactly_one_letter_fits_a_permanent_upn(number: int, letter: str) -> None:
    right = made_up_upn(number)
    assert values.has_right_check_letter(letter + right[1:]) == (letter == right[0])


@given(st.integers(0, 99_999), st.sampled_from([" ", "\u00a0", "-", "'", "\u2019"]))
def test_a_upn_survives_spaces_and_small_letters(number: int, noise: str) -> None:
    right = made_up_upn(number)
    assert values.upn(noise.join([right[:4].lower(), right[4:], ""])) == right


@pytest.mark.parametrize("text", ["", "901200000001", "9.012E+11", "I901200000001", "A90120000000", "A9012000000011", "Smith"])
def test_a_damaged_upn_is_not_mended_by_guessing(text: str) -> None:
    assert values.upn(text) is None


def test_a_staff_number_that_a_spreadsheet_rounded_is_no_staff_number() -> None:
    assert values.reference("1.2E+11") is None
    assert values.reference(" ab 12 ") == "AB12"

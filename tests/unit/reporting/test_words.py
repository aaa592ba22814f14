"""Numbers read as a board reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reporting import words


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.0049, "under 1%"), (0.005, "1%"), (0.125, "13%"), (0.115, "12%"), (0.994, "99%"), (0.999, "over 99%"), (1, "100%")],
)
def test_shares_are_whole_per_cents(share: float, text: str) -> None:
    assert words.per_cent(share) == text


@given(st.floats(0, 1))
def test_only_nobody_reads_as_none_and_only_everybody_as_all(share: float) -> None:
    assert (words.per_cent(share) == "0%") == (share == 0)
    assert (words.per_cent(share) == "100%") == (share == 1)


@pytest.mark.parametrize(
    ("ratio", "text"), [(2.89, "2.9 times"), (0.63, "0.63 times"), (0.999, "1.0 times"), (1, "1.0 times"), (12.4, "12 times")]
)
def test_ratios_are_times(ratio: float, text: str) -> None:
    assert words.times(ratio) == text


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (0.203, "20 percentage points"),
        (-0.203, "20 percentage points"),
        (0.01, "1 percentage point"),
        (0.004, "under 1 percentage point"),
        (0, "0 percentage points"),
    ],
)
def test_differences_are_whole_percentage_points(difference: float, text: str) -> None:
    assert words.points(difference) == text


@pytest.mark.parametrize(
    ("number", "decimals", "text"), [(-4.24, 1, f"{words.MINUS}4.2"), (4.25, 0, "+4"), (16.5, 0, "+17"), (-0.3, 0, "0"), (0, 1, "0.0")]
)
def test_signs_are_true_and_nought_has_none(number: float, decimals: int, text: str) -> None:
    assert words.signed(number, decimals) == text


def test_counts_and_decimals_keep_their_thousands_apart() -> None:
    assert (words.count(12345), words.decimal(-1234.56, 1)) == ("12,345", f"{words.MINUS}1,234.6")


@pytest.mark.parametrize(
    ("label", "text"), [("Suspended at least once", "suspended at least once"), ("SEN support", "SEN support"), ("A", "a"), ("", "")]
)
def test_a_label_inside_a_sentence_keeps_its_abbreviations(label: str, text: str) -> None:
    assert words.within_sentence(label) == text


@pytest.mark.parametrize(
    ("period", "text"),
    [
        ("2025-26", "2025 to 2026"),
        ("2099-00", "2099 to 2100"),
        ("2025-26_autumn", "2025 to 2026, autumn"),
        ("2025-26_pool", "2023 to 2026, three years together"),
    ],
)
def test_a_period_is_an_academic_year(period: str, text: str) -> None:
    assert words.academic_year(period) == text


@pytest.mark.parametrize(
    ("parts", "text"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C"), (["A, a", "B", "C"], "A, a; B; and C")],
)
def test_lists_are_joined_as_spoken(parts: list[str], text: str) -> None:
    assert words.joined(parts) == text


def test_averages_and_their_differences_in_the_readers_unit() -> None:
    assert words.value_in_words(0.9251, "mean", "share", 4) == "92.5%"
    assert words.value_in_words(46.04, "mean", "points", 1) == "46.0"
    assert words.value_in_words(0.256, "rate", "share", 1) == "26%"
    assert words.difference_in_words(-0.0346, "share", 4) == f"{words.MINUS}3.5 points"
    assert words.difference_in_words(1.0, "points", 0) == "+1 point"


def test_more_decimals_are_given_where_asked() -> None:
    assert (words.ratio(1.04, 1), words.ratio(0.998, 2), words.ratio(12.4, 1)) == ("1.04", "0.998", "12.4")
    assert words.difference_in_words(0.0004, "share", 4, 1) == "+0.04 points"
    assert words.difference_in_words(-0.04, "points", 1, 1) == "\N{MINUS SIGN}0.04 points"


def test_a_rounded_zero_has_no_sign() -> None:
    assert (words.decimal(-0.0004, 1), words.decimal(-0.06, 1), words.decimal(-1234.0, 0)) == (
        "0.0",
        "\N{MINUS SIGN}0.1",
        "\N{MINUS SIGN}1,234",
    )

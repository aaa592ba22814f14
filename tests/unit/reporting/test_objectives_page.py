"""The tracker says where each objective stands, in the words of the catalogue, from shown figures alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.catalogue.trust import Brand
from pipelines.reporting.objectives import COLUMNS, STATUSES
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.pages.objectives import STATUS_WORDS, WORST_FIRST, Card, objective_cards, objectives_page

BRAND = Brand(short_name="Test", colour="#ffcc00")
CONTEXT = Context(period="2025-26", made_up=True, threshold=10, few_below=20)
PLAIN: dict[str, object] = {
    "title": "Less absence", "kind": "target", "aim": "advance", "owner": "Head of care", "why": "", "measure": "absent", "period": "2025-26",
    "area_level": "trust", "area_code": "T1", "characteristic": "all", "group_code": "all", "comparator_code": "", "against": "", "value": 0.2,
    "low": 0.18, "high": 0.22, "baseline_period": "2023-24", "baseline": 0.3, "target_period": "2026-27", "target": 0.15, "expected": 0.2,
    "status": "on_track", "said": "",
}  # fmt: skip
NAN = float("nan")
UNSET = {"baseline_period": "", "baseline": NAN, "target_period": "", "target": NAN, "expected": NAN}
Write = Callable[..., Path]


def row(objective: str, **changes: object) -> dict[str, object]:
    return {"objective": objective, **PLAIN, **changes}


@pytest.fixture
def written(marts_folder: Path) -> Write:
    """``written(*rows)`` puts these rows in place of the objectives; returns the folder."""

    def written(*rows: dict[str, object]) -> Path:
        pd.DataFrame(rows)[COLUMNS].to_parquet(marts_folder / "mart_objectives.parquet", index=False)
        return marts_folder

    return written


def page_of(folder: Path) -> str:
    return objectives_page(objective_cards(folder, CONTEXT), "Test Trust", BRAND, CONTEXT)


def only(folder: Path) -> Card:
    cards = objective_cards(folder, CONTEXT)
    assert len(cards) == 1
    return cards[0]


def many() -> list[dict[str, object]]:
    plan = {"characteristic": "sen", "group_code": "plan", "measure": "suspended", "value": NAN, "low": NAN, "high": NAN}
    gap = {"kind": "gap", "characteristic": "sen", "comparator_code": "none", "group_code": "support"}
    return [
        row("T10", title="Tenth"),
        row("T2", title="Second", period="2024-25", value=0.25),
        row("T2", title="Second", status="off_track"),
        row("T3", title="A <b>& hidden", status="cannot_tell_yet", **plan),
        row("T4", title="Ratio", measure="suspended", value=3.05, low=2.1, high=4.4, baseline=4.0, target=1.5, status="at_risk", **gap),
        row("T5", title="Watched", kind="monitor", status="monitored", said="Monitored.", **UNSET),
        row("T5", title="Watched", kind="monitor", status="monitored", said="Monitored.", measure="suspended", value=0.05, **UNSET),
        row("T6", title="Never", kind="refused", measure="", status="refused", said="One child could be known.", value=NAN, **UNSET),
        row("A1", title="Own", area_level="academy", area_code="100002", value=300 / 900, owner="Its head"),
        row("A2", title="Own too", area_level="academy", area_code="100001"),
    ]


def test_the_trust_comes_first_by_number_then_each_academy_by_its_name(written: Write) -> None:
    cards = objective_cards(written(*many()), CONTEXT)
    assert [(card.code, card.area) for card in cards] == [
        ("T2", ""), ("T3", ""), ("T4", ""), ("T5", ""), ("T10", ""), ("T6", ""), ("A1", "Apple Academy"), ("A2", "Zebra Academy"),
    ]  # fmt: skip


def test_a_target_says_what_it_is_was_and_should_be(written: Write) -> None:
    card = only(written(row("O1")))
    assert card.sentence == "Absent: 20%, down from 30% in 2023 to 2024."
    assert card.lines[0].plan == "Planned for this year: 20%. Target for 2026 to 2027: 15%."
    assert card.lines[0].span == "Chance alone can move the figure of this year between 18% and 22%."
    assert (card.word, card.aim, card.owner) == ("On track", "advance equality of opportunity", "Head of care")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"value": 0.35}, "Absent: 35%, up from 30% in 2023 to 2024."),
        ({"value": 0.301}, "Absent: 30%, as in 2023 to 2024."),
        ({"baseline_period": "2025-26"}, "Absent: 20%."),
        ({"characteristic": "sex", "group_code": "F"}, "Absent, Female: 20%, down from 30% in 2023 to 2024."),
        (
            {"kind": "gap", "characteristic": "sen", "group_code": "support", "comparator_code": "none", "value": 0.11, "baseline": 0.15},
            "Absent, SEN support: 11 percentage points higher than No SEN; in 2023 to 2024 it was 15 percentage points higher.",
        ),
        (
            {"kind": "gap", "characteristic": "sen", "group_code": "support", "comparator_code": "none", "value": 0.001, "baseline": -0.15},
            "Absent, SEN support: the same as No SEN; in 2023 to 2024 it was 15 percentage points lower.",
        ),
        (
            {
                "kind": "gap",
                "measure": "suspended",
                "characteristic": "sen",
                "group_code": "support",
                "comparator_code": "none",
                "value": 3.05,
            }
            | {"baseline": 4.0},
            "Suspended once, SEN support: 3.0 times as likely as No SEN, down from 4.0 times in 2023 to 2024.",
        ),
        (
            {"kind": "gap", "measure": "score", "characteristic": "sen", "group_code": "support", "comparator_code": "none", "value": -6.0}
            | {"baseline": -7.2, "against": "England"},
            "Score, SEN support: 6.0 points lower than No SEN in England, 2024 to 2025 (DfE); in 2023 to 2024 it was 7.2 points lower.",
        ),
        (
            {"characteristic": "sen", "value": 0.11, "baseline": 0.2},
            "Absent: 11 percentage points between the lowest and the highest group by sEN provision, down from 20 percentage points in 2023 to 2024.",
        ),
        (
            {"kind": "monitor", "measure": "pay_gap", "characteristic": "sex", "group_code": "F", "value": 0.1234} | UNSET,
            "Mean pay gap: 12.3%.",
        ),
    ],
)
def test_each_kind_in_its_own_words(written: Write, changes: dict[str, object], sentence: str) -> None:
    assert only(written(row("O1", **changes))).sentence == sentence.replace("sEN", "SEN")


def test_a_benchmark_is_held_against_the_figure_of_elsewhere(written: Write) -> None:
    either = {"kind": "benchmark", "against": "England", **UNSET}
    shown = only(written(row("O1", **(either | {"expected": 0.15}))))
    assert shown.lines[0].plan == "England, 2024 to 2025 (DfE): 15%." and "England 15%" in shown.chart
    other = only(written(row("O1", **(either | {"expected": 0.25}))))
    assert other.lines[0].plan == "England: 25%.", "the year of another figure is not told"
    missing = only(written(row("O1", **either)))
    assert missing.lines[0].plan == "There is no figure for England to hold it against."


def test_several_measures_are_one_card_with_a_line_each_and_the_worst_status(written: Write) -> None:
    card = only(written(row("O1"), row("O1", measure="suspended", value=0.05, status="at_risk"), row("O1", period="2024-25", value=0.25)))
    assert [line.measure for line in card.lines] == ["Absent", "Suspended once"]
    assert card.status == "at_risk" and card.chart == ""
    assert [[figure.text for _, figure in line.years] for line in card.lines] == [["25%", "20%"], ["5%"]]


def test_one_that_is_refused_gives_its_reason(written: Write) -> None:
    card = only(written(row("A7", kind="refused", measure="", status="refused", said="One child could be known.", value=NAN, **UNSET)))
    assert card.sentence == "Not measured: One child could be known."
    assert card.lines == () and card.word == "Not measured"


def test_a_hidden_figure_is_said_and_hatched(written: Write) -> None:
    card = only(written(row("O1", measure="suspended", characteristic="sen", group_code="plan", value=NAN, status="cannot_tell_yet")))
    assert card.sentence == "Suspended once, Education, health and care plan: the figure of this year is hidden to protect people."
    assert "[c]" in card.chart and "2025 to 2026 [c]" in card.chart


def test_no_data_is_not_called_hidden(written: Write) -> None:
    card = only(written(row("O1", area_level="academy", area_code="100003", value=NAN, status="cannot_tell_yet")))
    assert card.sentence == "Absent: there is no figure for this year."
    assert "[x]" in card.chart and "[c]" not in card.chart


def test_a_start_that_is_not_shown_is_said_and_has_no_line(written: Write) -> None:
    card = only(written(row("O1", baseline=NAN, expected=NAN, status="cannot_tell_yet")))
    assert card.lines[0].plan == "Target for 2026 to 2027: 15%. The figure of 2023 to 2024, where the plan starts, is not shown."
    assert "stroke-dasharray" not in card.chart


def test_a_measure_defined_anew_is_compared_with_nothing_before(written: Write) -> None:
    before = row("O1", period="2024-25", value=0.77, expected=0.25)
    card = only(written(before, row("O1", status="cannot_tell_yet", expected=NAN, said="Defined anew from 2025-26.")))
    assert card.sentence == "Absent: 20%." and card.said == "Defined anew from 2025-26."
    assert "77%" not in card.chart and "30%" not in card.chart and "15%" not in card.chart
    assert [figure.text for _, figure in card.lines[0].years] == ["[z]", "20%"]


def test_later_years_are_not_told(written: Write) -> None:
    card = only(written(row("O1"), row("O1", period="2026-27", value=0.99)))
    assert "99%" not in card.chart
    assert "88%" not in only(written(row("O1"), row("O1", period="2024-25_autumn", value=0.88))).chart
    earlier = Context(period="2024-25", made_up=True, threshold=10, few_below=20)
    assert objective_cards(written(row("O1")), earlier) == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 9), st.floats(0, 9), st.floats(0, 9))
def test_a_number_that_lies_in_a_hidden_row_is_never_told(written: Write, value: float, low: float, high: float) -> None:
    plan = {"measure": "suspended", "characteristic": "sen", "group_code": "plan", "status": "cannot_tell_yet"}
    gap = {**plan, "kind": "gap", "comparator_code": "none"}
    hidden = written(*(row(code, **{**kind, "value": NAN, "low": NAN, "high": NAN}) for code, kind in (("O1", plan), ("O2", gap))))
    page = page_of(hidden)
    left = written(*(row(code, **{**kind, "value": value, "low": low, "high": high}) for code, kind in (("O1", plan), ("O2", gap))))
    assert page_of(left) == page


def test_the_start_of_a_hidden_year_is_not_told(written: Write) -> None:
    now = {"measure": "suspended", "characteristic": "sen", "group_code": "plan", "baseline_period": "2025-26", "baseline": 0.7654}
    card = only(written(row("O1", **now, status="cannot_tell_yet")))
    assert "77%" not in card.chart and "77%" not in card.lines[0].plan


@pytest.fixture
def page(written: Write) -> str:
    return page_of(written(*many()))


def test_the_page_counts_each_status_and_says_each_word(page: str) -> None:
    assert "Trust objectives: 1 on track, 1 at risk, 1 off track, 1 cannot tell yet, 1 monitored and 1 not measured." in page
    assert "Academy objectives: 2 on track." in page
    assert set(STATUS_WORDS) == set(WORST_FIRST) == set(STATUSES)
    rules = page.split('id="rating"')[1]
    assert all(word in rules for word in STATUS_WORDS.values())


def test_the_page_is_whole_and_the_same_twice(page: str, written: Write) -> None:
    assert page_of(written(*reversed(many()))) == page
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    assert all(target in ids for target in re.findall(r'href="#([^"]*)"', page))
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert levels[0] == 1 and all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_each_drawing_has_a_title_and_labels_are_text(page: str) -> None:
    assert len(re.findall("<svg", page)) == len(re.findall("<title", page)) - 1
    assert "A <b>" not in page and "A &lt;b&gt;&amp; hidden" in page


def test_a_trust_without_objectives_says_so(written: Write) -> None:
    folder = written(row("O1"))
    pd.read_parquet(folder / "mart_objectives.parquet").head(0).to_parquet(folder / "mart_objectives.parquet", index=False)
    assert objective_cards(folder, CONTEXT) == []
    assert "The trust has set no equality objectives." in page_of(folder)

"""The pages beside the board's: an academy's, the public's, the staff's, the index; and what they have in common."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from pipelines.catalogue.trust import Brand
from pipelines.reporting.commentary import SENTENCES
from pipelines.reporting.marts import read_marts
from pipelines.reporting.pages import pdf as on_paper
from pipelines.reporting.pages.academy import SMALLEST_ROLL, academy_page
from pipelines.reporting.pages.board import board_page
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.pages.incident_table import incidents
from pipelines.reporting.pages.objectives import objective_cards
from pipelines.reporting.pages.outside import outside
from pipelines.reporting.pages.public import index_page, public_page, staff_summary
from pipelines.reporting.pages.standing import decisions
from tests.unit.reporting.made_cells import cell, cells

BRAND = Brand(short_name="Test", colour="#ffcc00", accent="#ffee00", contact="equality@example.org")
CONTEXT = Context(period="2025-26", made_up=True, threshold=10, few_below=20, reference_date=dt.date(2026, 1, 15))
Rewrite = Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]
APPLE, MANGO, ZEBRA = "100002", "100003", "100001"


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<body>")[1]))


def every_page(folder: Path) -> dict[str, str]:
    marts, cards = read_marts(folder, CONTEXT.period), objective_cards(folder, CONTEXT)
    return {
        "board": board_page(marts, cards, BRAND, CONTEXT),
        "academy": academy_page(marts, ZEBRA, BRAND, CONTEXT),
        "public academy": academy_page(marts, ZEBRA, BRAND, CONTEXT, public=True),
        "public": public_page(marts, cards, BRAND, CONTEXT, [("Workbook", "workbook.xlsx")]),
        "staff": staff_summary(marts, cards, BRAND, CONTEXT),
        "index": index_page(marts, BRAND, CONTEXT, [("Figures", [("Workbook", "workbook.xlsx", "Everything.")])]),
    }


@pytest.fixture
def with_gaps_at_zebra(marts_folder: Path, rewrite: Rewrite) -> Path:
    rewrite("mart_gaps", lambda gaps: pd.concat([gaps, gaps.assign(area_level="academy", area_code=ZEBRA)], ignore_index=True))
    return marts_folder


def test_a_number_left_in_a_hidden_cell_reaches_no_page(with_gaps_at_zebra: Path, rewrite: Rewrite) -> None:
    before = every_page(with_gaps_at_zebra)

    def leaking(rows: pd.DataFrame) -> pd.DataFrame:
        hidden = ~rows["status"].isin(["shown", "u"])
        for column, number in (("numerator", 7), ("denominator", 8), ("value", 0.875), ("low", 0.8), ("high", 0.9)):
            rows[column] = rows[column].mask(hidden, number)
        return rows

    for mart in ("pupil_composition", "pupil_outcomes", "staff_composition", "staff_outcomes", "case_composition"):
        rewrite(f"mart_{mart}", leaking)
    assert every_page(with_gaps_at_zebra) == before


def test_every_page_names_its_dates_its_academies_and_what_is_not_known(marts_folder: Path) -> None:
    for name, page in every_page(marts_folder).items():
        assert "15 January 2026" in text_of(page), name
        assert re.search(r"\d of 3 academies in", page), name
        assert "not known at most: sex of 1" in page.lower(), name


def test_an_academy_reads_its_own_findings_with_questions_and_what_is_owed(with_gaps_at_zebra: Path) -> None:
    text = text_of(academy_page(read_marts(with_gaps_at_zebra, "2025-26"), ZEBRA, BRAND, CONTEXT))
    assert "Zebra Academy: equality on one page" in text and "1,000 on roll" in text
    assert "Here the gaps with most people behind them are:" in text
    assert SENTENCES[61] in text and "Data still needed from Zebra Academy" in text
    assert "Suspended once 9% 5%" in text


def test_something_goes_well_at_an_academy_too_or_the_truth_is_told(with_gaps_at_zebra: Path, rewrite: Rewrite) -> None:
    """Three gaps leave no room for a good card: then a sentence says what is similar, else what is known best, else that it is hidden."""

    def said() -> str:
        return text_of(academy_page(read_marts(with_gaps_at_zebra, "2025-26"), ZEBRA, BRAND, CONTEXT))

    assert "Going well. Absent: Female and Male are similar" in said()
    assert "made the difference" not in said()
    rewrite("mart_gaps", lambda rows: rows.assign(verdict=rows["verdict"].replace("similar", "cannot_tell")))
    assert f"Going well. {SENTENCES[79]}" not in said() and f"Going well. {SENTENCES[11]}" in said()
    of_sex = cell("pupils", "headcount", ("sex", "unknown"), 20, area=("academy", ZEBRA))
    rewrite("mart_pupil_composition", lambda rows: pd.concat([rows, cells(of_sex)]))
    assert "Going well. Sex is known for 98% of pupils." in said()
    rewrite("mart_pupil_composition", lambda rows: rows.assign(status=rows["status"].mask(rows["group_code"].eq("unknown"), "c")))
    assert f"Going well. {SENTENCES[79]}" in said()


def test_what_all_others_of_its_phase_have_is_owed_but_not_what_only_a_year_group_has(marts_folder: Path, rewrite: Rewrite) -> None:
    def without_suspensions(rows: pd.DataFrame) -> pd.DataFrame:
        others = rows[rows["measure"].eq("suspended") & rows["area_code"].eq(ZEBRA)].assign(status="shown")
        told = [others.assign(area_code=code) for code in (APPLE, MANGO)]
        return pd.concat([rows[~(rows["measure"].eq("suspended") & rows["area_level"].eq("academy"))], *told], ignore_index=True)

    def in_a_phase(rows: pd.DataFrame) -> pd.DataFrame:
        academies = rows[rows["area_level"].eq("academy")]
        return pd.concat([rows, academies.assign(parent_level="phase", parent_code="primary")], ignore_index=True)

    rewrite("mart_pupil_outcomes", without_suspensions)
    rewrite("dim_areas", in_a_phase)
    assert "Zebra Academy has none: Suspended once." in text_of(every_page(marts_folder)["academy"])
    rewrite("dim_populations", lambda rows: rows.assign(base=rows["base"].mask(rows["population"].eq("pupils"), "pupils_first_cohort")))
    assert "Nothing: it has every figure" in text_of(every_page(marts_folder)["academy"])


def test_anybody_reads_who_applied(marts_folder: Path, rewrite: Rewrite) -> None:
    assert "Who applied" not in text_of(every_page(marts_folder)["public"])
    new = pd.DataFrame([("applicants_staff", "Applicants for a post", "staff_applicant", "")])
    rewrite("dim_populations", lambda rows: pd.concat([rows, new.set_axis(rows.columns, axis=1)]))
    applied = cells(cell("applicants_staff", "headcount", numerator=80), cell("applicants_staff", "headcount", ("sex", "F"), 60))
    rewrite("mart_applicant_composition", lambda _: applied)
    assert re.search(r"Who applied .* Sex Group Applicants for a post Female 75% 60", text_of(every_page(marts_folder)["public"]))


def test_the_public_page_of_an_academy_asks_and_owes_nothing(with_gaps_at_zebra: Path) -> None:
    text = text_of(academy_page(read_marts(with_gaps_at_zebra, "2025-26"), ZEBRA, BRAND, CONTEXT, public=True))
    assert "Questions to ask" not in text and "still needed" not in text and "for the governors" not in text
    assert "filter the MIS" not in text
    assert "filter the MIS" in text_of(every_page(with_gaps_at_zebra)["academy"])


def test_a_tiny_academy_has_no_tables_and_says_why(marts_folder: Path, rewrite: Rewrite) -> None:
    def tiny(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(numerator=rows["numerator"].mask(rows["area_code"].eq(MANGO), SMALLEST_ROLL - 1))

    rewrite("mart_pupil_composition", tiny)
    page = academy_page(read_marts(marts_folder, "2025-26"), MANGO, BRAND, CONTEXT)
    assert "<table" not in page
    assert f"With fewer than {SMALLEST_ROLL} pupils on roll" in text_of(page)
    assert "<table" in academy_page(read_marts(marts_folder, "2025-26"), APPLE, BRAND, CONTEXT)


def test_an_academy_whose_roll_is_hidden_has_no_tables_either(marts_folder: Path, rewrite: Rewrite) -> None:
    rewrite("mart_pupil_composition", lambda rows: rows.assign(status=rows["status"].mask(rows["area_code"].eq(MANGO), "c")))
    page = academy_page(read_marts(marts_folder, "2025-26"), MANGO, BRAND, CONTEXT)
    assert "<table" not in page and "[c] on roll" in text_of(page)


def test_every_page_with_gaps_says_that_they_are_worked_out_before_rounding(with_gaps_at_zebra: Path) -> None:
    pages = every_page(with_gaps_at_zebra)
    for name in ("board", "academy", "public academy", "public"):
        assert "worked out before rounding" in text_of(pages[name]), name


def test_staff_read_what_is_promised_and_what_is_not_known(marts_folder: Path) -> None:
    marts = read_marts(marts_folder, "2025-26")
    text = text_of(staff_summary(marts, objective_cards(marts_folder, CONTEXT), BRAND, CONTEXT))
    assert "Female: mean pay 12.3% lower than Male." in text
    assert "Off track Less absence" in text
    assert "The board report shows pay within each grade" not in text and "“Equality information”, where it can be shown" in text
    assert "filter the MIS" not in text


def test_decisions_are_few_and_follow_from_the_figures(marts_folder: Path) -> None:
    marts = read_marts(marts_folder, "2025-26")
    nothing = replace(marts, cells=marts.cells[marts.cells["status"].ne("x")])
    assert decisions(nothing, marts.gaps.head(0), [], {}) == [SENTENCES[28]]
    many = [(f"O{number}", "Less", "Head") for number in range(9)]
    assert len(decisions(marts, marts.gaps.head(0), many, {("pupils", "suspended"): "Suspended once"})) == 3


def test_incidents_hidden_or_never_sent_are_told_apart(marts_folder: Path, rewrite: Rewrite) -> None:
    rewrite("mart_incidents", lambda rows: rows.assign(incidents=float("nan"), verdict="not_shown"))
    hidden = incidents(read_marts(marts_folder, "2025-26"), "2025-26")
    assert hidden is not None and hidden.sentence == SENTENCES[34] and ("All", ("[c]",)) in hidden.rows
    rewrite("mart_incidents", lambda rows: rows[:0])
    assert incidents(read_marts(marts_folder, "2025-26"), "2025-26") is None
    assert "No academy has sent its incidents" in every_page(marts_folder)["board"]


def test_incidents_that_are_not_prejudice_based_and_those_resolved_are_told_where_shown_else_asked(
    marts_folder: Path, rewrite: Rewrite
) -> None:
    before = text_of(every_page(marts_folder)["board"])
    assert SENTENCES[78] in before and "not prejudice-based" not in before
    label = pd.DataFrame([("incident_characteristic", "none", "None", "all", "all", 3, False)])
    rewrite("dim_groups", lambda rows: pd.concat([rows, label.set_axis(rows.columns, axis=1)]))
    rewrite("mart_incidents", lambda rows: pd.concat([rows, rows[rows["group_code"].eq("race")].assign(group_code="none", incidents=12)]))
    rewrite("mart_case_outcomes", lambda _: cells(cell("incidents", "incidents_resolved", numerator=33, denominator=40)))
    text = text_of(every_page(marts_folder)["board"])
    assert "12 of them were not prejudice-based. 33 of 40, 83%, were resolved within ten school days." in text
    assert SENTENCES[78] not in text
    rewrite("mart_case_outcomes", lambda _: cells(cell("incidents", "incidents_resolved", status="c")))
    assert SENTENCES[78] in text_of(every_page(marts_folder)["board"])


def test_an_academy_outside_its_limits_is_named_with_a_question_and_one_that_does_well_with_another(
    marts_folder: Path, rewrite: Rewrite, dims: dict[str, pd.DataFrame]
) -> None:
    names = ["population", "period", "measure", "area_code", "position", "value", "denominator", "target", "target_level", "target_code"]
    limits = {"low_95": 0.1, "high_95": 0.3, "low_998": 0.05, "high_998": 0.35, "numerator": 100, "overdispersion": 1.0}
    rows = [
        ("pupils", "2025-26", "absent", ZEBRA, "far_above", 0.4, 250, 0.2, "trust", "T1"),
        ("pupils", "2025-26", "absent", APPLE, "far_below", 0.04, 900, 0.2, "trust", "T1"),
        ("pupils", "2025-26", "absent", MANGO, "inside", 0.2, 100, 0.2, "trust", "T1"),
    ]
    rewrite("mart_funnel", lambda _: pd.DataFrame(rows, columns=names).assign(**limits))
    shown = outside(read_marts(marts_folder, "2025-26"))
    assert shown is not None
    assert shown.sentences == (
        ("Apple Academy: 4% of 900 pupils, below the range that chance explains.", SENTENCES[31]),
        ("Zebra Academy: 40% of 250 pupils, above the range that chance explains.", SENTENCES[30]),
    )
    assert shown.near == ""
    assert "Zebra Academy: 40% of 250 pupils" in every_page(marts_folder)["board"]


def test_between_the_limits_an_academy_is_one_of_those_that_chance_brings(marts_folder: Path, rewrite: Rewrite) -> None:
    names = ["population", "period", "measure", "area_code", "position", "value", "denominator", "target", "target_level", "target_code"]
    limits = {"low_95": 0.1, "high_95": 0.3, "low_998": 0.05, "high_998": 0.35, "numerator": 100, "overdispersion": 1.0}
    rows = [
        ("pupils", "2025-26", "absent", ZEBRA, "above", 0.31, 250, 0.2, "trust", "T1"),
        ("pupils", "2025-26", "absent", MANGO, "inside", 0.2, 100, 0.2, "trust", "T1"),
    ]
    rewrite("mart_funnel", lambda _: pd.DataFrame(rows, columns=names).assign(**limits))
    shown = outside(read_marts(marts_folder, "2025-26"))
    assert shown is not None
    assert (shown.sentences, shown.inside) == ((), SENTENCES[32])
    assert shown.near == (
        "By chance alone about 1 academy in 20 lies beyond the inner lines. Here it is 1 of 2: Zebra Academy (31%, above)."
    )
    text = text_of(every_page(marts_folder)["board"])
    assert shown.near in text and "31% of 250 pupils, above the range" not in text


def test_a_page_is_asked_for_shorter_until_it_fits_its_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_paper, "typesetter", lambda: "one")
    monkeypatch.setattr(on_paper, "paper", lambda html: on_paper.Paper(7 - int(html), html.encode))
    with ThreadPoolExecutor(2) as pool:
        told = {
            name: (html, content) for name, html, content in on_paper.fitted({"five": (str, 5), "one": (str, 1), "any": (str, 99)}, pool)
        }
    shortest = str(on_paper.SHORTENINGS - 1)
    assert told == {"five": ("2", b"2"), "one": (shortest, shortest.encode()), "any": ("0", b"0")}


def test_without_a_typesetter_pages_are_as_long_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_paper, "typesetter", lambda: "")
    with ThreadPoolExecutor(1) as pool:
        assert list(on_paper.fitted({"one": (str, 1)}, pool)) == [("one", "0", None)]


def test_printers_set_the_very_same_paper_whatever_they_set_before(marts_folder: Path) -> None:
    if not on_paper.typesetter():
        pytest.skip("Pango is not installed")
    pages = {name: (partial(_same, html), 99) for name, html in every_page(marts_folder).items() if name in ("board", "staff")}
    again = {"board again": pages["board"], **pages}
    with on_paper.printers() as pool:
        set_ = {name: content for name, _, content in on_paper.fitted(again, pool)}
    assert set_["board"] == set_["board again"] == on_paper.on_paper(pages["board"][0](0)) != set_["staff"]


def _same(html: str, shorter: int) -> str:
    return html


def test_paper_holds_what_the_page_holds_and_fetches_nothing(marts_folder: Path) -> None:
    if not on_paper.typesetter():
        pytest.skip("Pango is not installed")
    page = staff_summary(read_marts(marts_folder, "2025-26"), [], BRAND, CONTEXT)
    content = on_paper.on_paper(page)
    assert content is not None and content == on_paper.on_paper(page) and content.startswith(b"%PDF-1.7")
    with pytest.raises(ValueError, match="does not hold"):
        on_paper.on_paper('<html lang="en"><title>x</title><img alt="x" src="file:///etc/hostname"></html>')


def test_a_crossed_or_foreign_cell_does_not_make_an_academy_owe(marts_folder: Path, rewrite: Rewrite) -> None:
    rewrite(
        "mart_pupil_outcomes",
        lambda rows: pd.concat([rows, cells(cell("pupils", "suspended", ("sex", "F"), status="x", area=("academy", APPLE)))]),
    )
    text = text_of(academy_page(read_marts(marts_folder, "2025-26"), APPLE, BRAND, CONTEXT))
    assert "Nothing: it has every figure" in text


def test_a_gap_that_only_three_years_show_is_told_under_the_tables(marts_folder: Path, rewrite: Rewrite) -> None:
    """Black African is hidden in the year; the pool has a clear gap. What the year calls clear already is not told twice."""

    def with_pool(gaps: pd.DataFrame) -> pd.DataFrame:
        pool = gaps[gaps["measure"].eq("suspended")].assign(period="2025-26_pool")
        hidden = pool["group_code"].eq("BAFR")
        told = {
            "verdict": "clear", "value": 0.103, "comparator_value": 0.0545, "gap": 1.89, "low": 1.229, "high": 2.914, "people_behind": 9,
            "denominator": 190, "comparator_denominator": 4000,
        }  # fmt: skip
        pool.loc[hidden, list(told)] = list(told.values())
        return pd.concat([gaps, pool], ignore_index=True)

    rewrite("mart_gaps", with_pool)
    told = (
        "Three years together (2023 to 2026) show what this year alone does not. "
        "Clear gap in suspended once: Black African 10%, White British 5%, 1.9 times (range 1.2 to 2.9). "
    )
    pages = every_page(marts_folder)
    for name in ("board", "public"):
        assert told in text_of(pages[name]), name
        assert text_of(pages[name]).count("Clear gap in") == 1, name
    rewrite("mart_gaps", lambda gaps: gaps[~gaps["period"].str.contains("pool")])
    assert "Three years together" not in text_of(every_page(marts_folder)["board"])


def test_an_academy_is_held_against_its_phase_and_one_of_several_against_the_trust(marts_folder: Path, rewrite: Rewrite) -> None:
    """Primary is absent at 10%, the trust at 20%: the line beside Zebra is its phase's, that beside Apple, which teaches both, the trust's."""
    phases = {("phase", "p", "Primary", "trust", "T1"), ("phase", "s", "Secondary", "trust", "T1")}
    taught = {("academy", ZEBRA, "Zebra Academy", "phase", "p")} | {("academy", APPLE, "Apple Academy", "phase", one) for one in "ps"}
    rewrite("dim_areas", lambda rows: pd.concat([rows, pd.DataFrame(sorted(phases | taught), columns=rows.columns)]))
    assert "Everyone here, in its phase" in text_of(every_page(marts_folder)["academy"])
    of_phases = [
        cell("pupils", "absent", numerator=number, denominator=1000, area=("phase", one)) for one, number in (("p", 100), ("s", 300))
    ]
    rewrite("mart_pupil_outcomes", lambda rows: pd.concat([rows, cells(*of_phases)]))
    pages = every_page(marts_folder)
    assert "Absent line: primary 10%; whole trust 20%" in text_of(pages["public"])
    assert "Absent 10% 10% 20%" in text_of(pages["academy"])
    assert "Suspended once 9% [z] 5%" in text_of(pages["academy"])
    apple = text_of(academy_page(read_marts(marts_folder, "2025-26"), APPLE, BRAND, CONTEXT))
    assert "Absent 33% 20%" in apple and "Primary and secondary differ anyway" in apple

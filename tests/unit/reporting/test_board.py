"""The page is whole, accessible in its bones, the same for the same figures, and holds nothing but what is shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalogue.trust import Brand
from pipelines.reporting.marts import read_marts
from pipelines.reporting.pages.board import board_page
from pipelines.reporting.pages.frame import Context, contrast_with_white, readable
from pipelines.reporting.pages.gap_tables import _gap_text as gap_text
from pipelines.reporting.pages.gap_tables import gap_tables, listed, untabled
from pipelines.reporting.pages.objectives import objective_cards
from pipelines.reporting.pages.public import public_page

BRAND = Brand(short_name="Test", colour="#ffcc00", contact="equality@example.org")
CONTEXT = Context(period="2025-26", made_up=True, threshold=10, few_below=20, reference_date=dt.date(2026, 1, 15))
VOID = {"meta", "link", "br", "col", "rect", "line", "circle", "path"}


class Outline(HTMLParser):
    """Collects what the tests ask of a page; refuses tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def page_of(folder: Path, context: Context) -> str:
    return board_page(read_marts(folder, context.period), objective_cards(folder, context), BRAND, context)


@pytest.fixture(scope="module")
def page(made_marts: Path) -> str:
    return page_of(made_marts, CONTEXT)


@pytest.fixture(scope="module")
def public(made_marts: Path) -> str:
    return public_page(read_marts(made_marts, CONTEXT.period), objective_cards(made_marts, CONTEXT), BRAND, CONTEXT, [])


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    return outline


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<body>")[1]))


def test_the_same_figures_give_the_same_bytes(marts_folder: Path, page: str) -> None:
    assert page_of(marts_folder, CONTEXT) == page


def test_the_order_of_the_rows_does_not_show(marts_folder: Path, tmp_path: Path, page: str) -> None:
    for path in marts_folder.iterdir():
        pd.read_parquet(path).iloc[::-1].to_parquet(path, index=False)
    assert page_of(marts_folder, CONTEXT) == page


def test_the_page_stands_alone(page: str, outline: Outline) -> None:
    assert "script" not in {tag for tag, _ in outline.tags}
    addresses = [value for _, attributes in outline.tags for name, value in attributes.items() if name in ("src", "href")]
    assert all(str(address).startswith("#") for address in addresses)
    assert set(re.findall(r"url\((.{15})", page)) == {"data:font/woff2"}


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(page: str, outline: Outline) -> None:
    assert page.count("<caption>") == page.count("</table>") > 5
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in outline.tags if tag == "th")


def test_every_drawing_has_a_title(page: str) -> None:
    drawings = re.findall(r"<svg(?! x=)[^>]*>(.{7})", page)
    assert len(drawings) > 10
    assert {drawing[:6] for drawing in drawings} == {"<title"}


def test_links_lead_somewhere(outline: Outline) -> None:
    places = {attributes.get("id") for _, attributes in outline.tags}
    targets = [str(attributes["href"])[1:] for tag, attributes in outline.tags if tag == "a"]
    assert len(targets) > 5
    assert set(targets) <= places


def test_findings_name_the_people_behind_the_gap(page: str) -> None:
    text = text_of(page)
    assert "At equal rates this would be 39 fewer pupils." in text
    assert "SEN support: 29%, against 18% for No SEN, a gap of 11 percentage points." in text
    assert "Going well Absent: Female and Male are similar, 20% and 20%." in text


def test_what_is_hidden_is_seen_to_be_hidden(page: str, public: str) -> None:
    assert re.search(r"Education, health and care plan<span.{60,600}?\[c\] hidden.{20,300}?Not shown", page, re.S)
    assert re.search(r"Apple Academy.{100,700}?\[c\] hidden", public, re.S)
    assert re.search(r"Mango Academy.{100,700}?\[x\] no data", public, re.S)


def test_academies_stand_by_name_whatever_their_figures(public: str) -> None:
    rows = public[public.index('<section id="academies">') :]
    assert rows.index("Apple Academy") < rows.index("Mango Academy") < rows.index("Zebra Academy")


def test_a_missing_academy_is_named(page: str) -> None:
    assert "Suspended once: 2 of 3 academies. None from Mango Academy (not in before)." in text_of(page)
    assert "Pupils: all 3 academies." in text_of(page)


def test_pay_is_told_as_far_as_it_is_shown(page: str) -> None:
    text = text_of(page)
    assert "Female: mean pay 12.3% lower than Male." in text
    assert "Mean pay gap 12.3%" in text
    assert "Gender pay figures at 31 March 2026" in text
    assert "Paid a bonus: Female 20%" in text
    assert "Paid a bonus: Male [c] hidden" in text
    assert "Lower quartile 75.0% of 40" in text
    assert "Upper quartile [c] hidden" in text


def test_finer_groups_are_listed_where_they_matter_and_counted_where_not(page: str) -> None:
    text = text_of(page)
    assert "Black Caribbean compared with White British" in text
    assert "Black African" not in text
    assert "Not listed: 1 more comparisons, of which similar 0, cannot tell 0, not shown 1." in text


def test_the_comparisons_made_together_are_those_of_every_year(marts_folder: Path, rewrite: Callable) -> None:
    rewrite("mart_gaps", lambda rows: rows.assign(family=rows["family"].mask(rows["family"].notna(), 1423)))
    text = text_of(page_of(marts_folder, CONTEXT))
    assert "all 1,423 comparisons of this release, of every year it holds and of three years together" in text


def test_a_column_without_ranges_does_not_promise_them(page: str) -> None:
    """The range of a standardised gap is in standard deviations: its drawing has it, the plain difference beside it has none."""
    heads = {table.partition("<span>")[0]: re.findall(r">(Gap[^<]*)</th>", table) for table in page.split("<caption>")[1:]}
    assert heads["Score"] == ["Gap"] and heads["Absent"] == heads["Suspended once"] == ["Gap and range"]


def test_the_share_not_known_stands_on_the_page(page: str) -> None:
    assert "Sex 1% of pupils; Sex [c] of staff." in text_of(page)


def test_labels_are_text_and_never_markup(page: str, public: str) -> None:
    assert "<b>&</" not in page + public
    assert "Black &lt;b&gt;&amp;" in public


def test_a_number_left_in_a_hidden_cell_does_not_reach_the_page(
    page: str, marts_folder: Path, tmp_path: Path, rewrite: Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]
) -> None:
    def leaking(cells: pd.DataFrame) -> pd.DataFrame:
        hidden = cells["status"].eq("c")
        for column, number in (("numerator", 7), ("denominator", 8), ("value", 0.875), ("low", 0.8), ("high", 0.9)):
            cells[column] = cells[column].mask(hidden, number)
        return cells

    for mart in ("mart_pupil_composition", "mart_pupil_outcomes", "mart_staff_composition", "mart_staff_outcomes"):
        rewrite(mart, leaking)
    assert page_of(marts_folder, CONTEXT) == page


def test_made_up_figures_say_so_and_real_ones_do_not(marts_folder: Path, tmp_path: Path, page: str) -> None:
    real = Context(period="2025-26", made_up=False, threshold=10, few_below=20)
    other = page_of(marts_folder, real)
    assert page.lower().count("made-up data") >= 3
    assert "made-up data" not in other.lower()


def test_a_period_without_figures_is_refused(marts_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2019-20"):
        page_of(marts_folder, Context(period="2019-20", made_up=False, threshold=10, few_below=20))


@given(st.from_regex(r"\A#[0-9a-f]{6}\Z"))
def test_white_text_can_be_read_on_any_brand_colour(colour: str) -> None:
    darker = readable(colour)
    channels = [int(darker[place : place + 2], 16) for place in (1, 3, 5)]
    assert contrast_with_white(channels) >= 4.5
    if contrast_with_white([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) >= 4.5:
        assert darker == colour


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast_with_white([0, 0, 0]) == pytest.approx(21)
    assert contrast_with_white([255, 255, 255]) == pytest.approx(1)
    assert contrast_with_white([0x76, 0x76, 0x76]) == pytest.approx(4.54, abs=0.01)


def test_a_measure_of_which_nothing_can_be_shown_is_named(
    marts_folder: Path, tmp_path: Path, rewrite: Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]
) -> None:
    rewrite("mart_gaps", lambda gaps: gaps.assign(verdict=gaps["verdict"].mask(gaps["measure"].eq("suspended"), "not_shown")))
    text = text_of(page_of(marts_folder, CONTEXT))
    assert "Suspended once" not in text.split("Pupils")[1].split("No clear and no likely gap")[0]
    assert "No clear and no likely gap that the figures can show: suspended once." in text


def test_a_trust_that_sent_little_still_gets_a_page(
    marts_folder: Path, tmp_path: Path, rewrite: Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]
) -> None:
    for mart in ("mart_pupil_outcomes", "mart_staff_outcomes", "mart_staff_composition", "mart_gaps"):
        rewrite(mart, lambda rows: rows[:0])
    rewrite("dim_measures", lambda measures: measures[measures["kind"].ne("figure")])
    text = text_of(page_of(marts_folder, CONTEXT))
    assert "Across the trust, no comparison shows a clear gap." in text
    assert "Sex is known for 99% of pupils." in text
    assert "The trust holds no pay figures for this period." in text


def test_a_low_count_is_a_word_and_no_drawing_and_rounding_is_explained(marts_folder: Path, page: str, public: str) -> None:
    path = marts_folder / "mart_pupil_composition.parquet"
    cells = pd.read_parquet(path)
    few = cells["characteristic"].eq("sex") & cells["group_code"].eq("F") & cells["area_level"].eq("trust")
    assert few.any()
    cells.loc[few, ["numerator", "value"]] = None
    cells.loc[few, "status"] = "low"
    cells.to_parquet(path, index=False)
    context = replace(CONTEXT, rounding=5, rounded=("Pupils on roll",))
    cards = objective_cards(marts_folder, context)
    low = public_page(read_marts(marts_folder, context.period), cards, BRAND, context, [])
    assert '<span class="hatch">[low] 1 to 9 people</span>' in low
    assert low.count("<svg") < public.count("<svg")
    report = text_of(page_of(marts_folder, context))
    assert "Every count is a multiple of 5" in report
    assert "This holds for: Pupils on roll." in report
    assert "[low]" not in page + public
    assert "multiple of" not in page


def test_a_sheet_has_room_for_so_many_tables_and_the_rest_is_named(marts_folder: Path) -> None:
    """Of each number of the duty statement the measure with most to tell, as far as there is room; hidden rows are seen and not piled up."""
    marts = read_marts(marts_folder, CONTEXT.period)
    everything = gap_tables(marts, ("pupil",), 20, room=99)
    assert [table.title for table in everything] == ["Suspended once", "Absent", "Score"]
    few = gap_tables(marts, ("pupil",), 20, room=10)
    assert [table.title for table in few] == ["Suspended once"]
    assert untabled(marts, ("pupil",), few)[0].startswith("Clear or likely gaps also in (how many): absent (1)")
    quiet = replace(marts, gaps=marts.gaps.assign(verdict="similar"))
    assert (
        untabled(quiet, ("pupil",), [])[0].startswith("No clear and no likely gap") and untabled(quiet, ("pupil",), [], quiet=False) == []
    )
    hidden = marts.gaps_at("trust").assign(verdict="not_shown", is_finer=False)
    assert len(listed(hidden)) == 2


def test_the_board_is_told_of_objectives_decisions_incidents_and_due_regard(page: str) -> None:
    text = text_of(page)
    assert "Ask how O1 gets to its line: less absence. Owner: Head of care." in text
    assert "O1. Less absence" in text and "Off track" in text
    assert "1 more objectives are the academies’ own" in text
    assert "40 incidents were recorded, 2.0 for each 100 pupils on roll, whoever was harmed." in text
    assert re.search(r"Race 25 Sex \[c\]", text)
    assert "Eliminate discrimination, harassment and victimisation" in text
    assert "Ask Mango Academy for the missing figures" in text


def test_every_page_says_when_and_on_whom_it_rests(page: str) -> None:
    line = "Data of 15 January 2026 · 2 of 3 academies in · not known at most: sex of 1\\25  of pupils"
    assert f'content:"Equality report 2025 to 2026. {line}"' in page


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        ({"gap": -0.052, "low": -0.105, "high": -0.0035, "verdict": "likely"}, "-5.2 points -10.5 to -0.4"),
        ({"gap": -0.052, "low": -0.105, "high": -0.0035, "verdict": "cannot_tell"}, "-5 points -11 to 0"),
        ({"gap": 0.04, "low": 0.0001, "high": 0.09, "verdict": "clear"}, "+4.00 points +0.01 to +9.00"),
        ({"statistic": "ratio", "gap": 1.5, "low": 1.02, "high": 2.2, "verdict": "likely"}, "1.50 times 1.02 to 2.20"),
        ({"statistic": "ratio", "gap": 1.5, "low": 1.2, "high": 2.2, "verdict": "likely"}, "1.5 times 1.2 to 2.2"),
        ({"kind": "mean", "gap": 0.06, "low": 0.02, "high": 0.1, "verdict": "likely"}, "+0.06 score +0.02 to +0.10"),
    ],
)
def test_an_end_that_excludes_no_gap_is_never_rounded_to_none(gap: dict[str, object], text: str) -> None:
    row = pd.Series({"kind": "rate", "statistic": "difference", "unit": "score", "decimals": 1, **gap})
    assert " ".join(gap_text(row)).replace("\N{MINUS SIGN}", "-") == text

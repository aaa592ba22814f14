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
from pipelines.reporting import gap_tables
from pipelines.reporting.board import Context, contrast_with_white, readable, write_board
from pipelines.reporting.marts import read_marts

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


@pytest.fixture(scope="module")
def page(made_marts: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_board(made_marts, tmp_path_factory.mktemp("home") / "reports" / "board.html", BRAND, CONTEXT).read_text()


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    return outline


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<body>")[1]))


def test_the_same_figures_give_the_same_bytes(marts_folder: Path, tmp_path: Path) -> None:
    one, two = (write_board(marts_folder, tmp_path / name, BRAND, CONTEXT).read_bytes() for name in ("one.html", "two.html"))
    assert one == two


def test_the_order_of_the_rows_does_not_show(marts_folder: Path, tmp_path: Path, page: str) -> None:
    for path in marts_folder.iterdir():
        pd.read_parquet(path).iloc[::-1].to_parquet(path, index=False)
    assert write_board(marts_folder, tmp_path / "other.html", BRAND, CONTEXT).read_text() == page


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
    assert set(drawings) == {"<title>"}


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


def test_what_is_hidden_is_seen_to_be_hidden(page: str) -> None:
    assert re.search(r"Education, health and care plan<span.{60,600}?\[c\] hidden.{20,300}?Not shown", page, re.S)
    assert re.search(r"Apple Academy.{100,700}?\[c\] hidden", page, re.S)
    assert re.search(r"Mango Academy.{100,700}?\[x\] no data", page, re.S)


def test_academies_stand_by_name_whatever_their_figures(page: str) -> None:
    rows = page[page.index('<section id="academies">') :]
    assert rows.index("Apple Academy") < rows.index("Mango Academy") < rows.index("Zebra Academy")


def test_a_missing_academy_is_named(page: str) -> None:
    assert "Suspended once: 2 of 3 academies. None from Mango Academy." in text_of(page)
    assert "Pupils: all 3 academies." in text_of(page)


def test_pay_is_told_as_far_as_it_is_shown(page: str) -> None:
    text = text_of(page)
    assert "Female: mean pay 12.3% lower than Male." in text
    assert "Mean pay gap 12.3%" in text
    assert "Paid a bonus: Female 20%" in text
    assert "Paid a bonus: Male [c] hidden" in text
    assert "Lower quartile 75.0% of 40" in text
    assert "Upper quartile [c] hidden" in text


def test_finer_groups_are_listed_where_they_matter_and_counted_where_not(page: str) -> None:
    text = text_of(page)
    assert "Black Caribbean compared with White British" in text
    assert "Black African" not in text
    assert "Ethnicity, minor group: 1 more not listed. Similar: 0. Cannot tell: 0. Not shown: 1." in text


def test_the_share_not_known_stands_on_the_page(page: str) -> None:
    assert "Sex pupils 1%" in text_of(page)
    assert "Sex staff [c]" in text_of(page)


def test_labels_are_text_and_never_markup(page: str) -> None:
    assert "<b>&</" not in page
    assert "Black &lt;b&gt;&amp;" in page


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
    assert write_board(marts_folder, tmp_path / "leaking.html", BRAND, CONTEXT).read_text() == page


def test_made_up_figures_say_so_and_real_ones_do_not(marts_folder: Path, tmp_path: Path, page: str) -> None:
    real = Context(period="2025-26", made_up=False, threshold=10, few_below=20)
    other = write_board(marts_folder, tmp_path / "real.html", BRAND, real).read_text()
    assert page.lower().count("made-up data") >= 3
    assert "made-up data" not in other.lower()


def test_a_period_without_figures_is_refused(marts_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2019-20"):
        write_board(marts_folder, tmp_path / "none.html", BRAND, Context(period="2019-20", made_up=False, threshold=10, few_below=20))
    assert not (tmp_path / "none.html").exists()


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


def test_a_measure_of_which_nothing_can_be_shown_takes_one_line(
    marts_folder: Path, tmp_path: Path, rewrite: Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]
) -> None:
    rewrite("mart_gaps", lambda gaps: gaps.assign(verdict=gaps["verdict"].mask(gaps["measure"].eq("suspended"), "not_shown")))
    text = text_of(write_board(marts_folder, tmp_path / "hidden.html", BRAND, CONTEXT).read_text())
    assert "[c] All 2 comparisons are hidden to protect people, and those of finer groups with them" in text


def test_a_trust_that_sent_little_still_gets_a_page(
    marts_folder: Path, tmp_path: Path, rewrite: Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]
) -> None:
    for mart in ("mart_pupil_outcomes", "mart_staff_outcomes", "mart_staff_composition", "mart_gaps"):
        rewrite(mart, lambda rows: rows[:0])
    rewrite("dim_measures", lambda measures: measures[measures["kind"].ne("figure")])
    text = text_of(write_board(marts_folder, tmp_path / "little.html", BRAND, CONTEXT).read_text())
    assert "Across the trust, no comparison shows a clear gap." in text
    assert "Sex is known for 99% of pupils." in text
    assert "The trust holds no pay figures for this period." in text


def test_a_low_count_is_a_word_and_no_drawing_and_rounding_is_explained(marts_folder: Path, tmp_path: Path, page: str) -> None:
    path = marts_folder / "mart_pupil_composition.parquet"
    cells = pd.read_parquet(path)
    few = cells["characteristic"].eq("sex") & cells["group_code"].eq("F") & cells["area_level"].eq("trust")
    assert few.any()
    cells.loc[few, ["numerator", "value"]] = None
    cells.loc[few, "status"] = "low"
    cells.to_parquet(path, index=False)
    context = replace(CONTEXT, rounding=5, rounded=("Pupils on roll",))
    low = write_board(marts_folder, tmp_path / "low.html", BRAND, context).read_text()
    assert '<span class="hatch">[low] 1 to 9 people</span>' in low
    assert low.count("<svg") < page.count("<svg")
    assert "Every count is a multiple of 5" in text_of(low)
    assert "This holds for: Pupils on roll." in text_of(low)
    assert "[low]" not in page
    assert "multiple of" not in page


def test_after_the_first_measures_only_what_is_clear_or_likely_is_listed(
    monkeypatch: pytest.MonkeyPatch, marts_folder: Path, tmp_path: Path
) -> None:
    """Of three measures with gaps the first is told whole; a later one keeps its clear rows, and one without any is named in a sentence."""
    monkeypatch.setattr(gap_tables, "WHOLE", 1)
    marts = read_marts(marts_folder, CONTEXT.period)
    tables = gap_tables.gap_tables(marts, "pupil", 20)
    assert len(tables) >= 2
    assert all(row.verdict in ("clear", "likely") for table in tables[1:] for row in table.rows)
    monkeypatch.setattr(gap_tables, "WHOLE", 0)
    quiet = marts.gaps.assign(verdict="similar")
    said = gap_tables.quiet_measures(replace(marts, gaps=quiet), ("pupil",))
    assert said.startswith("No clear and no likely gap") and "suspended once" in said

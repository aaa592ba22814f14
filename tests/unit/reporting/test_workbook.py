"""The workbook holds the published figures, each once and marked where not shown, and nothing else: no formula, link or hidden part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from expectations.attack.texts import leaks_in_texts
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.readable import safe
from pipelines.reporting.workbook import workbook, write_workbook

CONTEXT = Context(period="2025-26", made_up=True, threshold=10, few_below=20)
LOSS = {
    "tables": [
        {
            "population": "pupils", "measure": "suspended", "characteristic": "sen", "cross_characteristic": "all",
            "published": 3, "shown": 2, "hidden": 1, "no_data": 0, "share_shown": 0.667,
        },
        {
            "population": "staff_paid", "measure": "headcount", "characteristic": "pay_quartile", "cross_characteristic": "sex",
            "published": 1200, "shown": 0, "hidden": 0, "no_data": 1200, "share_shown": None,
        },
    ],
    "area_levels": [{"area_level": "trust", "published": 4, "shown": 3, "hidden": 1, "no_data": 0, "share_shown": 0.75}],
    "dearer_than_cheapest_at_most": 0.05,
}  # fmt: skip
SHEETS = [
    "Cover", "Contents", "Notes", "Information loss", "Loss by area level",
    "Pupil composition", "Pupil outcomes", "Staff composition", "Staff outcomes", "Case composition", "Gaps",
    "Incident rates", "Benchmarks", "Objectives", "Share not known", "Due regard",
]  # fmt: skip
WORDS = ["People counted", "Of people", "Value", "Lower end of 95% interval", "Upper end of 95% interval", "Standard deviation"]


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def table_of(sheet: Worksheet) -> pd.DataFrame:
    """The one marked table of a sheet."""
    (table,) = sheet.tables.values()
    head, *rows = ([cell.value for cell in row] for row in sheet[table.ref])
    return pd.DataFrame(rows, columns=head)


@pytest.fixture(scope="module")
def content(made_marts: Path) -> bytes:
    return workbook(made_marts, CONTEXT, LOSS)


@pytest.fixture(scope="module")
def book(content: bytes) -> Workbook:
    return opened(content)


def test_each_sheet_but_the_cover_holds_one_marked_table(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    assert [len(sheet.tables) for sheet in book] == [0] + [1] * (len(SHEETS) - 1)
    names = [name for sheet in book for name in sheet.tables]
    assert len(set(names)) == len(names)
    assert table_of(book["Contents"])["Sheet name"].tolist() == SHEETS[2:]


def test_nothing_is_a_formula_and_no_part_is_hidden(book: Workbook) -> None:
    assert not book.defined_names
    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert not any(part.hidden for part in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()))
        cells = [cell for row in sheet for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert not any(cell.comment for cell in cells)


@pytest.mark.parametrize("mart", ["pupil_composition", "pupil_outcomes", "staff_composition", "staff_outcomes"])
def test_every_published_row_stands_there_once_with_its_numbers_or_its_symbol_in_every_place(
    made_marts: Path, book: Workbook, mart: str
) -> None:
    published = pd.read_parquet(made_marts / f"mart_{mart}.parquet")
    table = table_of(book[mart.replace("_", " ").capitalize()])
    assert len(table) == len(published)
    numbers = [name for name in WORDS if name in table]
    hidden = table["Status"].isin(["[c]", "[x]", "[z]", "[low]"])
    assert int(hidden.sum()) == int((~published["status"].isin(["shown", "u"])).sum())
    for name in numbers:
        assert (table.loc[hidden, name] == table.loc[hidden, "Status"]).all()
        assert not table.loc[~hidden, name].isin(["[c]", "[x]", "[low]"]).any()
    counted = sorted(number for number in table["People counted"] if not isinstance(number, str)) if "People counted" in table else []
    assert counted == sorted(published["numerator"].dropna().astype(int))


def test_a_figure_stands_beside_its_area_group_and_people(book: Workbook) -> None:
    table = table_of(book["Pupil outcomes"])
    row = table[(table["Measure"] == "Suspended once") & (table["Group"] == "SEN support")].iloc[0]
    assert row["Area"] == "Test Trust"
    assert (row["People counted"], row["Of people"], row["Value"], row["Status"]) == (40, 350, 0.1143, "shown")
    mean = table[(table["Measure"] == "Score") & (table["Group"] == "SEN support")].iloc[0]
    assert (mean["People counted"], mean["Of people"], mean["Value"]) == ("[z]", 50, 98)
    crossed = table_of(book["Staff composition"])
    assert set(crossed["Second group"]) == {"Everyone", "Female"}
    assert "Value" not in crossed
    gaps = table_of(book["Gaps"])
    assert (gaps.loc[gaps["Verdict"] == "not shown", "Gap"] == "[c]").all()
    assert (gaps["Verdict"] == "not shown").any()


DERIVED = {
    "Incident rates": "incidents", "Benchmarks": "benchmarks", "Objectives": "objectives",
    "Share not known": "completeness", "Due regard": "due_regard",
}  # fmt: skip


@pytest.mark.parametrize("sheet", DERIVED)
def test_what_is_made_from_figures_stands_there_too_with_a_symbol_where_it_is_hidden(made_marts: Path, book: Workbook, sheet: str) -> None:
    published = pd.read_parquet(made_marts / f"mart_{DERIVED[sheet]}.parquet")
    table = table_of(book[sheet])
    assert len(table) == len(published) > 0
    assert not table.isna().any(axis=None) and not table.isin(["", "nan"]).any(axis=None)
    said = {1: str(book[sheet]["A1"].value), 3: " ".join(str(cell.value) for row in book[sheet].iter_rows(1, 5) for cell in row)}
    assert said[1] != sheet and "from 0 to 1" in said[3]


def test_a_derived_figure_is_told_or_says_why_not(book: Workbook) -> None:
    incidents = table_of(book["Incident rates"]).set_index("Group")
    assert (incidents.loc["Race", "Incidents"], incidents.loc["Race", "People"]) == (25, 2000)
    assert incidents.loc["Sex", ["Incidents", "For each 100 people", "P value"]].tolist() == ["[c]"] * 3
    beside = table_of(book["Benchmarks"]).set_index("Measure")
    assert beside.loc["Absent", ["Value", "Published figure", "Position", "Year it is of"]].tolist() == [0.2, 0.15, "above", "2024 to 2025"]
    assert beside.loc["Suspended once", ["People counted", "Value", "Difference"]].tolist() == ["[c]"] * 3
    unknown = table_of(book["Share not known"])
    assert unknown.loc[unknown["Population"].eq("Staff"), "Share not known"].tolist() == ["[c]"]
    assert table_of(book["Objectives"]).set_index("Objective").loc["O1", ["Value", "Status"]].tolist() == [0.2, "off track"]


def test_the_funnel_has_a_row_for_each_academy_in_the_order_of_their_codes(marts_folder: Path, rewrite: Callable) -> None:
    first = {"population": "pupils", "period": "2025-26", "measure": "absent", "target_level": "trust", "target_code": "T1"}
    limits = {
        "target": 0.2,
        "low_95": 0.1,
        "high_95": 0.3,
        "low_998": 0.05,
        "high_998": 0.35,
        "overdispersion": 1.0,
        "position": "far_above",
    }
    rows = [
        {**first, **limits, "area_code": code, "numerator": 400, "denominator": people, "value": 400 / people}
        for code, people in (("100002", 800), ("100001", 1000))
    ]
    rewrite("mart_funnel", lambda _: pd.DataFrame(rows))
    table = table_of(opened(workbook(marts_folder, CONTEXT, LOSS))["Funnel limits"])
    assert table[["Area", "Value", "Held against", "Position", "Upper outer limit"]].to_numpy().tolist() == [
        ["Zebra Academy", 0.4, "Test Trust", "far above", 0.35], ["Apple Academy", 0.5, "Test Trust", "far above", 0.35]
    ]  # fmt: skip


def test_gaps_are_in_the_terms_of_how_they_are_compared(book: Workbook) -> None:
    said = " ".join(str(cell.value) for row in book["Gaps"].iter_rows(1, 6) for cell in row)
    assert "in the terms of How compared" in said and "means and gaps are in the unit" not in said
    assert all(f"{how}:" in said for how in table_of(book["Gaps"])["How compared"].unique())


def test_rows_stand_in_declared_order_whatever_is_shown(made_marts: Path, marts_folder: Path, content: bytes, rewrite) -> None:
    for mart in ("mart_pupil_outcomes", "mart_staff_composition", "mart_gaps", *(f"mart_{name}" for name in DERIVED.values())):
        rewrite(mart, lambda rows: rows.sample(frac=1, random_state=3))
    assert workbook(marts_folder, CONTEXT, LOSS) == content


def test_the_same_marts_give_the_same_bytes_on_any_day(made_marts: Path, content: bytes) -> None:
    assert workbook(made_marts, CONTEXT, LOSS) == content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2000-01-01T00:00:00Z" in parts.read("docProps/core.xml").decode()


def test_the_loss_is_told_by_table_and_area_level_as_the_manifest_has_it(book: Workbook) -> None:
    table = table_of(book["Information loss"])
    assert table.iloc[0].tolist() == ["Pupils on roll", "Suspended once", "SEN provision", 3, 2, 1, 0, 0.667]
    assert table.iloc[1].tolist() == ["Full-pay staff", "Headcount", "Pay quartile and Sex", 1200, 0, 0, 1200, "[z]"]
    assert table_of(book["Loss by area level"]).iloc[0].tolist() == ["trust", 4, 3, 1, 0, 0.75]
    said = " ".join(str(cell.value) for row in book["Information loss"] for cell in row)
    assert "costs at most 5% more than the least that could protect them" in said


def test_notes_say_the_symbols_and_the_threshold(book: Workbook) -> None:
    notes = table_of(book["Notes"])
    assert notes["Symbol"].tolist()[:5] == ["[c]", "[u]", "[x]", "[z]", "[low]"]
    assert notes["Meaning"].str.contains("from 1 to 9").any()
    assert notes.set_index("Symbol").loc["[low]", "Meaning"] == "1 to 9 people, in a table whose counts are rounded."
    assert "made up" in str(book["Cover"]["A3"].value)


@pytest.mark.parametrize(
    ("label", "held"),
    [
        ('=HYPERLINK("http://a.example","b")', '\'=HYPERLINK("http://a.example","b")'),
        ("+1", "'+1"),
        ("-1 to 2", "'-1 to 2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "' =1+1"),
        ("{=1+1}", "{=1+1}"),
        ("[a](http://a.example)", "[a] (http://a.example)"),
        ("http://a.example", "http://a.example"),
        ("see $$note$$", "see $ $note$ $"),
        ("中文", "中文 (no Latin name)"),
        ("", " (no Latin name)"),
    ],
)
def test_a_label_is_text_and_nothing_else(marts_folder: Path, rewrite: Callable, label: str, held: str) -> None:
    assert safe(label) == held
    rewrite("dim_groups", lambda groups: groups.assign(label=groups["label"].mask(groups["group_code"].eq("support"), label)))
    sheet = opened(workbook(marts_folder, CONTEXT, LOSS))["Pupil outcomes"]
    cells = [cell for row in sheet for cell in row if cell.value == held]
    assert cells
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)


def test_a_home_without_some_figures_still_has_a_workbook(marts_folder: Path, rewrite: Callable) -> None:
    for mart in (
        "mart_staff_composition",
        "mart_staff_outcomes",
        "mart_case_composition",
        "mart_gaps",
        *(f"mart_{name}" for name in DERIVED.values()),
    ):
        rewrite(mart, lambda rows: rows.iloc[:0])
    assert opened(workbook(marts_folder, CONTEXT, LOSS)).sheetnames == SHEETS[:7]


def test_the_attack_on_texts_finds_nothing_in_it(made_marts: Path, tmp_path: Path) -> None:
    written = write_workbook(made_marts, tmp_path / "reports" / "workbook.xlsx", CONTEXT, LOSS)
    assert written.read_bytes()[:2] == b"PK"
    assert leaks_in_texts(tmp_path) == ()

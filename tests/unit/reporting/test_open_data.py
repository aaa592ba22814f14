"""Open data holds the published figures and nothing that is hidden; what it says of itself is read back by independent programs."""

from __future__ import annotations

import csv
import json
import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from csvw import CSVW
from frictionless import Package, Resource, Schema

from expectations.attack.texts import leaks_in_texts
from pipelines.reporting.open_data import write_open_data
from pipelines.reporting.open_data.codes import distinct_items
from pipelines.reporting.open_data.harmonised import time_of
from tests.unit.reporting.made_open_data import CONTEXT, NUMBERS, change, enrich

TYPES = {"string": "string", "integer": "integer", "decimal": "number"}
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def open_marts(made_marts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return enrich(Path(shutil.copytree(made_marts, tmp_path_factory.mktemp("open") / "marts")))


@pytest.fixture(scope="module")
def folder(open_marts: Path) -> Path:
    write_open_data(open_marts, open_marts.parent / "open-data", CONTEXT)
    return open_marts.parent / "open-data"


@pytest.fixture
def copied(open_marts: Path, tmp_path: Path) -> Path:
    """A copy of the marts, to be changed at will."""
    return Path(shutil.copytree(open_marts, tmp_path / "marts"))


def rows_of(folder: Path, name: str, **where: str) -> Rows:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if where.items() <= row.items()]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def written(marts: Path) -> dict[str, bytes]:
    write_open_data(marts, marts.parent / "again", CONTEXT)
    return contents(marts.parent / "again")


def figures_of(row: dict[str, str]) -> list[str]:
    return [value for name, value in row.items() if "_count" in name or name.startswith("outcome_")]


def test_it_returns_what_it_wrote(open_marts: Path, tmp_path: Path) -> None:
    files = write_open_data(open_marts, tmp_path / "out", CONTEXT)
    assert files == sorted((tmp_path / "out").iterdir())
    assert {"README.txt", "csv-metadata.json", "gaps.csv", "pupil_outcomes.csv", "pupil_outcomes.meta.csv"} <= {path.name for path in files}


def test_marts_without_rows_have_no_pair(folder: Path) -> None:
    assert not list(folder.glob("applicant*"))


def test_the_same_marts_in_any_order_give_the_same_bytes(copied: Path, folder: Path) -> None:
    for path in copied.glob("*.parquet"):
        change(path, lambda rows: rows.sample(frac=1, random_state=3))
    assert written(copied) == contents(folder)


def test_a_number_left_in_a_hidden_row_changes_nothing(copied: Path, folder: Path) -> None:
    def leave(rows: pd.DataFrame) -> pd.DataFrame:
        hidden = ~rows["status"].isin(["shown", "u"])
        return rows.assign(**{name: rows[name].where(~hidden, 4) for name in NUMBERS})

    for path in copied.glob("mart_*_*s.parquet"):
        change(path, leave)
    for path in copied.glob("mart_*_composition.parquet"):
        change(path, leave)
    change(copied / "mart_gaps.parquet", lambda rows: rows.assign(gap=rows["gap"].where(rows["verdict"].ne("not_shown"), 4)))
    assert written(copied) == contents(folder)


def test_a_row_that_is_not_shown_bears_its_symbol_in_every_figure(folder: Path) -> None:
    rows = [row for path in folder.glob("*.csv") if "meta" not in path.name for row in rows_of(folder, path.stem)]
    marked = [row for row in rows if {"c", "low", "u"} & set(figures_of(row))]
    assert {len(set(figures_of(row))) for row in marked} == {1}
    assert {figures_of(row)[0] for row in marked} == {"c", "low", "u"}


@pytest.mark.parametrize(
    ("group", "symbol"),
    [("White", "u"), ("Black / African / Caribbean / Black British", "low"), ("Education, health and care plan", "z")],
)
def test_each_status_has_its_symbol(group: str, symbol: str, folder: Path) -> None:
    (row,) = rows_of(folder, "pupil_outcomes", measure="Absent", time_period="202526", breakdown=group)
    assert set(figures_of(row)) == {symbol}


def test_figures_are_those_of_the_marts(folder: Path) -> None:
    (row,) = rows_of(folder, "pupil_outcomes", measure="Absent", time_period="202526", breakdown="SEN support / SEN without an EHC plan")
    assert figures_of(row) == ["100", "350", "28.57", "27.57", "29.57"]
    (row,) = rows_of(folder, "pupil_outcomes", education_phase="Primary", measure="Absent")
    assert figures_of(row) == ["0", "60", "0.00", "-1.00", "1.00"]
    (row,) = rows_of(folder, "pupil_averages", breakdown="Total")
    assert figures_of(row) == ["300", "103.00", "102.99", "103.01", "8.00"]
    (row,) = rows_of(folder, "pupil_composition", breakdown="Total", time_period="202526", education_phase="Total")
    assert row["pupil_count"] == "2000"


def test_every_cell_with_a_place_has_one_row(open_marts: Path, folder: Path) -> None:
    cells = pd.read_parquet(open_marts / "mart_pupil_outcomes.parquet")
    placed = cells[cells["period"].map(lambda period: time_of(period) is not None)]
    names = [path.stem for path in folder.glob("pupil_outcomes*.csv") if "meta" not in path.name] + ["pupil_averages"]
    assert sum(len(rows_of(folder, name)) for name in names) == len(placed) < len(cells)


def test_a_measure_that_a_row_lacks_does_not_apply(folder: Path) -> None:
    (row,) = rows_of(folder, "staff_outcomes", measure="Mean pay gap")
    assert (row["outcome_count"], row["group_count"], row["outcome_percent"]) == ("z", "180", "12.34")


def test_the_trust_and_academies_lie_in_files_of_their_own(folder: Path) -> None:
    trust, schools = rows_of(folder, "pupil_outcomes"), rows_of(folder, "pupil_outcomes_schools")
    assert {row["geographic_level"] for row in trust} == {"MAT"}
    assert {row["geographic_level"] for row in schools} == {"School"}
    assert {(row["school_urn"], row["school_name"]) for row in schools} >= {("100001", "Zebra Academy"), ("100002", "Apple Academy")}
    assert {row["education_phase"] for row in trust} == {"Total", "Primary"}


def test_the_central_team_has_no_urn(folder: Path) -> None:
    (row,) = rows_of(folder, "staff_composition_schools", school_name="Central team")
    assert (row["school_urn"], row["school_laestab"], row["staff_count"]) == ("z", "z", "15")


def test_years_terms_and_years_together() -> None:
    assert time_of("2025-26") == ("202526", "Academic year")
    assert time_of("1999-00") == ("199900", "Academic year")
    assert time_of("2025-26_spring") == ("202526", "Spring term")
    assert time_of("2025-26_pool") is None
    assert time_of("2025-26_window") is None


def test_terms_lie_in_a_file_of_their_own(folder: Path) -> None:
    assert {row["time_identifier"] for row in rows_of(folder, "pupil_outcomes")} == {"Academic year"}
    assert {row["time_identifier"] for row in rows_of(folder, "pupil_outcomes_terms")} == {"Autumn term", "Spring term"}


def test_crossed_groups_have_a_filter_for_each_characteristic(folder: Path) -> None:
    rows = [(row["pay_quartile"], row["sex"], row["staff_count"]) for row in rows_of(folder, "staff_composition_crossed")]
    assert rows == [
        ("Lower quartile", "Total", "40"), ("Lower quartile", "Female", "30"), ("Upper quartile", "Total", "40"), ("Upper quartile", "Female", "c"),
    ]  # fmt: skip
    assert {row["breakdown_topic"] for row in rows_of(folder, "staff_composition")} >= {"Total", "Sex", "Pay quartile"}


def test_ees_opens_with_a_measure_and_its_own_population(open_marts: Path, folder: Path, copied: Path) -> None:
    told = {row["col_name"]: row for row in rows_of(folder, "staff_outcomes.meta")}
    assert (told["measure"]["filter_default"], told["population"]["filter_default"]) == ("Paid a bonus", "Relevant employees")
    number = {"pay_gap": 6, "bonus": 7}
    change(copied / "dim_measures.parquet", lambda rows: rows.assign(number=rows["measure"].map(number).fillna(0).astype(int)))
    write_open_data(copied, copied.parent / "again", CONTEXT)
    told = {row["col_name"]: row for row in rows_of(copied.parent / "again", "staff_outcomes.meta")}
    assert (told["measure"]["filter_default"], told["population"]["filter_default"]) == ("Mean pay gap", "Full-pay staff")


def test_labels_are_told_apart_and_never_taken_for_a_formula_or_no_data() -> None:
    items = distinct_items(
        {"a": "Same", "b": " same ", "c": "NA", "d": "=1+1", "e": "x" * 200, "f": "x" * 200, "g": "Two  words", "h": "All"}
    )
    assert (items["a"], items["b"]) == ("Same (a)", "same (b)")
    assert items["c"] == "NA (c)"
    assert items["d"].startswith("'")
    assert max(map(len, items.values())) == 120
    assert items["g"] == "Two words"
    assert items["h"] == "All (h)"
    assert len(set(items.values())) == len(items)


def test_labels_that_a_trust_chooses_lie_safely_in_the_files(copied: Path) -> None:
    risky = {"Zebra Academy": "=HYPERLINK(1)", "Apple Academy": "Same, Academy", "Mango Academy": "Same Academy"}
    change(copied / "dim_areas.parquet", lambda rows: rows.assign(label=rows["label"].replace(risky)))
    write_open_data(copied, copied.parent / "again", CONTEXT)
    names = {row["school_name"] for row in rows_of(copied.parent / "again", "pupil_outcomes_schools")}
    assert names == {"'=HYPERLINK(1)", "Same, Academy (100002)", "Same Academy (100003)"}


def test_the_notes_send_nobody_to_files_that_lie_elsewhere(folder: Path) -> None:
    said = re.sub(r"\s+", " ", (folder / "README.txt").read_text("utf-8"))
    assert "are in the workbook alone, ../workbook.xlsx" in said and "They are not published with this folder" in said
    assert "low: 1 to 9 people" in said and "in the Parquet files" not in said and "nought, but is not nought" not in said


def test_gaps_bear_codes_and_a_symbol_where_not_shown(folder: Path) -> None:
    (row,) = rows_of(folder, "gaps", measure="suspended", characteristic="sen_provision", group_code="sen_support")
    assert (row["comparator_code"], row["denominator"], row["verdict"]) == ("none", "350", "clear")
    hidden = rows_of(folder, "gaps", verdict="not_shown")
    assert hidden
    assert {value for row in hidden for value in list(row.values())[10:]} == {"c"}


def test_the_code_lists_hold_the_code_of_every_label(folder: Path) -> None:
    groups = {(row["breakdown_topic"], row["breakdown"]): row["group_code"] for row in rows_of(folder, "codes-groups")}
    rows = rows_of(folder, "pupil_outcomes") + rows_of(folder, "pupil_composition_schools")
    assert {(row["breakdown_topic"], row["breakdown"]) for row in rows} <= set(groups)
    assert groups["Ethnicity minor", "Caribbean"] == "BCRB"
    labels = {row["label"]: row["breakdown"] for row in rows_of(folder, "codes-groups")}
    assert labels["Black Caribbean"] == "Caribbean"


def described(folder: Path) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = json.loads((folder / "csv-metadata.json").read_text("utf-8"))["tables"]
    return tables


def test_every_csv_is_described(folder: Path) -> None:
    assert sorted(table["url"] for table in described(folder)) == sorted(path.name for path in folder.glob("*.csv"))


def csvw_finds(folder: Path) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            told = CSVW(str(folder / "csv-metadata.json"), validate=True)
            return [] if told.is_valid else [str(warning.message) for warning in told.warnings]
        except ValueError as wrong:
            return [str(wrong)]


def frictionless_finds(folder: Path) -> list[str]:
    """What Frictionless finds wrong, told the types, keys and symbols that the W3C metadata states."""
    package = Package(resources=[_resource(table) for table in described(folder)], basepath=str(folder))
    return [" ".join(map(str, entry)) for entry in package.validate().flatten(["type", "message"])]


def _resource(table: dict[str, Any]) -> Resource:
    schema = table["tableSchema"]
    fields = [
        {
            "name": column["name"],
            "type": TYPES[column["datatype"]],
            "missingValues": column.get("null", [""]),
            "constraints": {"required": column.get("required", False)},
        }
        for column in schema["columns"]
    ]
    keys = [
        {
            "fields": key["columnReference"],
            "reference": {"resource": _name(key["reference"]["resource"]), "fields": key["reference"]["columnReference"]},
        }
        for key in schema.get("foreignKeys", [])
    ]
    made = Schema.from_descriptor({"fields": fields, "primaryKey": schema["primaryKey"], "foreignKeys": keys})
    return Resource(name=_name(table["url"]), path=table["url"], schema=made)


def _name(url: str) -> str:
    return url.removesuffix(".csv").replace("_", "-").replace(".", "-")


def without_a_code(text: str) -> str:
    return text.replace("sex,F,", "sex,W,").replace(",Female\n", ",Woman\n").replace(",Female,", ",Woman,")


BROKEN: dict[str, tuple[str, Callable[[str], str]]] = {
    "a_word_for_a_number": ("pupil_composition", lambda text: text.replace(",2000\n", ",many\n")),
    "a_row_twice": ("pupil_composition", lambda text: text + text.splitlines(keepends=True)[-1]),
    "a_label_without_a_code": ("codes-groups", without_a_code),
    "a_blank_where_a_filter_belongs": ("pupil_composition", lambda text: text.replace(",Female,", ",,")),
}


def test_independent_readers_find_nothing_wrong(folder: Path) -> None:
    assert csvw_finds(folder) == []
    assert frictionless_finds(folder) == []


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("reader", [csvw_finds, frictionless_finds])
def test_independent_readers_find_what_is_broken(reader: Callable[[Path], list[str]], how: str, folder: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    name, breaks = BROKEN[how]
    path = broken / f"{name}.csv"
    text = path.read_text("utf-8")
    path.write_text(breaks(text), "utf-8")
    assert path.read_text("utf-8") != text
    assert reader(broken)


def test_the_attack_finds_nothing_in_it(folder: Path) -> None:
    assert leaks_in_texts(folder) == ()


def test_the_attack_finds_a_hidden_row_with_a_number(folder: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    path = broken / "pupil_outcomes.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("c,c,c,c,c", "c,20,c,c,c", 1), "utf-8")
    assert [(leak.file, leak.kind) for leak in leaks_in_texts(broken)] == [("pupil_outcomes.csv", "a number beside a hidden mark")]


def test_files_are_plain_text_with_line_feeds(folder: Path) -> None:
    for content in contents(folder).values():
        assert not content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        assert content.endswith(b"\n")


def test_the_readme_names_every_file_and_says_what_protects_people(folder: Path, open_marts: Path) -> None:
    text = (folder / "README.txt").read_text("utf-8")
    assert all(path.name in text for path in folder.iterdir() if path.name != "README.txt")
    assert all(path.name in text for path in open_marts.glob("*.parquet"))
    assert "Every person, academy and number in these files is made up." in text
    assert "from 1 to 9 are never shown" in text
    assert "fewer than 20 people" in text
    assert "Open Government Licence v3.0" in text
    assert "rounded" not in text


def test_the_readme_says_what_is_rounded(open_marts: Path, tmp_path: Path) -> None:
    context = replace(CONTEXT, made_up=False, rounding=5, rounded=("Incidents", "Trustees and governors"))
    write_open_data(open_marts, tmp_path, context)
    text = (tmp_path / "README.txt").read_text("utf-8")
    assert "Counts of incidents and trustees and governors are rounded to multiples of 5." in text
    assert "made up" not in text

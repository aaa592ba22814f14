"""The files of the demonstration, read back with plain readers of their own, not with intake."""

from __future__ import annotations

import csv
import hashlib
import io
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from python_calamine import CalamineWorkbook

from pipelines.catalogue import load
from pipelines.catalogue.model import Catalogue
from pipelines.demo import FAULTS, Demonstration, Dropped, make
from pipelines.demo import trust as demo_trust
from pipelines.demo.dialects import DIALECTS, capitals
from pipelines.demo.faults import NO_SUCH_CODE
from pipelines.demo.make import TRUST_WIDE, people_and_events
from pipelines.demo.trust import CODE, SMALL
from pipelines.home import Home

DIALECT_OF = {site.urn: DIALECTS[site.dialect] for site in SMALL.sites} | {"trust": DIALECTS["trust_office"]}


@cache
def rows_of(file: Dropped) -> list[dict[str, str]]:
    """The rows under the headings, as text: the heading row is the first that is full."""
    if file.path.suffix == ".xlsx":
        cells = [[str(cell) for cell in row] for row in CalamineWorkbook.from_path(file.path).get_sheet_by_index(0).to_python()]
    else:
        dialect = DIALECT_OF[file.folder]
        text = file.path.read_bytes().decode(dialect.encoding)
        cells = list(csv.reader(io.StringIO(text), delimiter=dialect.delimiter))
    width = max(sum(bool(cell) for cell in row) for row in cells[:8])
    start = next(number for number, row in enumerate(cells) if sum(bool(cell) for cell in row) == width)
    body = [row for row in cells[start + 1 :] if sum(bool(cell) for cell in row) > 1]
    return [dict(zip(cells[start], row + [""] * (len(cells[start]) - len(row)), strict=True)) for row in body]


def fingerprints(home: Home) -> dict[str, str]:
    files = sorted(path for path in (*home.drop.rglob("*"), *home.trust.rglob("*")) if path.is_file())
    return {str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def known_headings(catalogue: Catalogue, dataset: str) -> set[str]:
    fields = catalogue.datasets[dataset].fields
    reports = [report for report in catalogue.formats.values() if report.dataset == dataset]
    headings = {heading for field in fields for heading in (*field.headings, field.title)}
    headings |= {heading for report in reports for heading in (*report.columns, *report.ignore)}
    return {heading.casefold() for heading in headings}


def test_every_dataset_of_the_catalogue_has_exports_of_every_academy(demonstration: Demonstration) -> None:
    for dataset in demonstration.catalogue.datasets:
        folders = {file.folder for file in demonstration.files if file.dataset == dataset and file.outcome != "not_accepted"}
        academies = {site.urn for site in SMALL.sites}
        assert folders in (academies, {*academies, "trust"}, {"trust"})


def test_a_file_holds_as_many_rows_as_the_truth_behind_it(demonstration: Demonstration) -> None:
    for file in demonstration.files:
        assert len(rows_of(file)) == file.rows
        table = demonstration.tables[file.period][file.dataset]
        everyone = file.folder == "trust" and file.dataset in TRUST_WIDE
        assert file.rows == len(table if everyone else table[table["urn"] == (CODE if file.folder == "trust" else file.folder)])


def test_every_heading_is_one_that_the_catalogue_knows(demonstration: Demonstration) -> None:
    for file in demonstration.files:
        assert {heading.casefold() for heading in rows_of(file)[0]} <= known_headings(demonstration.catalogue, file.dataset)


@pytest.mark.parametrize(
    ("heading", "typed"), [("upn", "UPN"), ("entry date", "Entry date"), ("sen stage", "SEN stage"), ("eal status", "EAL status")]
)
def test_a_typed_heading_has_the_capitals_a_person_gives_it(heading: str, typed: str) -> None:
    assert capitals(heading) == typed


def test_headings_of_a_file_are_distinct(demonstration: Demonstration) -> None:
    for file in demonstration.files:
        headings = [heading.casefold() for heading in rows_of(file)[0]]
        assert len(headings) == len(set(headings))


def test_every_way_of_writing_that_intake_must_read_is_met(demonstration: Demonstration) -> None:
    contents = {file.path: file.path.read_bytes() for file in demonstration.files}
    texts = [content for path, content in contents.items() if path.suffix == ".csv"]
    assert any(content.startswith(b"\xef\xbb\xbf") for content in texts)
    assert any(b";" in content.splitlines()[0] for content in texts)
    assert any(content.startswith(b"SIMS ") and b"Report run on" in content for content in texts)
    assert any("ç".encode("cp1252") in content for content in texts)
    assert any("ç".encode() in content for content in texts)
    assert any(path.suffix == ".xlsx" for path in contents)
    spellings = {row["SEN Status"] for file in demonstration.files if "SIMS_Equality" in file.path.name for row in rows_of(file)}
    assert {"SEN support", "K - SEN support"} <= spellings
    bromcom = next(file for file in demonstration.files if "Bromcom_Student" in file.path.name and file.path.suffix == ".csv")
    assert {"K", "N", "E"} == {row["SEN Provision"] for row in rows_of(bromcom)}


def test_the_only_codes_outside_the_code_sets_are_the_planted_ones(demonstration: Demonstration) -> None:
    catalogue = demonstration.catalogue
    for dataset in catalogue.datasets.values():
        table = demonstration.tables["2025-26"][dataset.name]
        for field in dataset.totals:
            if field.codes:
                assert set(table[field.name]) - {""} <= {item.code for item in catalogue.code_sets[field.codes].codes}
    unknown = next(fault for fault in FAULTS if fault.kind == "unknown_code")
    for file in demonstration.files:
        cells = [cell for row in rows_of(file) for cell in row.values()]
        planted = unknown.rows if (file.folder, file.dataset) == (unknown.urn, unknown.dataset) else 0
        assert cells.count(NO_SUCH_CODE) == planted


def test_values_lie_within_the_contract(demonstration: Demonstration) -> None:
    for dataset in demonstration.catalogue.datasets.values():
        table = demonstration.tables["2025-26"][dataset.name]
        assert not table.duplicated(["urn", *dataset.key]).any()
        for field in dataset.fields:
            if field.minimum is not None or field.maximum is not None:
                numbers = pd.to_numeric(table[field.name]).dropna()
                assert numbers.between(field.minimum or 0, float("inf") if field.maximum is None else field.maximum).all(), field.name
            if not field.blank_allowed:
                assert (table[field.name].astype(str) != "").all()


def test_faults_are_where_they_were_planted_and_spoil_nothing_else(demonstration: Demonstration) -> None:
    for fault in FAULTS:
        files = [file for file in demonstration.files if (file.folder, file.dataset) == (fault.urn, fault.dataset)]
        faulty = [file for file in files if file.outcome == fault.outcome]
        assert len(faulty) == 1
        if fault.kind == "missing_column":
            whole = next(file for file in files if file.outcome == "accepted")
            assert set(rows_of(whole)[0]) - set(rows_of(faulty[0])[0]) == {"Absent sessions"}
            assert faulty[0].path.stat().st_mtime < whole.path.stat().st_mtime
        if fault.kind == "same_again":
            assert len({file.path.read_bytes() for file in files}) == 1 and len(files) == 2


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(demonstration: Demonstration, tmp_path: Path) -> None:
    again = make(Home.at(tmp_path / "again"), load)
    assert fingerprints(again.home) == fingerprints(demonstration.home)
    others = people_and_events(demonstration.catalogue.calendar.periods[0], seed=7)
    for name, table in others.items():
        assert not table.equals(demonstration.tables["2025-26"][name][table.columns])


def test_the_ordinary_rule_releases_it(demonstration: Demonstration) -> None:
    calendar = demonstration.catalogue.calendar
    period = next(item for item in calendar.periods if item.period == calendar.open_period)
    assert calendar.approvals == 0
    assert period.release_from is not None and period.release_from > period.ends
    assert demonstration.catalogue.trust.made_up


def test_objectives_name_what_the_catalogue_declares(demonstration: Demonstration) -> None:
    catalogue = demonstration.catalogue
    assert len(catalogue.objectives) == len(demo_trust.objectives(SMALL.sites)) == len(demo_trust.objectives(demo_trust.SITES))
    for objective in catalogue.objectives:
        assert set(objective.measures) <= set(catalogue.measures)
        if objective.characteristic != "all":
            codes = {group.code for group in catalogue.characteristics[objective.characteristic].groups}
            assert {objective.group, objective.comparator} <= {*codes, "all", None}


@pytest.fixture
def extended_home(tmp_path: Path) -> Home:
    """A home whose trust has declared a field with a code set of its own, and a dataset that the demonstration has never heard of."""
    home = Home.at(tmp_path / "extended")
    home.make()
    why = {"purpose": "Equality monitoring.", "lawful_basis": "Article 6(1)(e), public task", "retention_years": 7}
    codes = [{"code": "CHR", "label": "Christian"}, {"code": "NON", "label": "No religion"}]
    belief = {"name": "belief", "title": "Religion or belief", "type": "code", "codes": "belief", "headings": ["belief"], **why}
    upn = {"name": "upn", "title": "UPN", "type": "upn", "required": True, "headings": ["upn"], **why}
    club = {"name": "club_joined", "title": "Joined a club", "type": "flag", "headings": ["joined a club"], **why}
    clubs = {"name": "clubs", "title": "Clubs", "grain": "One row is one pupil.", "subject": "pupil", "person": "upn", "key": ["upn"]}
    declared = {
        "codes/belief.yml": {"name": "belief", "title": "Religion or belief", "source": "The trust's own", "codes": codes},
        "datasets/pupils.yml": {"name": "pupils", "fields": [belief]},
        "datasets/clubs.yml": {**clubs, "fields": [upn, club]},
    }
    for name, entry in declared.items():
        path = home.trust / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(entry), "utf-8")
    return home


def test_a_field_a_code_set_and_a_dataset_that_a_trust_adds_are_exported(extended_home: Home, demonstration: Demonstration) -> None:
    extended = make(extended_home, load)
    spelt = {row["Belief"] for file in extended.files if file.dataset == "pupils" for row in rows_of(file)}
    assert {"CHR", "Christian", "CHR - Christian", "NON", "No religion", "NON - No religion", ""} == spelt
    clubs = [row for file in extended.files if file.dataset == "clubs" for row in rows_of(file)]
    assert len(clubs) > 400
    pupils = extended.tables["2025-26"]["pupils"].drop(columns="belief")
    assert pupils.equals(demonstration.tables["2025-26"]["pupils"])

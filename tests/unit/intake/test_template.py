"""A template that is filled in is a file like any other: each code it offers is read back, and nothing has to be explained to the door."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from made_up_exports import FIRST, SMALL_TRUST, MadeUpTrust, pupil
from typer.testing import CliRunner

from pipelines.catalogue import Catalogue, load
from pipelines.cli import app
from pipelines.intake import receipts, template
from pipelines.intake.blanks import ROWS, choosable, heading, shown
from pipelines.intake.codes import Codes
from pipelines.intake.recognise import recognise

DATASETS = sorted(load(SMALL_TRUST).datasets)


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("name", DATASETS)
def test_every_heading_is_recognised_as_its_field(name: str, catalogue: Catalogue) -> None:
    dataset = catalogue.datasets[name]
    headings = tuple(cell.value for cell in opened(template(dataset, catalogue)).active[1])
    found = recognise(headings, f"{name}.xlsx", catalogue)
    assert (found.dataset.name, found.missing, found.unexpected, found.spare, found.twins) == (name, (), (), (), {})
    assert {field: headings[at] for field, at in found.columns.items()} == {item.name: heading(item) for item in dataset.totals}


@pytest.mark.parametrize("name", DATASETS)
def test_every_code_on_offer_is_read_as_that_code(name: str, catalogue: Catalogue) -> None:
    for item in catalogue.datasets[name].fields:
        for value in choosable(item, catalogue):
            found = Codes(catalogue.code_sets[item.codes]).find(shown(value)) if item.codes else None
            assert found is not None and (found.code, found.outdated) == (value.code, False), (item.name, shown(value))


def test_only_codes_in_force_in_the_open_year_are_offered(catalogue: Catalogue) -> None:
    offered = {value.code for value in choosable(catalogue.datasets["pupils"].field("fsm"), catalogue)}
    assert offered == {"FSM", "N"}


def test_identifiers_are_text_dates_are_dates_and_codes_have_lists(catalogue: Catalogue) -> None:
    sheet = opened(template(catalogue.datasets["pupils"], catalogue)).active
    formats = {cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}
    assert (formats["Unique pupil number"], formats["Date of birth"]) == ("@", "dd/mm/yyyy")
    letters = {cell.value: cell.column_letter for cell in sheet[1]}
    listed = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    assert f"{letters['Ethnicity']}2:{letters['Ethnicity']}{ROWS + 1}" in listed
    assert all(cell.comment for cell in sheet[1])


def test_a_filled_template_is_accepted_as_it_is(trust: MadeUpTrust) -> None:
    catalogue = trust.catalogue
    book = opened(template(catalogue.datasets["pupils"], catalogue))
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    ethnicities = [shown(value) for value in choosable(catalogue.datasets["pupils"].field("ethnicity"), catalogue)]
    for number in range(30):
        row = pupil(number)
        sheet.cell(number + 2, columns["Unique pupil number"], row["UPN"])
        sheet.cell(number + 2, columns["Year group"], "1")
        sheet.cell(number + 2, columns["Sex"], row["Sex"])
        sheet.cell(number + 2, columns["Ethnicity"], ethnicities[number % len(ethnicities)])
    content = io.BytesIO()
    book.save(content)
    trust.drop(FIRST, "pupils 2025-26.xlsx", content.getvalue())
    (settled,) = trust.take_in().settled
    assert (settled.outcome, settled.rows) == (receipts.ACCEPTED, "30")
    assert len({row["attributes"]["ethnicity"] for row in trust.landed()}) == min(len(ethnicities), 30)


def test_the_command_writes_it_and_never_over_a_file(trust: MadeUpTrust, tmp_path: Path) -> None:
    call = ["template", "pupils", "--home", str(trust.home.root), "-o", str(tmp_path / "pupils.xlsx")]
    assert CliRunner().invoke(app, call).exit_code == 0
    again = CliRunner().invoke(app, call)
    assert (again.exit_code, "exists already" in again.output) == (2, True)
    unknown = CliRunner().invoke(app, ["template", "lunches", "--home", str(trust.home.root)])
    assert (unknown.exit_code, "There are: admissions" in unknown.output) == (2, True)

"""Every dataset in every kind of file, and every report that the catalogue declares, is read back to the same people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from made_up_exports import FIRST, SMALL_TRUST, MadeUpTrust, passing
from made_up_formats import CONTAINERS, MADE, by_contract, by_report, delimited, interface, made_up, statutory

from pipelines.catalogue import load
from pipelines.catalogue.model import Format
from pipelines.home.keys import Keys
from pipelines.intake.contract import ATTRIBUTES, PERSON
from pipelines.intake.reading import Reading, Source, read
from pipelines.intake.recognise import spread_fields

BUILT_IN = load(SMALL_TRUST)
BY_REPORT = {True: "xml", False: "csv"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return MadeUpTrust.at(tmp_path_factory.mktemp("keys") / "home").keys


def reading(content: bytes, name: str, keys: Keys) -> Reading:
    return read(content, Source(FIRST, name, dt.datetime(2026, 1, 20)), BUILT_IN, keys, passing)


def people(found: Reading) -> list[tuple[tuple[str, Any], ...]]:
    """Everything that landed, attributes among the rest, in an order of its own."""
    rows = [{**row, **row[ATTRIBUTES]} for records in found.records.values() for row in records]
    return sorted((tuple(sorted((name, str(value)) for name, value in row.items() if name != ATTRIBUTES)) for row in rows), key=repr)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("dataset", BUILT_IN.datasets)
def test_a_dataset_is_read_back_to_the_same_people(dataset: str, container: str, keys: Keys) -> None:
    contract = BUILT_IN.datasets[dataset]
    table = by_contract(made_up(contract, BUILT_IN), contract)
    plain, found = reading(delimited()(table), "list.csv", keys), reading(CONTAINERS[container](table), f"list {container}", keys)
    assert [problem.title for problem in found.problems if problem.weight != "note"] == []
    assert (found.dataset, found.used, found.set_aside) == (dataset, MADE, 0)
    assert people(found) == people(plain)


@pytest.mark.parametrize("dataset", BUILT_IN.datasets)
def test_what_lands_is_what_was_written(dataset: str, keys: Keys) -> None:
    contract = BUILT_IN.datasets[dataset]
    rows = made_up(contract, BUILT_IN)
    found = reading(delimited()(by_contract(rows, contract)), "list.csv", keys)
    (records,) = found.records.values()
    for item in contract.fields:
        if item.store and item.name in rows[0] and item.type in ("code", "year_group", "flag"):
            assert sorted(str(row.get(item.name, row[ATTRIBUTES].get(item.name))) for row in records) == sorted(
                row[item.name] for row in rows
            )
    assert len({row.get(PERSON, repr(row)) for row in records}) == MADE


@pytest.mark.parametrize("name", BUILT_IN.formats)
def test_a_report_is_read_back_to_the_same_people(name: str, keys: Keys) -> None:
    report = BUILT_IN.formats[name]
    contract = BUILT_IN.datasets[report.dataset]
    rows = [{**row, **report.constants} for row in made_up(contract, BUILT_IN)]
    found = reading(*exported(rows, report), keys)
    assert (found.refusal, found.dataset, found.read_as.partition(", by all ")[0]) == (
        None,
        report.dataset,
        f"{report.system}: {report.report}",
    )
    assert {problem.kind for problem in found.problems if problem.weight != "note"} <= {"never_collected"}
    told = {*report.columns.values(), *report.sums, *report.constants, *spread_fields(report)}
    wanted = [
        {field: value if field in told or field == "period" else "" for field, value in row.items()} for row in spread_out(rows, report)
    ]
    assert people(found) == people(reading(delimited()(by_contract(wanted, contract)), "list.csv", keys))


def exported(rows: list[dict[str, str]], report: Format) -> tuple[bytes, str]:
    """The file that the report's system writes, and a name for it."""
    table = by_report(rows, report)
    if not report.records:
        return delimited()(table), "report 2025-26.csv"
    if report.records[0] == "data":
        return interface(table), "answer 2025-26.json"
    return statutory(table, report), "return 2025-26.xml"


def spread_out(rows: list[dict[str, str]], report: Format) -> list[dict[str, str]]:
    """What a report with results side by side says, one row a result."""
    if not report.spreads:
        return rows
    results = [(one.into, said) for one in report.spreads for said in one.columns.values()]
    fields = {into for into, _ in results}
    return [{**row, **dict.fromkeys(fields - {into}, ""), **said} for row in rows for into, said in results]

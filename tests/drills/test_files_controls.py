"""Drills of files and of the clock must notice a product that breaks its promise: each is tried against one that was broken on purpose."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from itertools import islice

import duckdb
import pytest

from pipelines.drills import clock, files, formulas, hostile
from pipelines.drills.door import FIRST, Door
from pipelines.drills.promise import Case
from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.intake import arrivals, deciding, extents, ledger, names, receipts, settle, values


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("drill"))


def failed(cases: Iterator[Case]) -> list[str]:
    return [case.name for case in cases if not case.passed]


def test_files_that_count_twice_are_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "_same_as", lambda store, parcel: (None, ()))
    assert "the first is used, the others are the same file again" in failed(files.once(made))


def test_an_order_that_matters_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def first_come(candidates: list[ledger.SliceEntry]) -> ledger.SliceEntry | None:
        return next((entry for entry in candidates if entry.active), candidates[-1] if candidates else None)

    for where in (ledger, deciding):
        monkeypatch.setattr(where, "winner", first_come)
    assert failed(files.orders(made))


def test_a_file_read_too_soon_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "_is_being_written", lambda descriptor: False)
    monkeypatch.setattr(names, "is_unfinished", lambda name: False)
    found = failed(files.half_written(made))
    assert {"a writer that has fallen silent is waited for", "part: not read"} <= set(found)


def test_a_bad_file_that_stops_the_night_or_touches_another_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Door.tables
    looks: list[str] = []

    def growing(self: Door, urn: str = "*") -> dict[str, list[str]]:
        looks.append(urn)
        return original(self, urn) | {"looks": [str(len(looks))]}

    monkeypatch.setattr(Door, "tables", growing)
    assert failed(files.fuzzed(made)) == ["the other academy's rows are as they were"]


def test_a_file_that_costs_too_much_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile, "SECONDS", 0.01)
    monkeypatch.setattr(hostile, "HOSTILE", {"a billion laughs": hostile.HOSTILE["a billion laughs"]})
    assert failed(hostile.hostile(made)) == ["a billion laughs"]


def test_what_the_bounds_are_for(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door.of(made)
    content = hostile.HEAD + b"a,b\n" * 2000
    monkeypatch.setattr(extents, "MOST_CELLS", 1000)
    assert [item["kind"] for item in door.send(FIRST, "Pupils 2025-26.csv", content)["problems"]] == ["too_big"]


def test_a_name_that_is_shown_as_it_is_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "shown", lambda name: name.encode("utf-8", "replace").decode())
    monkeypatch.setattr(hostile, "NAMES", (b"a\nb 2025-26.csv", "a\u202efdp.csv".encode()))
    assert failed(hostile.odd_names(made)) == ["name 0", "name 1"]


def test_a_formula_a_macro_a_link_and_a_hidden_sheet_are_noticed() -> None:
    from openpyxl import Workbook

    book, content = Workbook(), io.BytesIO()
    book.active.append(["=1+1", "@SUM(1)"])
    book.create_sheet("Hidden").sheet_state = "hidden"
    book.active.row_dimensions[3].hidden = True
    book.save(content)
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"")
    found = " ".join(formulas.unsafe(content.getvalue()))
    assert all(word in found for word in ("vbaProject", "Hidden is hidden", "a formula", "something hidden", "begins as a formula"))
    assert formulas.running('x,"=1+1",-3.5,-x\n"\t=1"') == ["=1+1", "-x", "\t=1"]


def test_a_list_of_issues_that_a_spreadsheet_would_run_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    issues = len(formulas.NAMED)
    assert failed(islice(formulas.formulas(made), issues)) == []
    monkeypatch.setattr(receipts, "harmless", lambda cell: cell)
    assert failed(islice(formulas.formulas(made), issues)) == [f"issues of a file with {start!r}" for start in formulas.NAMED[:4]]


def test_a_page_that_runs_what_it_shows_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = receipts.environment()
    monkeypatch.setattr(receipts, "page", lambda receipt: environment.from_string(receipt.file).render())
    door = Door.of(made)
    told = door.send(FIRST, "{{ 7*191 }} 2025-26.csv", door.pupils(FIRST))
    assert "1337" in told["page"].read_text("utf-8")


def test_a_query_that_reaches_a_file_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = "select * from read_text('/etc/hostname')"
    home = Home.at(made.place("home"))
    (home.releases / "current" / "marts").mkdir(parents=True)
    monkeypatch.setattr(Scene, "released", lambda scene: home)
    monkeypatch.setattr(hostile, "PAYLOADS", hostile.PAYLOADS[:3])
    monkeypatch.setattr(hostile, "DOORS", (asked,))
    assert failed(hostile.injections(made)) == []
    monkeypatch.setattr(hostile, "answers", lambda connection, sql: duckdb.connect().execute(sql).fetchall())
    assert failed(hostile.injections(made)) == [f"query: {asked}"]


def test_a_clock_that_decides_is_noticed(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    original = settle.opened
    monkeypatch.setattr(
        settle, "opened", lambda arrival: original(arrival, f"{arrival.modified.year}-{(arrival.modified.year + 1) % 100:02d}")
    )
    monkeypatch.setattr(clock, "set_back", lambda scene: iter(()))
    monkeypatch.setattr(clock, "released", lambda scene: iter(()))
    assert failed(clock.clock(made))
    monkeypatch.setattr(values, "date", lambda text, century: dt.date(2025, 3, 1))
    assert len(failed(clock.days())) == 8
    monkeypatch.setattr(clock, "school_time", lambda moment: moment.replace(tzinfo=None))
    assert failed(clock.changes()) == ["the night in spring", "the night in autumn"]

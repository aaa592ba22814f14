"""Earlier releases are read as they were told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.release import release
from pipelines.release.history import CELL, changes, released_cells
from pipelines.release.manifest import Manifest

RELEASE_DAY = dt.date(2026, 9, 1)


def test_without_releases_there_are_no_cells_but_their_columns(home: Home) -> None:
    cells = released_cells(home)
    assert len(cells) == 0
    assert list(cells.columns) == ["release", "release_from", "rounded", *CELL]


def test_the_cells_of_every_release_are_there_in_order(home: Home, build: Callable[..., Manifest], dated: Callable[..., Any]) -> None:
    build(girls=190)
    first = release.make(home, dated(), RELEASE_DAY).id
    later = dt.date(2027, 1, 15)
    build(girls=191, release_from=later)
    second = release.make(home, dated(y2025_26=later), later).id
    cells = released_cells(home)
    girls = cells[cells["group_code"] == "F"]
    assert list(zip(girls["release"], girls["numerator"], strict=True)) == [(first, 190), (second, 191)]
    assert set(cells["status"]) == {"shown", "c"}
    assert cells.loc[cells["status"] == "c", ["numerator", "value"]].isna().all(axis=None)


def test_a_file_that_no_manifest_names_is_not_history(home: Home, build: Callable[..., Manifest], dated: Callable[..., Any]) -> None:
    build()
    made = release.make(home, dated(), RELEASE_DAY)
    marts = home.releases / str(made.id) / "marts"
    (marts / "planted.parquet").write_bytes((marts / "mart_pupil_composition.parquet").read_bytes())
    assert len(released_cells(home)) == 3


PUPILS = ("pupils", "2025-26", "100001", "0" * 64)
RULES = {"all": "e" * 64, "policy": "p" * 64}
TITLES = {"pupils": "Pupils", "attendance": "Attendance"}


def released(home: Home, build: Callable[..., Manifest], dated: Callable[..., Any]) -> str:
    build(catalogue=RULES)
    return str(release.make(home, dated(), RELEASE_DAY).id)


def test_where_nothing_changed_there_is_no_reason_for_another_figure(
    home: Home, build: Callable[..., Manifest], dated: Callable[..., Any]
) -> None:
    released(home, build, dated)
    assert changes(home, [PUPILS], RULES, TITLES).empty


@pytest.mark.parametrize(
    ("inputs", "rules", "why"),
    [
        ([(*PUPILS[:3], "1" * 64)], RULES, "Files were replaced, added or withdrawn: Pupils."),
        ([PUPILS, ("attendance", "2025-26", "100002", "2" * 64)], RULES, "Files were replaced, added or withdrawn: Attendance."),
        ([PUPILS], RULES | {"all": "f" * 64}, "What is counted was declared anew."),
        ([], RULES | {"policy": "q" * 64}, "Files were replaced, added or withdrawn: Pupils. The disclosure policy was changed."),
    ],
)
def test_what_changed_since_a_release_is_said_and_not_whose_file_it_was(
    home: Home, build: Callable[..., Manifest], dated: Callable[..., Any], inputs: list[Any], rules: dict[str, str], why: str
) -> None:
    identity = released(home, build, dated)
    table = changes(home, inputs, rules, TITLES)
    assert table.to_numpy().tolist() == [[identity, "2025-26", why]]

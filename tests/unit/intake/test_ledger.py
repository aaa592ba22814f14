"""The ledger: the version in use depends on what was sent, never on the order, and no later layout is misread."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.home import HomeError
from pipelines.intake.ledger import SCHEMA_VERSION, Ledger, Sighting, SliceEntry, winner
from pipelines.intake.mapping import Slice

KEY = Slice("pupils", "2025-26", "900401")


def version(hour: int, content: str) -> SliceEntry:
    return SliceEntry(f"900401-{content}-{hour}", KEY, dt.datetime(2026, 1, 15, hour), content, 10, "{}")


VERSIONS = st.lists(st.builds(version, st.integers(0, 5), st.sampled_from("abcd")), max_size=6, unique_by=lambda entry: entry.reference)


@given(VERSIONS, st.randoms())
def test_the_version_in_use_does_not_depend_on_the_order_of_arrival(versions: list[SliceEntry], random: object) -> None:
    shuffled = list(versions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert winner(shuffled) == winner(versions)


def test_the_later_export_is_used() -> None:
    assert winner([version(2, "a"), version(3, "b"), version(1, "c")]) == version(3, "b")


def test_of_two_different_files_of_one_time_neither_replaces_the_one_before() -> None:
    assert winner([version(1, "a"), version(2, "b"), version(2, "c")]) == version(1, "a")
    assert winner([version(2, "b"), version(2, "c")]) is None


def test_nothing_sent_is_nothing_in_use() -> None:
    assert winner([]) is None


def test_a_ledger_of_a_later_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(HomeError, match="later version"):
        Ledger(path)
    assert path.read_bytes() == before


def test_the_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.sqlite").close()
    assert (tmp_path / "ledger.sqlite").stat().st_mode & 0o077 == 0


def test_a_transaction_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    sighting = Sighting("900401", "a.csv", 1, 1, 1, "a")
    with pytest.raises(RuntimeError), ledger.transaction():
        ledger.add_sighting(sighting, "900401-a", dt.datetime(2026, 1, 1))
        raise RuntimeError
    assert ledger.reference_of(sighting) is None
    ledger.close()

"""A scratch copy set back to a release's files: the replaced and the withdrawn count again, the newer ones do not, the erased are named."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.intake import inputs, replay
from pipelines.intake.ledger import ACCEPTED, FileEntry, Ledger, SliceEntry
from pipelines.intake.mapping import Slice

KEY = Slice("pupils", "2025-26", "900401")
OLD, NEW, GONE = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two files of one slice, the newer in use, each sealed in ``raw/``."""
    home = Home.at(tmp_path)
    home.make()
    with closing(Ledger(home.ledger)) as ledger:
        for day, content_hash in ((1, OLD), (2, NEW)):
            moment, reference = dt.datetime(2026, 1, day), f"900401-{content_hash[:8]}"
            file = FileEntry(
                reference, content_hash, "contract", "900401", "pupils.csv", 1, moment, moment, "pupils", moment, ACCEPTED, 0, "{}"
            )
            ledger.add_file(file)
            ledger.put_slices(reference, "contract", [SliceEntry(reference, KEY, moment, content_hash, 10, "{}")])
            (home.raw / content_hash).write_bytes(b"sealed")
        ledger.choose(KEY)
    assert inputs(home) == [(*KEY, NEW)]
    return home


def test_a_file_that_was_replaced_is_used_again(home: Home) -> None:
    assert replay(home, [(*KEY, OLD)]) == []
    assert inputs(home) == [(*KEY, OLD)]


def test_a_file_that_was_withdrawn_is_used_again(home: Home) -> None:
    with closing(Ledger(home.ledger)) as ledger:
        ledger.put_slices(f"900401-{OLD[:8]}", "contract", ())
        ledger.withdraw(f"900401-{OLD[:8]}")
    assert replay(home, [(*KEY, OLD)]) == []
    assert inputs(home) == [(*KEY, OLD)]


def test_what_is_erased_or_was_never_there_is_named(home: Home) -> None:
    (home.raw / OLD).unlink()
    other = Slice("staff", "2025-26", "900402")
    assert replay(home, [(*KEY, OLD), (*other, GONE)]) == [tuple(KEY), tuple(other)]
    assert inputs(home) == []

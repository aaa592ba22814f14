"""Withdrawing a release by decision: what readers see, what stays, what is written down, and that a kill leaves nothing half done."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.home import Home, HomeError
from pipelines.release import audit, draft, release, withdrawal
from pipelines.release.history import released_cells
from pipelines.release.manifest import Manifest
from pipelines.release.verify import verify

Build = Callable[..., Manifest]
Dated = Callable[..., Any]
FIRST, LATER = dt.date(2026, 9, 1), dt.date(2027, 1, 15)
NOW = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def two(home: Home, build: Build, dated: Dated) -> tuple[str, str]:
    """Two releases of one period, the second a correction."""
    build(girls=190)
    first = release.make(home, dated(), FIRST).id
    build(girls=240, release_from=LATER)
    second = release.make(home, dated(y2025_26=LATER), LATER).id
    return str(first), str(second)


def test_readers_are_pointed_to_the_latest_release_that_stands(home: Home, two: tuple[str, str]) -> None:
    assert release.withdraw(home, two[1], "figures of one academy were wrong", "A Trustee", NOW) == two[0]
    assert release.current(home) == home.releases / two[0]
    assert [item.id for item in release.standing(home)] == [two[0]]
    assert {item.id: item.withdrawn for item in release.listing(home)} == {two[0]: "", two[1]: "figures of one academy were wrong"}


def test_withdrawing_an_earlier_release_leaves_the_current_one(home: Home, two: tuple[str, str]) -> None:
    assert release.withdraw(home, two[0], "superseded", "A Trustee", NOW) == two[1]
    assert release.current(home) == home.releases / two[1]


def test_when_none_stands_readers_see_none(home: Home, two: tuple[str, str]) -> None:
    for name in two:
        release.withdraw(home, name, "wrong", "A Trustee", NOW)
    assert release.current(home) is None
    assert released_cells(home).empty


def test_a_withdrawn_release_stays_as_it_was_sealed_and_tells_nothing_to_the_next(home: Home, two: tuple[str, str]) -> None:
    release.withdraw(home, two[1], "wrong", "A Trustee", NOW)
    assert verify(home.releases / two[1]) == []
    assert set(released_cells(home)["release"]) == {two[0]}


def test_the_decision_stands_in_the_audit_log_once(home: Home, two: tuple[str, str]) -> None:
    release.withdraw(home, two[1], "figures  were\nwrong", "A Trustee", NOW)
    release.recover(home)
    (line,) = [json.loads(text) for text in home.audit.read_text().splitlines()]
    assert (line["who"], line["what"]) == ("A Trustee", f"withdrew {two[1]}: figures were wrong")
    assert audit.verify(home.audit) == []


def test_a_withdrawal_frees_no_date_of_the_calendar(home: Home, build: Build, dated: Dated) -> None:
    build()
    name = str(release.make(home, dated(), FIRST).id)
    release.withdraw(home, name, "wrong", "A Trustee", NOW)
    assert "withdrawn" in release.make(home, dated(), FIRST).reason
    build(girls=260)
    assert "no later date" in release.make(home, dated(), FIRST).reason


@pytest.mark.parametrize(
    ("name", "why", "by", "said"),
    [
        ("2025-26-00000000", "wrong", "A Trustee", "There is no release"),
        ("../draft", "wrong", "A Trustee", "There is no release"),
        ("", "  ", "A Trustee", "needs a reason"),
        ("", "wrong", " ", "needs a reason"),
    ],
)
def test_what_cannot_be_withdrawn_changes_nothing(home: Home, two: tuple[str, str], name: str, why: str, by: str, said: str) -> None:
    before = sorted(home.releases.iterdir())
    with pytest.raises(HomeError, match=said):
        release.withdraw(home, name or two[1], why, by, NOW)
    assert sorted(home.releases.iterdir()) == before
    assert not home.audit.exists()


def test_a_release_is_withdrawn_once(home: Home, two: tuple[str, str]) -> None:
    release.withdraw(home, two[1], "wrong", "A Trustee", NOW)
    with pytest.raises(HomeError, match="withdrawn before: wrong"):
        release.withdraw(home, two[1], "again", "A Trustee", NOW)


def test_a_damaged_mark_stops_everything_rather_than_let_the_release_stand(home: Home, two: tuple[str, str]) -> None:
    release.withdraw(home, two[1], "wrong", "A Trustee", NOW)
    (mark,) = home.releases.glob(f"*{withdrawal.MARK}")
    mark.write_text("{")
    with pytest.raises(HomeError, match="damaged"):
        released_cells(home)


KILLED_AT = [
    "pipelines.release.withdrawal.finish",
    "pipelines.release.audit.append",
    "os.replace",
    "pipelines.release.release._leave_withdrawn",
]


@pytest.mark.parametrize("at", KILLED_AT)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_step_it_is_finished_or_never_was(home: Home, two: tuple[str, str], at: str, when: str) -> None:
    if os.fork() == 0:
        _die_at(at, when)
        release.withdraw(home, two[1], "wrong", "A Trustee", NOW)
        os._exit(1)  # it was never killed
    assert os.WIFSIGNALED(os.wait()[1])
    draft.recover(home)
    release.recover(home)
    withdrawn = {item.id for item in release.listing(home) if item.withdrawn}
    lines = home.audit.read_text().splitlines() if home.audit.exists() else []
    assert withdrawn in ({two[1]}, set())
    assert len(lines) == len(withdrawn)
    assert release.current(home) == home.releases / (two[0] if withdrawn else two[1])
    assert not [path for path in home.releases.iterdir() if path.name.startswith(".")]


def _die_at(name: str, when: str) -> None:
    import importlib

    module, attribute = name.rsplit(".", 1)
    place = importlib.import_module(module)
    original = getattr(place, attribute)

    def dying(*arguments: Any, **named: Any) -> None:
        if attribute == "_leave_withdrawn" and not withdrawal.withdrawals(*arguments):
            return  # the look for leftovers that comes first
        if when == "after":
            original(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(place, attribute, dying)
    if module == "pipelines.release.withdrawal":
        setattr(release, attribute, lambda home: None)

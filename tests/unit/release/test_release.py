"""When a release is made, when it is not, and that nothing but a release can be there afterwards."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.release import draft, release
from pipelines.release.manifest import Manifest, fingerprint
from pipelines.release.release import Outcome
from pipelines.release.verify import verify

Build = Callable[..., Manifest]
Dated = Callable[..., Any]
RELEASE_DAY = dt.date(2026, 9, 1)


@pytest.fixture
def drafted(home: Home, build: Build) -> Home:
    """A home with a draft of 2025-26 that both judges have passed."""
    build()
    return home


def test_a_due_draft_becomes_the_current_release(home: Home, build: Build, dated: Dated) -> None:
    sealed = build()
    outcome = release.make(home, dated(), RELEASE_DAY)
    assert outcome == Outcome(f"2025-26-{fingerprint(sealed)[:8]}")
    assert release.current(home) == home.releases / str(outcome.id)
    assert verify(home.releases / "current") == []
    assert [entry.id for entry in release.listing(home) if entry.current] == [outcome.id]


def test_a_second_run_makes_none(home: Home, build: Build, dated: Dated) -> None:
    build()
    first = release.make(home, dated(), RELEASE_DAY)
    build()
    second = release.make(home, dated(), RELEASE_DAY)
    assert second == Outcome(None, f"Already released as {first.id}.")
    assert len(release.listing(home)) == 1


@pytest.mark.parametrize(
    ("dates", "today", "reason"),
    [
        ({}, dt.date(2026, 8, 31), "2025-26 may be released from 1 September 2026."),
        ({"y2025_26": None}, RELEASE_DAY, "The calendar gives no release date for 2025-26."),
        ({"y2024_25": RELEASE_DAY}, RELEASE_DAY, "The calendar gives no release date for 2025-26."),
        ({"y2025_26": dt.date(2026, 8, 1)}, RELEASE_DAY, "The calendar has changed"),
    ],
)
def test_nothing_is_released_before_its_day(drafted: Home, dated: Dated, dates: Any, today: dt.date, reason: str) -> None:
    outcome = release.make(drafted, dated(**dates), today)
    assert outcome.id is None
    assert outcome.reason.startswith(reason)
    assert release.listing(drafted) == []


def test_without_a_draft_there_is_nothing_to_release(home: Home, dated: Dated) -> None:
    assert release.make(home, dated(), RELEASE_DAY).reason == "There is no draft to release: manifest.json is missing."


def test_a_draft_that_changes_after_its_release_waits_for_a_later_date(home: Home, build: Build, dated: Dated) -> None:
    build()
    first = release.make(home, dated(), RELEASE_DAY)
    build(girls=191)
    assert release.make(home, dated(), dt.date(2026, 9, 2)).id is None
    correction_day = dt.date(2027, 1, 15)
    build(girls=191, release_from=correction_day)
    second = release.make(home, dated(y2025_26=correction_day), correction_day)
    assert second.id not in (None, first.id)
    assert [entry.id for entry in release.listing(home)] == [first.id, second.id]
    assert release.current(home) == home.releases / str(second.id)


def test_every_period_inside_must_be_due(home: Home, build: Build, dated: Dated) -> None:
    build(periods=("2024-25", "2025-26"))
    waiting = dated(y2024_25=dt.date(2026, 10, 1), y2025_26=RELEASE_DAY)
    assert release.make(home, waiting, RELEASE_DAY).reason == "2024-25 may be released from 1 October 2026."


def test_the_stricter_of_draft_and_calendar_says_how_many_approve(home: Home, build: Build, dated: Dated) -> None:
    build(approvals_needed=1)
    assert "0 of 1" in release.make(home, dated(0), RELEASE_DAY).reason
    build(approvals_needed=0)
    assert "0 of 2" in release.make(home, dated(2), RELEASE_DAY).reason


def test_a_draft_that_is_not_what_was_judged_is_not_released(home: Home, build: Build, dated: Dated) -> None:
    build()
    (home.draft / "reports" / "board.html").write_text("other")
    outcome = release.make(home, dated(), RELEASE_DAY)
    assert outcome.id is None
    assert "reports/board.html was changed" in outcome.reason
    assert list(home.releases.iterdir()) == []


def test_a_draft_that_a_judge_failed_is_not_released(home: Home, build: Build, dated: Dated) -> None:
    verdicts = build().verdicts
    build(verdicts={**verdicts, "attack": verdicts["attack"].model_copy(update={"passed": False})})
    assert "attack did not pass it" in release.make(home, dated(), RELEASE_DAY).reason
    assert release.current(home) is None


def test_the_old_draft_is_back_if_the_new_one_never_arrived(home: Home, build: Build, dated: Dated) -> None:
    sealed = build()
    home.draft.rename(home.root / "draft.aside")
    draft.recover(home)
    assert verify(home.draft) == []
    assert (home.draft / "manifest.json").read_bytes() == sealed.content()


def test_a_reader_meets_one_whole_release_at_every_moment(home: Home, build: Build, dated: Dated) -> None:
    days = [RELEASE_DAY + dt.timedelta(days=number) for number in range(12)]
    build(release_from=days[0])
    release.make(home, dated(y2025_26=days[0]), days[0])
    seen: set[str] = set()
    problems: list[str] = []
    done = threading.Event()

    def read_on() -> None:
        while not done.is_set():
            folder = (home.releases / "current").resolve()
            seen.add(folder.name)
            problems.extend(verify(folder))

    reader = threading.Thread(target=read_on)
    reader.start()
    for number, day in enumerate(days[1:], start=191):
        build(girls=number, release_from=day)
        assert release.make(home, dated(y2025_26=day), day).id is not None
    done.set()
    reader.join()
    assert problems == []
    assert len(seen) > 1
    assert len(release.listing(home)) == len(days)

"""Approvals: bound to one draft, by different people, none of whom made it or asks for its release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.home import Home, HomeError
from pipelines.release import release
from pipelines.release.approvals import adopt, approve, log_made
from pipelines.release.manifest import Manifest
from pipelines.release.verify import release_id

Build = Callable[..., Manifest]
Dated = Callable[..., Any]
DAY = dt.date(2026, 9, 1)
NOON = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


def say(home: Home, draft: Manifest, by: str, typed_by: str = "") -> None:
    approve(home, release_id(draft), by, typed_by or by, NOON)


def made(home: Home, build: Build, **changes: Any) -> Manifest:
    draft = build(**{"approvals_needed": 2, **changes})
    log_made(home, draft, "night", NOON)
    return draft


def test_two_people_who_did_not_make_it_release_it(home: Home, build: Build, dated: Dated) -> None:
    draft = made(home, build)
    say(home, draft, "ann")
    assert "has 1 of 2 approvals" in release.make(home, dated(2), DAY, maker="clerk").reason
    say(home, draft, "Bob Trustee", "clerk")
    assert release.make(home, dated(2), DAY, maker="clerk").id == release_id(draft)


def test_who_asks_for_the_release_does_not_count(home: Home, build: Build, dated: Dated) -> None:
    draft = made(home, build, approvals_needed=1)
    say(home, draft, "ann")
    assert "has 0 of 1 approvals" in release.make(home, dated(1), DAY, maker="Ann").reason
    assert release.make(home, dated(1), DAY, maker="clerk").id is not None


@pytest.mark.parametrize("spelt", ["night", "Night", " NIGHT "])
def test_who_made_the_draft_cannot_approve_it(home: Home, build: Build, spelt: str) -> None:
    draft = made(home, build)
    with pytest.raises(HomeError, match="made this draft"):
        say(home, draft, spelt)


@pytest.mark.parametrize("spelt", ["ann", "ANN", " ann  "])
def test_nobody_counts_twice(home: Home, build: Build, dated: Dated, spelt: str) -> None:
    draft = made(home, build)
    say(home, draft, "ann")
    with pytest.raises(HomeError, match="Nobody counts twice"):
        say(home, draft, spelt)
    assert "has 1 of 2" in release.make(home, dated(2), DAY).reason


def test_a_draft_that_changed_needs_approval_anew(home: Home, build: Build, dated: Dated) -> None:
    before = made(home, build, approvals_needed=1)
    say(home, before, "ann")
    now = made(home, build, approvals_needed=1, girls=191)
    assert "has 0 of 1" in release.make(home, dated(1), DAY).reason
    with pytest.raises(HomeError, match=f"The draft is {release_id(now)}, not"):
        say(home, before, "bob")


def test_a_draft_that_is_not_what_was_judged_is_not_approved(home: Home, build: Build) -> None:
    draft = made(home, build)
    (home.draft / "reports" / "board.html").write_text("other")
    with pytest.raises(HomeError, match="not as it was judged"):
        say(home, draft, "ann")


def test_a_draft_that_nobody_is_known_to_have_made_waits_until_a_refresh_takes_it_on(home: Home, build: Build) -> None:
    draft = build(approvals_needed=1)
    with pytest.raises(HomeError, match="does not say who made"):
        say(home, draft, "ann")
    for _ in range(2):
        adopt(home, "night", NOON)
    assert len(home.audit.read_text().splitlines()) == 1
    with pytest.raises(HomeError, match="made this draft"):
        say(home, draft, "night")
    say(home, draft, "ann")


def test_an_approval_written_into_the_log_by_hand_releases_nothing(home: Home, build: Build, dated: Dated) -> None:
    draft = made(home, build, approvals_needed=1)
    say(home, draft, "ann")
    home.audit.write_text(home.audit.read_text().replace('"ann"', '"bob"'))
    assert "The audit log, which holds the approvals" in release.make(home, dated(1), DAY).reason


def test_without_approvals_asked_for_nobody_is_asked(home: Home, build: Build, dated: Dated) -> None:
    build(approvals_needed=0)
    home.audit.write_text("damaged")
    assert release.make(home, dated(0), DAY).id is not None

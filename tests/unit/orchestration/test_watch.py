"""The line seen from outside: what is too old, what stopped, what died; and that whoever runs a refresh leaves word of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.catalogue import CatalogueError, load
from pipelines.cli import app
from pipelines.home import Home, heartbeat, make_keys
from pipelines.orchestration import refresh, watch
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.refresh import Refreshed

NOW = dt.datetime(2026, 1, 20, 7, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path, small_trust: Path) -> Home:
    made = Home.at(tmp_path / "home")
    made.make()
    make_keys(made)
    for path in small_trust.iterdir():
        (made.trust / path.name).write_bytes(path.read_bytes())
    return made


def said(home: Home, now: dt.datetime = NOW) -> list[str]:
    return [fault.words for fault in watch.look(home, load(home.trust), now).faults if fault.key.startswith(watch.LINE)]


def test_a_home_that_was_never_refreshed_is_not_well(home: Home) -> None:
    assert said(home)[0] == "No refresh has succeeded yet. Run: equality refresh"


def test_a_refresh_that_ended_well_is_well_for_as_long_as_the_trust_allows(home: Home) -> None:
    heartbeat.began(home, NOW - 5 * HOUR)
    heartbeat.succeeded(home, NOW - 5 * HOUR)
    assert not any("refresh" in words for words in said(home))
    assert "No refresh has succeeded within 26 hours. The last that succeeded ended 1 day ago." in said(home, NOW + 22 * HOUR)[0]
    (home.trust / "watch.yml").write_text("refresh_hours: 48\n")
    assert not any("refresh" in words for words in said(home, NOW + 22 * HOUR))


def test_a_refresh_that_stopped_says_where_until_one_succeeds(home: Home) -> None:
    heartbeat.succeeded(home, NOW - 29 * HOUR)
    heartbeat.began(home, NOW - 5 * HOUR)
    heartbeat.stopped(home, NOW - 4 * HOUR, "gate_2 said no: parts_add_up")
    assert said(home)[0].startswith(
        "The refresh of 20 January at 02:00 stopped: gate_2 said no: parts_add_up. The last that succeeded ended 1 day ago."
    )
    heartbeat.began(home, NOW)
    heartbeat.succeeded(home, NOW)
    assert not any("stopped" in words for words in said(home))


def test_a_refresh_that_never_ended_died_once_it_cannot_be_at_work(home: Home) -> None:
    heartbeat.succeeded(home, NOW - 20 * HOUR)
    heartbeat.began(home, NOW)
    assert not any("never ended" in words for words in said(home, NOW + HOUR))
    assert said(home, NOW + 4 * HOUR)[0].startswith("The refresh of 20 January at 07:00 never ended.")


def test_a_release_that_is_due_and_not_there_is_named_with_the_reason(home: Home) -> None:
    calendar = home.trust / "calendar.yml"
    calendar.write_text(calendar.read_text().replace("reference_date:", "release_from: 2026-01-10, reference_date:", 1))
    assert any("was due from 10 January 2026 and is not there. There is no draft to release" in words for words in said(home))
    assert not any("was due" in words for words in said(home, NOW - dt.timedelta(days=9)))


def test_a_damaged_release_is_named_and_silences_nothing(home: Home) -> None:
    calendar = home.trust / "calendar.yml"
    calendar.write_text(calendar.read_text().replace("reference_date:", "release_from: 2026-01-10, reference_date:", 1))
    (home.releases / "2025-26-damaged").mkdir(parents=True)
    (home.releases / "2025-26-damaged" / "manifest.json").write_text("{}")
    words = said(home)
    assert any("cannot be trusted any more" in one and "2025-26-damaged" in one for one in words)
    assert any("was due from 10 January 2026" in one for one in words)


def test_a_heartbeat_that_cannot_be_read_is_no_success(home: Home) -> None:
    heartbeat.succeeded(home, NOW)
    home.heartbeat.write_text("{")
    assert said(home)[0].startswith("No refresh has succeeded yet")


def test_a_limit_of_nought_hours_is_refused(home: Home) -> None:
    (home.trust / "watch.yml").write_text("refresh_hours: 0\n")
    with pytest.raises(CatalogueError, match=r"watch\.yml, at refresh_hours"):
        load(home.trust)


def test_the_limits_are_no_reason_to_make_a_draft_anew(home: Home) -> None:
    before = load(home.trust).fingerprints
    (home.trust / "watch.yml").write_text("refresh_hours: 48\n")
    assert load(home.trust).fingerprints == before


@pytest.mark.parametrize(
    ("outcome", "stopped", "well"),
    [
        (Refreshed(changed=True), "", True),
        (Refreshed(changed=True, failed=("attack said no: x.", "y")), "attack said no: x; y", False),
        (RuntimeError("Canary"), "RuntimeError", False),
    ],
)
def test_every_refresh_leaves_word_of_how_it_ended(
    home: Home, monkeypatch: pytest.MonkeyPatch, outcome: Refreshed | Exception, stopped: str, well: bool
) -> None:
    def run(*_: object) -> Refreshed:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(refresh, "_run_job", run)
    monkeypatch.setattr(refresh, "hold", lambda home: None)
    try:
        refresh.refresh(Opened.at(home.root), None, lambda line: None)
    except RuntimeError:
        assert isinstance(outcome, RuntimeError)
    beat = heartbeat.read(home)
    assert (beat.stopped, beat.succeeded is not None) == (stopped, well)
    assert "Canary" not in home.heartbeat.read_text() and beat.ended is not None


def test_the_verb_ends_with_1_where_the_line_is_silent(home: Home) -> None:
    done = CliRunner().invoke(app, ["watch", "--home", str(home.root)])
    assert done.exit_code == 1
    assert "No refresh has succeeded yet" in done.output and "Nobody was written to: trust/mail.yml names no office." in done.output


@pytest.mark.parametrize(
    ("hours", "words"), [(0, "within the hour"), (1, "1 hour ago"), (23, "23 hours ago"), (24, "1 day ago"), (49, "2 days ago")]
)
def test_an_age_is_said_as_people_say_it(hours: int, words: str) -> None:
    assert watch.in_words(hours * HOUR) == words


def test_a_step_that_fails_in_a_run_of_the_daemon_is_told_by_its_name_alone(home: Home) -> None:
    from dagster import job, op

    from pipelines.orchestration.assets import told_to_the_watch
    from pipelines.orchestration.resources import TrustHome

    @op
    def landing() -> None:
        raise ValueError("Canary")

    @job(hooks={told_to_the_watch}, resource_defs={"home": TrustHome(path=str(home.root))})
    def fails() -> None:
        landing()

    assert not fails.execute_in_process(raise_on_error=False).success
    assert heartbeat.read(home).stopped == "landing"
    assert "Canary" not in home.heartbeat.read_text()

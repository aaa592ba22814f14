"""What every refresh does as it begins, whoever started it: the asset that the daemon and the command line both run, in a home of its own."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, materialize
from dagster._core.storage.runs.schema import RunsTable
from dagster._core.test_utils import create_run_for_test
from made_up_exports import FIRST, MadeUpTrust, pupils, written

from pipelines import intake
from pipelines.home import Home, HomeError
from pipelines.orchestration import steps
from pipelines.orchestration.assets import landing_assets
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.refresh import dagster_settings
from pipelines.orchestration.resources import Clock, TrustHome

FAR = "2099-12-31"


@pytest.fixture
def trust(tmp_path: Path) -> MadeUpTrust:
    """A home in which a pupils' list is landed, one that it replaced is in ``raw/``, and a file that could not be read in quarantine."""
    trust = MadeUpTrust.at(tmp_path / "home")
    for name, content in {
        "pupils 2025-26 20260101.csv": written(pupils(range(30))),
        "pupils 2025-26 20260201.csv": written(pupils(range(31))),
        "broken.csv": b"UPN,Surname\r\nnothing,Canary\r\n",
    }.items():
        trust.drop(FIRST, name, content)
        trust.take_in(steps.gate_1(Opened.at(trust.home.root)), clock=lambda: dt.datetime.now(dt.UTC))
    return trust


@pytest.fixture
def instance(trust: MadeUpTrust) -> Iterator[DagsterInstance]:
    """Dagster's own storage, as it lies in a home."""
    trust.home.dagster.mkdir(exist_ok=True)
    (trust.home.dagster / "dagster.yaml").write_bytes(dagster_settings(trust.home.dagster))
    with DagsterInstance.from_config(str(trust.home.dagster)) as instance:
        yield instance


def run(trust: MadeUpTrust, instance: DagsterInstance, today: str | None = None) -> str:
    """The asset as Dagster runs it; the run's id."""
    resources = {"home": TrustHome(path=str(trust.home.root)), "clock": Clock(today=today)}
    result = materialize([landing_assets(trust.catalogue)], instance=instance, resources=resources)
    assert result.success
    return result.run_id


def stored(home: Home) -> dict[str, bytes]:
    rooms = (home.landing, home.raw, home.quarantine)
    return {str(path): path.read_bytes() for room in rooms for path in room.rglob("*") if path.is_file()}


def test_a_day_given_by_hand_ends_nothing_before_its_time(trust: MadeUpTrust, instance: DagsterInstance) -> None:
    before = stored(trust.home)
    assert len(before) == len(trust.catalogue.datasets) + 1 + 2 + 1
    run(trust, instance, FAR)
    assert stored(trust.home) == before
    due = dt.datetime.combine(dt.date.fromisoformat(FAR), dt.time(), dt.UTC)
    ended = steps.retain(Opened.at(trust.home.root), due)
    assert (ended.quarantine, ended.slices, list(trust.home.raw.iterdir())) == (1, 1, [])


def test_nor_does_a_day_given_at_the_command_line(trust: MadeUpTrust) -> None:
    opened = Opened.at(trust.home.root)
    with intake.Store(opened.home, opened.keys, opened.catalogue, steps.gate_1(opened)) as store:
        for entry in store.ledger.usable():
            intake.withdraw(store, entry.reference, "a test", dt.datetime.now(dt.UTC))
    before = stored(trust.home)
    command = [str(Path(sys.executable).with_name("equality")), "refresh", "--home", str(trust.home.root), "--today", FAR]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, "No file has been accepted yet" in done.stderr) == (1, True)
    assert stored(trust.home) == before
    assert len(list(trust.home.raw.iterdir())) == 2 and len(list(trust.home.quarantine.iterdir())) == 1


def test_old_runs_are_forgotten_with_their_events_and_what_they_said(trust: MadeUpTrust, instance: DagsterInstance) -> None:
    old, late = run(trust, instance), run(trust, instance)
    dead = create_run_for_test(instance).run_id
    days = trust.catalogue.retention.log_days
    with instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
        for which, age in {old: days + 1, dead: days + 1, late: days - 1}.items():
            moment = dt.datetime.now(dt.UTC) - dt.timedelta(days=age)
            connection.execute(RunsTable.update().where(RunsTable.c.run_id == which).values(create_timestamp=moment.replace(tzinfo=None)))
    assert lying(trust.home, old) and instance.all_logs(old)
    newest = run(trust, instance)
    assert {one.run_id for one in instance.get_runs()} == {late, newest}
    assert (lying(trust.home, old), lying(trust.home, dead)) == ([], [])
    assert instance.all_logs(late) and lying(trust.home, late)


def lying(home: Home, run: str) -> list[Path]:
    """The files and folders of Dagster's storage that a run has to itself."""
    return [path for path in home.dagster.rglob("*") if run in path.name]


def test_a_draft_is_not_finished_once_trust_has_changed_since_its_run_began(trust: MadeUpTrust, instance: DagsterInstance) -> None:
    run(trust, instance)
    trust.home.partial_draft.mkdir()
    with pytest.raises(HomeError, match="not judged by gate2"):
        steps.finish(Opened.at(trust.home.root), dt.datetime.now(dt.UTC))
    brand = trust.home.trust / "brand.yml"
    brand.write_text(brand.read_text("utf-8") + "\n# a word more\n", "utf-8")
    with pytest.raises(HomeError, match="not judged by gate2"):
        steps.finish(Opened.at(trust.home.root), dt.datetime.now(dt.UTC))
    policy = trust.home.trust / "disclosure_policy.yml"
    policy.write_text(policy.read_text("utf-8") + "\nprice_coarser: 3\n", "utf-8")
    with pytest.raises(HomeError, match="trust/ was changed"):
        steps.finish(Opened.at(trust.home.root), dt.datetime.now(dt.UTC))
    Opened.at(trust.home.root).rules.unlink()
    with pytest.raises(HomeError, match="trust/ was changed"):
        steps.finish(Opened.at(trust.home.root), dt.datetime.now(dt.UTC))

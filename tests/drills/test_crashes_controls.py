"""Drills of crashes must notice a product that breaks its promise: each is tried against one that was broken on purpose."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.catalogue import load
from pipelines.drills import aftermath, crashes, full_disk, judges
from pipelines.drills import scene as scenes
from pipelines.drills.promise import CannotTry, Case
from pipelines.drills.scene import Scene
from pipelines.home import Home, make_keys, seam
from pipelines.home import lock as locks
from pipelines.orchestration import steps
from pipelines.release import release


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def failed(cases: Iterator[Case]) -> list[str]:
    return [case.name for case in cases if not case.passed]


def published(home: Home) -> Path:
    """A release in ``home``, made as the drill of publishing makes one."""
    home.make()
    make_keys(home)
    day = dt.date(2026, 1, 1)
    crashes.small_draft(home, 1, day)
    period = SimpleNamespace(period="2025-26", release_from=day)
    catalogue: Any = SimpleNamespace(calendar=SimpleNamespace(periods=(period,), approvals=0))
    assert release.make(home, catalogue, day).id
    return home.releases / "current"


def test_a_half_copied_release_is_damage_and_what_lies_about_is_left_over(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    served = published(home)
    assert (aftermath.damage(home), aftermath.leftovers(home)) == ([], [])
    shutil.copytree(served, home.releases / "2025-26-00000000")
    assert aftermath.damage(home)
    shutil.rmtree(home.releases / "2025-26-00000000")
    (served / "reports" / "a.html").write_bytes(b"half")
    assert aftermath.damage(home)
    (home.releases / ".2025-26-1.partial").mkdir()
    (home.root / "draft.partial").mkdir()
    assert aftermath.leftovers(home) == ["draft.partial", "releases/.2025-26-1.partial"]


def test_a_kill_that_spoils_a_release_and_a_run_that_does_not_converge_are_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.at(scene.scratch / "home")
    served = published(home)
    manifest = aftermath.manifest(home)
    monkeypatch.setattr(crashes.stale, "at_work", lambda root: set())
    monkeypatch.setattr(Scene, "refresh", lambda self, home: SimpleNamespace(returncode=0))
    monkeypatch.setattr(crashes.Blow, "fall", lambda blow, scene, home: "somewhere")
    blows = [crashes.Blow(passage=1)]
    assert failed(crashes.killed(scene, home, blows, manifest, "drill")) == []
    assert failed(crashes.killed(scene, home, blows, manifest + b" ", "drill")) == ["drill, then undisturbed"]
    monkeypatch.setattr(crashes.Blow, "fall", lambda blow, scene, home: str((served / "reports" / "a.html").write_bytes(b"half")))
    assert failed(crashes.killed(scene, home, blows, manifest, "drill"))[0] == "drill, killed at passage 1 of the seam"


def test_a_link_that_is_missing_for_a_moment_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scene, "dropped", lambda self: Home.at(Path(__file__).parents[1] / "small_trust" / ".."))
    monkeypatch.setattr(crashes, "load", lambda trust: _any_catalogue())

    def pointed_slowly(home: Home) -> None:
        (home.releases / "current").unlink(missing_ok=True)
        time.sleep(0.05)
        os.replace(home.releases / release.NEXT, home.releases / "current")

    assert failed(crashes.publishes(scene)) == []
    monkeypatch.setattr(release, "_point_current", pointed_slowly)
    assert failed(crashes.publishes(scene)) == ["at every look one whole release was there"]


def _any_catalogue() -> Any:
    return load(Path(__file__).parents[1] / "small_trust")


def test_the_seam_ends_a_run_at_the_passage_that_is_named(tmp_path: Path) -> None:
    words = "import sys; from pathlib import Path; from pipelines.home.whole import write_whole\n"
    words += "for n in range(9): write_whole(Path(sys.argv[1]) / str(n), b'x')"
    env = {**os.environ, seam.TALLY: str(tmp_path / "tally"), seam.LAST: "5"}
    (tmp_path / "out").mkdir()
    done = subprocess.run([sys.executable, "-c", words, str(tmp_path / "out")], env=env, start_new_session=True, check=False)
    assert done.returncode == -9
    assert len((tmp_path / "tally").read_text().splitlines()) == 5
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".2.partial", "0", "1"]


@pytest.mark.parametrize(
    ("done", "broken"),
    [
        ("", []),
        ("import dbt", ["neither Dagster, dbt nor Great Expectations is imported by any process"]),
        ("pathlib.Path(home, 'releases', 'current', 'reports', 'a.html').write_text('half')", ["the release is the same to the byte"]),
        ("words = 'Refreshed'", ["it says that there is nothing new"]),
    ],
)
def test_a_refresh_that_works_for_nothing_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch, done: str, broken: list[str]) -> None:
    home = Home.at(scene.place("home"))
    published(home)
    words = (
        f"import pathlib, sys, pipelines; home, words = sys.argv[-1], 'Nothing new since the last refresh'; {done or 'pass'}; print(words)"
    )
    monkeypatch.setattr(Scene, "released", lambda self: home)
    monkeypatch.setattr(scenes, "COMMAND", (sys.executable, "-c", words))
    assert failed(crashes.again(scene)) == broken


def test_a_lock_that_holds_nobody_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.at(tmp_path / "home")
    home.make()
    locks.hold(home)
    assert not locks.is_free(home)
    monkeypatch.setattr(locks, "_held", {})
    assert not locks.is_free(home)
    monkeypatch.setattr(locks.fcntl, "flock", lambda *asked: None)
    assert locks.is_free(home)


def test_a_step_that_seals_what_no_judge_passed_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.at(scene.scratch / "home")
    published(home)
    monkeypatch.setattr(Scene, "released", lambda self: home)
    monkeypatch.setattr(judges, "at_the_door", lambda scene: iter(()))
    monkeypatch.setattr(judges, "as_if_made_again", lambda opened: (home.partial_draft / "reports").mkdir(parents=True, exist_ok=True))
    monkeypatch.setattr(judges.Opened, "at", classmethod(lambda cls, root: None))
    monkeypatch.setattr(steps, "judge_marts", lambda opened: None)
    monkeypatch.setattr(steps, "attack_draft", lambda opened: None)
    monkeypatch.setattr(steps, "finish", lambda opened, now: None)
    found = failed(judges.judges(scene))
    assert len(found) >= 16
    assert all(name.endswith("nothing is sealed") for name in found)


def test_a_run_that_hides_the_full_disk_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(self: Scene, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    monkeypatch.setattr(Scene, "told", silent)
    try:
        with full_disk.disk(scene) as root:
            home = Home.at(root / "home")
            published(home)
            served = aftermath.manifest(home)
            found = failed(full_disk.filled(scene, home, "before anything", served, None))
    except CannotTry as cannot:
        pytest.skip(str(cannot))
    assert found == ["before anything: a sentence, and exit code 2"]

"""Judges that fail, hang or say nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import expectations.release
from pipelines import intake
from pipelines.drills.aftermath import damage, manifest, with_correction
from pipelines.drills.promise import Case
from pipelines.drills.scene import Scene
from pipelines.intake import deciding
from pipelines.orchestration import steps
from pipelines.orchestration.opened import Opened
from pipelines.release import bundle
from pipelines.release.manifest import JUDGES
from pipelines.release.verify import verify

FOREVER = 1500.0


@dataclass(frozen=True)
class Said:
    """A judge's answer that is none."""

    passed: Any
    checks: tuple[Any, ...] = (SimpleNamespace(name="drill", detail=""),)
    failed: tuple[str, ...] = ()


def raising(*asked: Any, **more: Any) -> Any:
    raise RuntimeError("a judge broke")


def hanging(*asked: Any, **more: Any) -> Any:
    time.sleep(FOREVER)


BROKEN: dict[str, Callable[..., Any]] = {
    "raises": raising,
    "hangs": hanging,
    "answers nothing": lambda *asked, **more: None,
    "answers NaN": lambda *asked, **more: Said(float("nan")),
    "answers with a word": lambda *asked, **more: Said("passed"),
    "looked at nothing": lambda *asked, **more: Said(True, ()),
    "says no": lambda *asked, **more: Said(False),
}
PATIENCE = 0.5


def judges(scene: Scene) -> Iterator[Case]:
    """Each judge made to fail in each way, in the steps of a refresh; a draft that both have passed is sealed, so that the trial can succeed."""
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine

    yield from at_the_door(scene)
    home = scene.released()
    opened = Opened.at(home.root)
    before = (manifest(home), (home.draft / bundle.MANIFEST).read_bytes())

    def judged(gate2: Callable[..., Any] | None = None, attack: Callable[..., Any] | None = None, spoil: bool = False) -> bool:
        """Whether the draft was sealed or released once these judges had looked at it."""
        as_if_made_again(opened)
        with contextlib.ExitStack() as patched, contextlib.suppress(Exception):
            patched.enter_context(patch.object(steps, "JUDGE_SECONDS", PATIENCE if hanging in (gate2, attack) else steps.JUDGE_SECONDS))
            for name, judge in (("judge_release", gate2), ("judge_attack", attack)):
                if judge is not None:
                    patched.enter_context(patch.object(expectations.release, name, judge))
            steps.judge_marts(opened)
            steps.attack_draft(opened)
            if spoil:
                (home.partial_draft / "reports" / "board.html").write_bytes(b"changed after it was judged")
            steps.finish(opened, dt.datetime.now(dt.UTC))
            return True
        steps.release_if_due(opened, dt.date(2099, 1, 1), dt.datetime.now(dt.UTC))
        return before != (manifest(home), (home.draft / bundle.MANIFEST).read_bytes())

    def well(*asked: Any, **more: Any) -> Any:
        return Said(True)

    for how, judge in BROKEN.items():
        yield Case(f"gate 2 {how}: nothing is sealed", not judged(gate2=judge, attack=well))
        yield Case(f"the attack {how}: nothing is sealed", not judged(gate2=well, attack=judge))
    yield Case("changed after it was judged: nothing is sealed", not judged(gate2=well, attack=well, spoil=True))
    with patch.object(PandasExecutionEngine, "resolve_metrics", raising):
        yield Case("Great Expectations fails inside a check: nothing is sealed", not judged(attack=well))
    yield Case("both judges as they are: the draft is sealed", judged() and verify(home.draft) == [])
    if scene.full:
        yield from in_a_whole_run(scene)


def as_if_made_again(opened: Opened) -> None:
    """The draft lies there as it does before it is judged, and no verdict."""
    home = opened.home
    shutil.rmtree(home.partial_draft, ignore_errors=True)
    shutil.copytree(home.draft, home.partial_draft)
    (home.partial_draft / bundle.MANIFEST).unlink()
    shutil.copyfile(opened.whole, opened.candidate)
    for judge in JUDGES:
        opened.verdict(judge).unlink(missing_ok=True)


def at_the_door(scene: Scene) -> Iterator[Case]:
    """Gate 1 made to fail in each way: the file is answered and not used; and as it is, the same file is used."""
    home = scene.dropped()
    (sent,) = home.drop.glob("*/*Student_list*")
    for other in [path for path in home.drop.glob("*/*") if path != sent]:
        other.unlink()
    opened = Opened.at(home.root)
    content = sent.read_bytes()
    for how, judge in [*BROKEN.items(), ("as it is", steps.gate_1(opened))]:
        if how == "looked at nothing":
            continue  # at the door the judge itself refuses what it has not looked at
        sent.write_bytes(content)
        with patch.object(deciding, "READ_SECONDS", PATIENCE if judge is hanging else deciding.READ_SECONDS):
            report = intake.take_in(home, opened.keys, opened.catalogue, judge, clock=lambda: dt.datetime.now(dt.UTC), settle=0)
        used = bool(intake.inputs(home)) or any(home.landing.glob("pupils/period=*/*/*.parquet"))
        right = used if how == "as it is" else not used
        yield Case(
            f"gate 1 {how}: the file is {'used' if how == 'as it is' else 'answered and not used'}", right and len(report.settled) == 1
        )


def in_a_whole_run(scene: Scene) -> Iterator[Case]:
    """The command itself, with an attack that fails."""
    for how, broken in (
        ("raises", "1 / 0"),
        ("answers NaN", "__import__('types').SimpleNamespace(passed=float('nan'), checks=(), failed=())"),
    ):
        home = with_correction(scene)
        before = (manifest(home), (home.draft / bundle.MANIFEST).read_bytes())
        words = f"import sys, expectations.release as r; r.judge_attack = lambda *a, **k: {broken}; from pipelines.cli import app; app()"
        done = subprocess.run(
            [sys.executable, "-c", words, "refresh", "--home", str(home.root)], capture_output=True, text=True, check=False
        )
        same = before == (manifest(home), (home.draft / bundle.MANIFEST).read_bytes())
        yield Case(f"a whole run whose attack {how} ends without a draft or a release", done.returncode != 0 and same and not damage(home))

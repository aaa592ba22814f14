"""Killed runs, full disks, two runs at once, judges that fail."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import itertools
import multiprocessing
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.catalogue import load
from pipelines.catalogue.trust import CalendarPeriod
from pipelines.drills.aftermath import damage, leftovers, manifest, with_correction
from pipelines.drills.full_disk import full_disk
from pipelines.drills.judges import judges
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home, make_keys, seam
from pipelines.home.lock import is_free
from pipelines.orchestration import stale
from pipelines.release import bundle, draft, release
from pipelines.release.manifest import Disclosure, Input, Manifest, Verdict, Versions
from pipelines.release.verify import verify

KILLS, PUBLISHES = 200, 50
SIGHT = 0.02
LONGEST = 1500.0
SOON = 5.0
UNUSABLE = 2


# 1: kill -9 at any point


@dataclass(frozen=True)
class Blow:
    """When a run is killed: at a passage of the seam, or so many seconds after it began."""

    passage: int | None = None
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return f"at passage {self.passage} of the seam" if self.passage else f"after {self.seconds:.1f} s"

    def fall(self, scene: Scene, home: Home) -> str:
        """Start a refresh and kill it and all its children; where it was. Empty: it ended before."""
        tally = home.root.with_suffix(".tally")
        tally.unlink(missing_ok=True)
        env = {seam.TALLY: str(tally)} | ({seam.LAST: str(self.passage)} if self.passage else {})
        running = scene.start("refresh", "--home", str(home.root), env=env)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(LONGEST if self.passage else self.seconds)
        kill(running)
        if running.returncode != -signal.SIGKILL:
            return ""
        passed = tally.read_text("utf-8").splitlines() if tally.exists() else []
        return passed[-1] if passed else "before anything was written"


def kill(running: subprocess.Popen[Any]) -> None:
    """SIGKILL to the whole process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def kills(scene: Scene) -> Iterator[Case]:
    """First releases and corrections in turn, each killed several times and then left alone, as many at once as there are cores.

    In a sample once each, without the last run.
    """
    first, passages = manifest(scene.released()), scene.passages
    corrected = with_correction(scene)
    if not scene.full:
        yield from killed(scene, scene.dropped(), [Blow(passage=scene.chance.randint(1, passages))], first, "first release")
        yield from killed(scene, corrected, [Blow(passage=scene.chance.randint(1, 12))], None, "correction")
        return
    with ThreadPoolExecutor(os.cpu_count()) as side_by_side:
        undisturbed = [scene.copy(corrected) for _ in range(os.cpu_count() or 1)]
        tallies = [home.root.with_suffix(".tally") for home in undisturbed]
        began = time.monotonic()
        ended = side_by_side.map(lambda home, tally: scene.refresh(home, env={seam.TALLY: str(tally)}).returncode, undisturbed, tallies)
        if any(ended) or len({manifest(home) for home in undisturbed}) > 1:
            raise RuntimeError("an undisturbed correction failed")
        lasted = time.monotonic() - began
        kinds = (
            ("first release", scene.dropped, first, passages),
            ("correction", lambda: scene.copy(corrected), manifest(undisturbed[0]), len(tallies[0].read_text("utf-8").splitlines())),
        )
        next_kind, fallen, at_work = itertools.cycle(kinds), 0, set[Future[list[Case]]]()
        while at_work or fallen < KILLS:
            while fallen < KILLS and len(at_work) < len(undisturbed):
                what, made, ends, last = next(next_kind)
                at_work.add(side_by_side.submit(_outlived, scene, made(), [*blows(scene, last, lasted)], ends, what))
            done, at_work = wait(at_work, return_when=FIRST_COMPLETED)
            for case in itertools.chain.from_iterable(one.result() for one in done):
                fallen += ", killed " in case.name
                yield case


def _outlived(scene: Scene, home: Home, blows: Iterable[Blow], ends: bytes, what: str) -> list[Case]:
    cases = [*killed(scene, home, blows, ends, what)]
    shutil.rmtree(home.root)
    return cases


def blows(scene: Scene, passages: int, seconds: float) -> Iterator[Blow]:
    """Half of them at a passage, half at a time; each falls on what the one before left behind, which takes ever less to finish."""
    for left in (1.0, 0.8, 0.6, 0.4):
        timed = scene.chance.random() < 0.5
        yield Blow(seconds=scene.chance.uniform(0.5, seconds * left)) if timed else Blow(passage=scene.chance.randint(1, passages))


def killed(scene: Scene, home: Home, blows: Iterable[Blow], undisturbed: bytes | None, what: str) -> Iterator[Case]:
    """Let the blows fall one after the other; after each the last release is served whole; at the end all is as if none had fallen.

    A run that ends before its blow is the undisturbed one.
    """
    before, fallen = release.current(home), []
    for blow in blows:
        where = blow.fall(scene, home)
        if not where:
            break
        fallen.append(blow.name)
        served, problems = release.current(home), damage(home)
        yield Case(f"{what}, killed {blow.name}", not problems and (before is None or served is not None), where)
    if undisturbed is None:
        return
    done = scene.refresh(home)
    same = not done.returncode and manifest(home) == undisturbed and not damage(home)
    yield Case(f"{what}, then undisturbed", same, ", ".join(fallen))
    yield Case(f"{what}: nothing is left behind", not leftovers(home) and not stale.at_work(home.root), ", ".join(leftovers(home)))


# 2: a release appears whole or not at all


def publishes(scene: Scene) -> Iterator[Case]:
    """A reader in a process of its own looks at ``current`` every millisecond while release after release is published."""
    number = PUBLISHES if scene.full else 10
    home = Home.at(scene.place("home"))
    home.make()
    make_keys(home)
    catalogue = load(scene.dropped().trust)
    first = dt.date(2026, 1, 1)

    def publish(at: int) -> str | None:
        day = first + dt.timedelta(days=at)
        small_draft(home, at, day)
        period = CalendarPeriod(period="2025-26", starts=first, ends=first, reference_date=first, release_from=day)
        calendar = catalogue.calendar.model_copy(update={"periods": (period,), "approvals": 0})
        return release.make(home, catalogue.model_copy(update={"calendar": calendar}), day).id

    made = [publish(0)]
    spawned = multiprocessing.get_context("spawn")
    ours, theirs = spawned.Pipe()
    reader = spawned.Process(target=_read_on, args=(home.releases, theirs), daemon=True)
    reader.start()
    ours.recv()
    made += [publish(at) for at in range(1, number + 1)]
    ours.send("enough")
    looks, seen, problems = ours.recv()
    reader.join()
    yield Case("every draft was released", None not in made and len(set(made)) == len(made), f"{len(made)} releases")
    yield Case("at every look one whole release was there", looks > 0 and not problems, f"{looks} looks; {len(problems)} problems")
    yield Case("the reader saw releases change", len(seen) > min(3, number) and seen <= set(made), f"{len(seen)} releases seen")


def small_draft(home: Home, number: int, day: dt.date) -> None:
    """A draft of a few files that both judges have passed, different for each ``number``."""
    folder = draft.begin(home)
    bundle.write_marts(folder, {f"mart_{name}": pd.DataFrame({"number": [number]}) for name in "abcd"})
    (folder / "reports").mkdir()
    for name in "abcd":
        (folder / "reports" / f"{name}.html").write_text(f"<p>{number}</p>" * 2000, "utf-8")
    judged = {"gate2": bundle.digest(folder, "marts/"), "attack": bundle.digest(folder)}
    draft.finish(
        home,
        Manifest(
            trust="DRILL",
            made_up=True,
            period="2025-26",
            periods=("2025-26",),
            release_from=day,
            approvals_needed=0,
            inputs=(Input(dataset="pupils", period="2025-26", urn="900401", sha256=hashlib.sha256(str(number).encode()).hexdigest()),),
            versions=Versions(code="0" * 64, lock="0" * 64, solver="none"),
            catalogue={},
            policy={},
            disclosure=Disclosure(k=10, level="exact"),
            verdicts={judge: Verdict(passed=True, checks=("drill",), judged=digest) for judge, digest in judged.items()},
        ),
    )


def _read_on(releases: Path, told: Any) -> None:
    """Look every millisecond until told that it is enough; then tell how often, which releases, and what was wrong."""
    looks, seen, problems = 0, set(), []
    told.send("looking")
    while not told.poll():
        try:
            folder = releases / os.readlink(releases / release.CURRENT)
            problems += verify(folder)
            seen.add(folder.name)
            half = [
                one.name
                for one in releases.iterdir()
                if not one.name.startswith(".") and one.is_dir() and not (one / bundle.MANIFEST).exists()
            ]
            problems += [f"{name} has no manifest" for name in half]
        except OSError as error:
            problems.append(f"current could not be read: {error.strerror}")
        looks += 1
        time.sleep(0.001)
    told.send((looks, seen, problems))


# 3: nothing new


def again(scene: Scene) -> Iterator[Case]:
    """A second refresh of a released trust, looked at through the interpreter's own list of what it imports."""
    home = scene.released()
    before = manifest(home)
    took: list[float] = []
    while not took or (min(took) > SOON and len(took) < 3):  # a busy machine may disturb one
        began = time.monotonic()
        quiet = scene.refresh(home)
        took.append(time.monotonic() - began)
    yield Case("it says that there is nothing new", not quiet.returncode and "Nothing new since the last refresh" in quiet.stdout)
    yield Case("the release is the same to the byte", manifest(home) == before and not damage(home))
    yield Case("it takes less than five seconds", min(took) < SOON, f"{min(took):.1f} s")
    watched = scene.refresh(home, env={"PYTHONPROFILEIMPORTTIME": "1"}).stderr
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in watched.splitlines() if line.startswith("import time:")}
    started = imported & {"dagster", "dagster_dbt", "dbt", "great_expectations"}
    yield Case(
        "neither Dagster, dbt nor Great Expectations is imported by any process",
        "pipelines" in imported and not started,
        ", ".join(sorted(started)),
    )


# 9: one run at a time


def one_at_a_time(scene: Scene) -> Iterator[Case]:
    """Five starts at once; then the holder alone is killed while its child builds the warehouse, and another takes over."""
    home = scene.dropped()
    started = [scene.told("refresh", "--home", str(home.root)) for _ in range(5)]
    try:
        until = time.monotonic() + LONGEST
        while sum(one.poll() is not None for one in started) < len(started) - 1 and time.monotonic() < until:
            time.sleep(SIGHT)
        ended = [one for one in started if one.poll() is not None]
        said = [one.communicate()[1] for one in ended]
        yield Case("exactly one of five works", len(ended) == len(started) - 1, f"{len(started) - len(ended)} at work")
        otherwise = [
            f"{one.returncode}: {' '.join(text.split())[-200:]}"
            for one, text in zip(ended, said, strict=True)
            if one.returncode != UNUSABLE or "Another run is at work" not in text
        ]
        yield Case(f"the others say so, and end with {UNUSABLE}", not otherwise, "; ".join(otherwise))
        (holder,) = [one for one in started if one.poll() is None] or [started[0]]
        while holder.poll() is None and not (home.warehouse / "candidate.duckdb").exists():
            time.sleep(SIGHT)
        time.sleep(1)
        in_time = holder.poll() is None
        holder.kill()
        holder.wait()
        until = time.monotonic() + 10
        while alive(holder.pid) and time.monotonic() < until:
            time.sleep(SIGHT)
        yield Case("what a killed run had started ends with it", in_time and not alive(holder.pid))
        (home.root / ".lock").write_text(str(os.getpid()))
        yield Case("the number of a living process in the lock's file holds nobody up", is_free(home))
        dead = stale.at_work(home.root)
        next_one = scene.told("refresh", "--home", str(home.root))
        started.append(next_one)
        while next_one.poll() is None and not stale.at_work(home.root) - dead:
            time.sleep(SIGHT)
        until = time.monotonic() + 60
        while (still := stale.at_work(home.root) & dead) and time.monotonic() < until:
            time.sleep(SIGHT)
        if scene.full:
            next_one.wait()
            whole = not next_one.returncode and manifest(home) == manifest(scene.released())
            yield Case("the next takes over, and ends as an undisturbed one", whole)
        else:
            yield Case("the next takes over", next_one.poll() is None and not is_free(home))
    finally:
        for one in started:
            kill(one)
    yield Case(
        "a run that was killed is not taken for one at work", len(dead) == 1 and not still, f"{len(dead)} before, {len(still)} after"
    )


def alive(group: int) -> bool:
    """Whether any process of that group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


DRILLS: dict[int, Drill] = {1: kills, 2: publishes, 3: again, 8: full_disk, 9: one_at_a_time, 34: judges}

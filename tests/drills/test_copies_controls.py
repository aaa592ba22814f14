"""The drills of copies, the record and the supply chain fail where the product is broken. Its verbs run in this process, on a small home."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.drills import copies, record, supply
from pipelines.drills.promise import Case
from pipelines.drills.scene import Scene
from pipelines.home import Home, backup, load_keys, make_keys, paths
from pipelines.home.layout import bring_up_to_date
from pipelines.home.vault import seal
from pipelines.intake.ledger import Ledger
from pipelines.orchestration.versions import LOCK, versions
from pipelines.release import approvals, audit, bundle, draft, release, sbom, signature, statement, verify
from pipelines.release.manifest import Disclosure, Input, Manifest, Verdict

NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
SMALL = Path(__file__).parents[1] / "small_trust"
HEAVY = {"rebuild": 0, "refresh": 0}
"""Verbs that take a whole run, and how they are taken to end here: other tests run them."""


class InThisProcess(Scene):
    """The same drills on a small released home, with verbs that a test can break."""

    def released(self) -> Home:
        return Home.at(shutil.copytree(self.small().root, self.place("home"), symlinks=True))

    def small(self) -> Home:
        """The one home that :meth:`released` copies."""
        home = Home.at(self.scratch / "small")
        return home if home.root.exists() else _released(home)

    def equality(self, *words: str, env: Mapping[str, str] | None = None, under: Sequence[str] = ()) -> CompletedProcess[str]:
        if words[0] in HEAVY:
            return CompletedProcess(words, HEAVY[words[0]], "", "")
        done = CliRunner().invoke(app, list(words), env=dict(env or {}))
        trace = "" if done.exception is None or isinstance(done.exception, SystemExit) else "Traceback"
        return CompletedProcess(words, done.exit_code, done.stdout, done.stderr + trace)


def _released(home: Home) -> Home:
    """A home with one draft of one mart that both judges have passed, and its release."""
    home.make()
    make_keys(home)
    bring_up_to_date(home)
    shutil.copytree(SMALL, home.trust, dirs_exist_ok=True)
    calendar = home.trust / "calendar.yml"
    calendar.write_text(
        "approvals: 0\n"
        + calendar.read_text().replace("reference_date: 2026-01-15", "reference_date: 2026-01-15, release_from: 2026-09-01")
    )
    Ledger(home.ledger).close()
    (home.raw / ("0" * 64)).write_bytes(seal(load_keys(home), "0" * 64, b"content", "2025-26"))
    (home.landing / "pupils" / "period=2025-26").mkdir(parents=True)
    folder = draft.begin(home)
    bundle.write_marts(folder, {"mart_one": pd.DataFrame({"status": ["c"]})})
    (folder / "reports").mkdir()
    (folder / "reports" / "board.html").write_text("<p>nothing</p>")
    (folder / sbom.FILE).write_bytes(sbom.written(LOCK.read_text()))
    manifest = Manifest(
        trust="SMALL", period="2025-26", periods=("2025-26",), release_from=dt.date(2026, 9, 1), approvals_needed=0,
        inputs=(Input(dataset="pupils", period="2025-26", urn="900401", sha256="0" * 64),), versions=versions(), catalogue={"all": "e" * 64},
        policy={"threshold": 10}, disclosure=Disclosure(k=10, level="exact"),
        verdicts={
            "gate2": Verdict(passed=True, checks=("threshold",), judged=bundle.digest(folder, "marts/")),
            "attack": Verdict(passed=True, checks=("subtraction",), judged=bundle.digest(folder)),
        },
    )  # fmt: skip
    approvals.log_made(home, draft.finish(home, manifest), "night", NOON)
    from pipelines.catalogue import load

    assert release.make(home, load(home.trust), NOON.date()).id
    statement.state(home, "night", NOON)
    return home


@pytest.fixture
def failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., set[str]]]:
    """``failed(drill, thing, name, broken)``: which cases fail once ``thing.name`` is ``broken`` and did not before."""

    def failed(drill: Callable[[Scene], Iterator[Case]], thing: Any, name: str, broken: Any) -> set[str]:
        outcomes = []
        for number in range(2):
            scratch = tmp_path / str(number)
            scratch.mkdir()
            scene = InThisProcess(scratch)
            scene.small()  # made before anything is broken
            if number:
                monkeypatch.setattr(thing, name, broken)
            outcomes.append(_failures(drill, scene))
        return outcomes[1] - outcomes[0]

    yield failed


def _failures(drill: Callable[[Scene], Iterator[Case]], scene: Scene) -> set[str]:
    """The names of the cases that failed. A case that the small home is too small for ends the drill, before and after it is broken."""
    found: set[str] = set()
    try:
        for case in drill(scene):
            found |= set() if case.passed else {case.name}
    except (StopIteration, RuntimeError):
        found |= {"the rest"}
    return found


Failed = Callable[..., set[str]]


def test_a_verification_that_sees_nothing_is_noticed(failed: Failed) -> None:
    assert any("flipped bit" in name for name in failed(copies.verify_and_rebuild, verify, "verify", lambda folder, name=None: []))


def test_a_signature_that_is_never_wrong_is_noticed(failed: Failed) -> None:
    names = failed(copies.verify_and_rebuild, signature, "signed", lambda folder, by: signature.Signed.HERE)
    assert {"a flipped bit in manifest.sig shows", "a release without a signature is told", "a signature of another trust shows"} <= names
    assert "another story under a hash of its own shows" in names


def test_a_backup_that_checks_no_hash_is_noticed(failed: Failed) -> None:
    def blind(path: Path, by: Any) -> Any:
        return whole(path, ())[0] or backup.Contents(layout=1, made=NOON, audit="", files={}), []

    whole = backup.verify
    assert "another trust's key does not verify it" in failed(copies.backup_and_restore, backup, "verify", blind)


def test_a_backup_that_holds_the_keys_is_noticed(failed: Failed) -> None:
    assert "no key is in it" in failed(copies.backup_and_restore, backup, "HELD", (*backup.HELD, "keys"))


def test_a_later_layout_that_is_read_all_the_same_is_noticed(failed: Failed) -> None:
    assert any(name.startswith("layout 4") for name in failed(copies.other_versions, paths, "LAYOUT", 99))


def test_a_log_whose_chain_is_not_checked_is_noticed(failed: Failed) -> None:
    names = failed(record.audit_log, audit, "verify", lambda log: [])
    assert {"a line left out: shows at its place", "a space more: shows at its place"} <= names


def test_a_log_without_anchor_is_noticed(failed: Failed) -> None:
    assert "a cut back past a release shows by its statement" in failed(record.audit_log, statement, "problems", lambda home, by: [])


def test_approvals_that_nobody_counts_are_noticed(failed: Failed) -> None:
    assert "no approval: not released (2 asked for)" in failed(record.approvals, approvals, "lacking", lambda *_: "")


def test_makers_who_approve_are_noticed(failed: Failed) -> None:
    assert "who made the draft cannot approve it" in failed(record.approvals, approvals, "makers", lambda home, draft: {"nobody"})


def test_names_that_are_not_held_together_are_noticed(failed: Failed) -> None:
    names = failed(record.approvals, approvals, "_same", lambda name: name)
    assert {"nor under another spelling", "nobody approves twice"} <= names


@pytest.mark.parametrize(
    ("old", "new", "case"),
    [
        ("    --hash=", "    --trusted=", "every line of the lock is a package at one version or a hash"),
        ("agate==1", "agate==0", "what is installed is what is locked"),
        ("agate==", "wheel==", "nothing else is installed"),
        ("alembic==", "agate==", "no package is locked twice"),
    ],
)
def test_another_lock_is_noticed(failed: Failed, tmp_path: Path, old: str, new: str, case: str) -> None:
    (tmp_path / "lock").write_text(LOCK.read_text().replace(old, new))
    assert case in failed(supply.supply_chain, supply, "LOCK", tmp_path / "lock")

"""A kill at any step of taking in ends, with the next run, as an undisturbed run does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_up_exports import FIRST, SECOND, MadeUpTrust, pupils, written

from pipelines import intake
from pipelines.intake import deciding, settle
from pipelines.intake.landing import Landing
from pipelines.intake.ledger import Ledger
from pipelines.intake.store import Store

ROLL = written(pupils(range(30)))


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


STEPS: list[tuple[str, Any, str]] = [
    ("sealing", Store, "seal"),
    ("reading", deciding, "read"),
    ("landing", Landing, "write"),
    ("recording", Ledger, "add_sighting"),
    ("choosing", Ledger, "choose"),
    ("tidying", deciding, "tidy"),
    ("answering", settle.receipts, "write"),
    ("removing", settle, "flush_directory"),
    ("quarantining", Store, "quarantine"),
]


def prepared(path: Path, keys_of: MadeUpTrust | None = None) -> MadeUpTrust:
    """A trust with one file in use, a correction of it and a broken file of another academy in the drop folders."""
    trust = MadeUpTrust.at(path, keys_of)
    trust.drop(FIRST, "pupils_2025-26_20260114T0900.csv", written(pupils(range(30), Sex="M")))
    trust.take_in()
    trust.drop(FIRST, "pupils_2025-26_20260115T0900.csv", ROLL)
    trust.drop(SECOND, "pupils_2025-26_20260115T0900.csv", b"UPN,Sex\n\x00")
    return trust


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> MadeUpTrust:
    trust = prepared(tmp_path_factory.mktemp("undisturbed") / "home")
    trust.take_in()
    return trust


def files_of(trust: MadeUpTrust) -> list[str]:
    parts = ("receipts", "drop", "landing", "raw", "quarantine")
    files = (path.relative_to(trust.home.root) for part in parts for path in (trust.home.root / part).rglob("*") if path.is_file())
    return sorted(str(path) for path in files)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("where", "name"), [(where, name) for _, where, name in STEPS], ids=[step for step, _, _ in STEPS])
def test_a_kill_at_any_step_converges_to_what_an_undisturbed_run_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: MadeUpTrust, where: Any, name: str, after: bool
) -> None:
    disturbed = prepared(tmp_path / "home", undisturbed)
    original: Callable[..., Any] = getattr(where, name)

    def killed(*arguments: Any, **options: Any) -> Any:
        if after:
            original(*arguments, **options)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(where, name, killed)
        with pytest.raises(Killed):
            disturbed.take_in()
    disturbed.take_in()
    assert disturbed.landed() == undisturbed.landed()
    assert files_of(disturbed) == files_of(undisturbed)
    assert intake.inputs(disturbed.home) == intake.inputs(undisturbed.home)
    assert disturbed.take_in().settled == ()

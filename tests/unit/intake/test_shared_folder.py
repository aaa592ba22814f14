"""A drop folder is shared between two users, the academy's and the pipeline's: each can read what the other put there, or is told."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from made_up_exports import FIRST, MadeUpTrust, pupils, written

from pipelines.intake import arrivals, receipts
from pipelines.intake.problems import Refused

NOBODY = 65534


def test_a_receipt_belongs_to_the_group_of_the_drop_folder(trust: MadeUpTrust) -> None:
    """Whoever makes it has another group."""
    if os.geteuid() != 0:
        pytest.skip("giving a folder to another group needs root")
    folder = trust.home.drop / FIRST
    folder.mkdir(exist_ok=True)
    os.chown(folder, -1, NOBODY)
    folder.chmod(0o2770)
    trust.drop(FIRST, "pupils_2025-26.csv", written(pupils(range(30))))
    trust.take_in()
    found = list((folder / receipts.COPIES).rglob("*"))
    assert found
    for path in found:
        assert path.stat().st_gid == NOBODY, path
        assert path.stat().st_mode & 0o777 == (0o750 if path.is_dir() else 0o640), path


def test_a_file_that_arrived_locked_is_refused_and_not_waited_for(trust: MadeUpTrust, monkeypatch: pytest.MonkeyPatch) -> None:
    trust.drop(FIRST, "pupils_2025-26.csv", written(pupils(range(30))))
    (arrival,) = arrivals.listing(trust.home)
    arrival.path.chmod(0)
    arrival.path.parent.chmod(0o711)
    monkeypatch.chdir(arrival.path.parent)
    user = os.geteuid()
    if user == 0:  # from whom nothing is locked
        os.seteuid(NOBODY)
    try:
        with pytest.raises(Refused) as refused:
            arrivals.content_of(replace(arrival, path=Path(arrival.name)))
    finally:
        os.seteuid(user)
    assert refused.value.problem.kind == "not_readable"

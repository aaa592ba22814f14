"""Gate 2, first half: the marts of a draft keep their contract and the disclosure policy, cell by cell and table by table.

The second half, that nothing hidden follows from everything shown, is the attack. What each check asks is in ``release_contract``,
``release_cells``, ``release_tables`` and ``release_derived``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from expectations.attack import attack
from expectations.release_cells import cell_batches
from expectations.release_contract import contract_batches
from expectations.release_derived import derived_batches
from expectations.release_tables import table_batches
from expectations.release_view import Batch, View, read_view
from expectations.runner import run
from expectations.verdict import Check, Verdict, hash_of_folder, refused

GATE = "release"


def judge_release(folder: Path, disclosure: Mapping[str, Any] | None = None) -> Verdict:
    """Judge ``<folder>/marts/*.parquet``; ``disclosure`` stands in for the manifest's block while there is no manifest yet.

    The block needs ``k`` and ``level``; ``few_below`` (20) and ``public_totals`` are read where given. The verdict's hash is that of
    the folder ``marts``. Never raises for what the files hold: whatever cannot be judged has failed.
    """
    judged = "unread"
    try:
        judged = hash_of_folder(folder / "marts")
        if disclosure is None:
            disclosure = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["disclosure"]
        view = read_view(folder / "marts", disclosure)
        return Verdict(GATE, judged, tuple(_checks(view)))
    except Exception as error:  # fail closed
        return refused(GATE, judged, "marts_can_be_judged", error)


def judge_attack(
    folder: Path,
    earlier: Sequence[Path] = (),
    disclosure: Mapping[str, Any] | None = None,
    seconds: float = 300.0,
    width_seconds: float | None = None,
    truth: pd.DataFrame | None = None,
    movers: pd.DataFrame | None = None,
) -> Verdict:
    """The attack on a whole release folder as a verdict; its hash is that of the folder without the manifest.

    ``truth``: the unprotected figures, which tell the judge what is small; ``movers``: what is known at the gate; see :func:`expectations.attack.attack`.
    """
    judged = "unread"
    try:
        judged = hash_of_folder(folder)
        report = attack(folder, earlier, disclosure, seconds, width_seconds, truth, movers)
        return Verdict("attack", judged, report.checks)
    except Exception as error:  # fail closed
        return refused("attack", judged, "attack_was_complete", error)


def _checks(view: View) -> list[Check]:
    """The contract first: a mart that does not even have the columns of a cell is not looked into further."""
    checks = _run(contract_batches(view))
    if all(check.passed for check in checks if check.name in ("columns_are_the_contract", "types_are_the_contract")):
        checks += _run(cell_batches(view))
        checks += _run(table_batches(view))
        checks += _run(derived_batches(view))
    return checks


def _run(batches: Sequence[Batch]) -> list[Check]:
    return [check for batch in batches for check in run(batch.frame, batch.rules, batch.subject)]

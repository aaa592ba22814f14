"""Gate 2 as one list: the names of every check that failed, of the marts and of the attack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from expectations.release import judge_attack, judge_release


def failed_checks(folder: Path, earlier: Sequence[Path] = ()) -> list[str]:
    """Names of failed checks, sorted, each once."""
    return sorted({*judge_release(folder).failed, *judge_attack(folder, earlier).failed})

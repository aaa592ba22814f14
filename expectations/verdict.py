"""What a gate says: checks with a name and an outcome, never with a value. How a check is made does not belong here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Check:
    """One thing that had to be true. ``looked_at`` is a number of rows, or a band where even that number is protected."""

    name: str
    subject: str
    passed: bool
    looked_at: int | str
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a gate over content whose hash is ``judged``: passed only if it made checks and every one of them passed."""

    gate: str
    judged: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """``True`` when at least one check was made and none failed."""
        return bool(self.checks) and all(check.passed is True for check in self.checks)

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the failed checks, sorted, each once."""
        return tuple(sorted({check.name for check in self.checks if check.passed is not True}))

    def as_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary holding names, counts of rows and outcomes; no value of any cell or person."""
        return {
            "gate": self.gate,
            "judged": self.judged,
            "passed": self.passed,
            "failed": list(self.failed),
            "checks": [asdict(check) for check in self.checks],
        }


def joined(gate: str, judged: str, verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict made of several; an empty collection gives a failed verdict."""
    return Verdict(gate, judged, tuple(check for verdict in verdicts for check in verdict.checks))


def refused(gate: str, judged: str, name: str, error: BaseException) -> Verdict:
    """A failed verdict for a gate that could not finish. Only the kind of error is kept: its message may quote a value."""
    return Verdict(gate, judged, (Check(name, gate, False, 0, f"could not be judged: {type(error).__name__}"),))


def hash_of_folder(folder: Path, leave_out: Iterable[str] = ("manifest.json",)) -> str:
    """SHA-256 over every file below ``folder`` (name, size, bytes, in order of name), so that a verdict is tied to what it saw.

    ``leave_out`` names top-level files written after the verdict. A link to a file elsewhere is hashed as a link, unread.
    """
    digest = hashlib.sha256()
    ignored = set(leave_out)
    for path in sorted(folder.rglob("*"), key=lambda item: item.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if name in ignored:
            continue
        if path.is_symlink():
            content = b"link:" + str(path.readlink()).encode()
        elif path.is_file():
            content = path.read_bytes()
        else:
            continue
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def hash_of_frame(frame: pd.DataFrame) -> str:
    """SHA-256 over a frame's column names, types and values in row order; maps and lists are hashed as their text."""
    digest = hashlib.sha256()
    for column in frame.columns:
        series = frame[column]
        if series.dtype == object:
            series = series.map(_text)
        digest.update(f"{column}\0{frame[column].dtype}\0".encode())
        digest.update(pd.util.hash_pandas_object(series, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _text(value: object) -> str:
    """A map as text that does not depend on the order its keys were read in."""
    if isinstance(value, dict):
        return repr(sorted((str(key), str(item)) for key, item in value.items()))
    return repr(value)

"""A decision that a release no longer stands: its mark beside the release, its line in the audit log. What readers see is ``release``'s."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.home import Home, HomeError
from pipelines.home.whole import move, write_whole
from pipelines.release import audit

MARK, INTENT = ".withdrawn.json", ".withdrawing.json"


class Withdrawal(BaseModel):
    """Why one release was withdrawn, by whom and when (UTC)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: str
    why: str
    by: str
    time: dt.datetime

    def line(self) -> str:
        """What the audit log says of it."""
        return f"withdrew {self.release}: {self.why}"


def withdrawals(home: Home) -> dict[str, Withdrawal]:
    """Every withdrawal of the home, by release. ``HomeError`` for a mark that cannot be read: nobody may guess which releases stand."""
    marks = sorted(home.releases.glob(f"[!.]*{MARK}")) if home.releases.is_dir() else []
    return {withdrawal.release: withdrawal for withdrawal in map(_read, marks)}


def record(home: Home, withdrawal: Withdrawal) -> None:
    """Write the audit line, then the mark. The intention, written first, lets :func:`finish` complete it after a kill."""
    write_whole(_path(home, withdrawal.release, f".{{}}{INTENT}"), withdrawal.model_dump_json(indent=2).encode() + b"\n")
    finish(home)


def finish(home: Home) -> None:
    """Complete what an interrupted :func:`record` began; nothing to do otherwise. The line is logged once."""
    for intent in sorted(home.releases.glob(f".*{INTENT}")):
        withdrawal = _read(intent)
        if not _logged(home.audit, withdrawal):
            audit.append(home.audit, withdrawal.by, withdrawal.line(), withdrawal.time)
        move(intent, _path(home, withdrawal.release, f"{{}}{MARK}"))


def _read(mark: Path) -> Withdrawal:
    try:
        return Withdrawal.model_validate_json(mark.read_bytes())
    except ValidationError:
        raise HomeError(f"{mark}, which says that a release was withdrawn, is damaged. Put it back from a backup.") from None


def _path(home: Home, release: str, name: str) -> Path:
    return home.releases / name.format(release)


def _logged(log: Path, withdrawal: Withdrawal) -> bool:
    """Whether the log holds this very line already."""
    wanted = (withdrawal.time.astimezone(dt.UTC).isoformat(timespec="seconds"), withdrawal.by, withdrawal.line())
    return any((line.time, line.who, line.what) == wanted for line in audit.lines(log))

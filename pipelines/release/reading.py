"""Opening a bundle to be read: a release that is as it was sealed, or the draft, whose readers are named and logged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from pipelines.home import Home, HomeError
from pipelines.release import audit
from pipelines.release.bundle import MARTS
from pipelines.release.manifest import ManifestError, read
from pipelines.release.release import CURRENT, current
from pipelines.release.verify import release_id, verify
from pipelines.release.withdrawal import withdrawals


@dataclass(frozen=True)
class Readable:
    """A bundle that verified. ``withdrawn``: why a release no longer stands, empty while it does."""

    name: str
    marts: Path
    withdrawn: str = ""


def released(home: Home, name: str = CURRENT) -> Readable:
    """The release ``name`` of the home; :class:`HomeError` when there is none or when a byte of it has changed."""
    folder = current(home) if name == CURRENT else home.releases / name
    if folder is None:
        raise HomeError("There is no release yet. Make one with: equality refresh")
    if (folder.name != name and name != CURRENT) or name.startswith(".") or not folder.is_dir():
        raise HomeError(f"There is no release {name}. List them with: equality release list --home {home.root}")
    _refuse_if_changed(folder, folder.name)
    gone = withdrawals(home).get(folder.name)
    return Readable(folder.name, folder / MARTS, gone.why if gone else "")


def drafted(home: Home, who: str, now: dt.datetime) -> Readable:
    """The draft, opened by ``who``, which the audit log says first; :class:`HomeError` where there is none or it cannot be logged."""
    try:
        name = release_id(read(home.draft))
    except ManifestError as problem:
        raise HomeError(f"There is no draft to read: {problem}. Make one with: equality refresh") from None
    _refuse_if_changed(home.draft, "The draft")
    log_of_draft(home, who, f"opened the draft {name} to query it", now)
    return Readable(name, home.draft / MARTS)


def log_of_draft(home: Home, who: str, what: str, now: dt.datetime) -> None:
    """Say in the audit log what was read of the draft; :class:`HomeError` where nothing can be written there, so that nothing is read."""
    try:
        audit.append(home.audit, who, what, now)
    except OSError as problem:
        raise HomeError(f"The draft is read by named people, and the audit log cannot be written: {problem.strerror}.") from None


def _refuse_if_changed(folder: Path, name: str) -> None:
    problems = verify(folder)
    if problems:
        raise HomeError(f"{name} is not as it was sealed, so it is not read: {'; '.join(problems)}.")

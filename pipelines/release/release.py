"""A release: the draft copied under its own name when the calendar, the judges and the approvals allow it. It is never edited.

It can be withdrawn by decision: then it no longer stands, but stays where it lies, for audit, and whoever has downloaded it keeps it.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipelines.catalogue.model import Catalogue
from pipelines.catalogue.trust import Calendar
from pipelines.home import Home, HomeError
from pipelines.home.signing import sign
from pipelines.home.whole import flush_directory, move, write_whole
from pipelines.release import approvals, bundle
from pipelines.release.manifest import Manifest, ManifestError, fingerprint, read
from pipelines.release.verify import release_id, verify
from pipelines.release.withdrawal import Withdrawal, finish, record, withdrawals

CURRENT = "current"
NEXT = ".current.next"


@dataclass(frozen=True)
class Release:
    """One release that lies in the home. ``release_from`` is the date of the calendar under which it was made; ``withdrawn`` why it no
    longer stands, empty while it does."""

    id: str
    period: str
    release_from: dt.date | None
    fingerprint: str
    current: bool
    withdrawn: str = ""


@dataclass(frozen=True)
class Outcome:
    """The release that was, or would be, made; or ``None`` and the reason why there is none, for a person to read."""

    id: str | None
    reason: str = ""


def due(home: Home, calendar: Calendar, today: dt.date) -> Outcome:
    """The release that the draft may become ``today`` by the calendar alone; approvals and judges are asked by :func:`make`.

    Each date of the calendar yields one release of its period, however often the draft changes afterwards: figures that follow one
    another night by night could be subtracted. A correction is released under a later ``release_from``.
    """
    try:
        draft = read(home.draft)
    except ManifestError as problem:
        return Outcome(None, f"There is no draft to release: {problem}.")
    reason = _too_early(draft, calendar, today) or _already_told(draft, listing(home))
    return Outcome(None, reason) if reason else Outcome(release_id(draft))


def _too_early(draft: Manifest, calendar: Calendar, today: dt.date) -> str:
    """Why the calendar holds the draft back, or nothing."""
    dates = {entry.period: entry.release_from for entry in calendar.periods}
    for period in draft.periods:
        date = dates.get(period)
        if date is None:
            return f"The calendar gives no release date for {period}."
        if date > today:
            return f"{period} may be released from {date:%-d %B %Y}."
    changed = draft.release_from != dates.get(draft.period)
    return "The calendar has changed since the draft was made; the next refresh makes it anew." if changed else ""


def _already_told(draft: Manifest, releases: list[Release]) -> str:
    """Which release stands in the way: this very draft's, or one made under the same date of the calendar or a later one."""
    for earlier in releases:
        name = f"{earlier.id} (since withdrawn)" if earlier.withdrawn else earlier.id
        if earlier.id == release_id(draft):
            return f"Already released as {name}."
        if earlier.period == draft.period and (earlier.release_from or dt.date.min) >= (draft.release_from or dt.date.min):
            return f"{draft.period} was released as {name}; the calendar gives no later date for a correction."
    return ""


def ready(home: Home, calendar: Calendar, today: dt.date, maker: str) -> Outcome:
    """:func:`due`, and approved: by as many people as the stricter of draft and calendar says, ``maker`` and who made the draft left out."""
    outcome = due(home, calendar, today)
    if outcome.id is None:
        return outcome
    draft = read(home.draft)
    lacking = approvals.lacking(home, draft, max(draft.approvals_needed, calendar.approvals), maker)
    return Outcome(None, lacking) if lacking else outcome


def make(home: Home, catalogue: Catalogue, today: dt.date, *, maker: str = "") -> Outcome:
    """Release and sign the draft if it is due, approved and exactly what was judged; else do nothing and say why. Hold the lock.

    ``maker``: who asks for the release.
    """
    recover(home)
    outcome = ready(home, catalogue.calendar, today, maker)
    if outcome.id is None:
        return outcome
    problems = _publish(home, read(home.draft), outcome.id)
    return Outcome(None, f"Not released: {'; '.join(problems)}.") if problems else outcome


def _publish(home: Home, draft: Manifest, name: str) -> list[str]:
    """Copy, check the copy, rename it into place, then point readers to it. The link laid ready first lets a kill be finished later."""
    partial = home.releases / f".{name}.partial"
    for inside in draft.files:
        write_whole(partial / inside, (home.draft / inside).read_bytes())
    write_whole(partial / bundle.MANIFEST, draft.content())
    write_whole(partial / bundle.SIGNATURE, sign(home, draft.content()))
    problems = verify(partial, name)
    if problems:
        shutil.rmtree(partial)
        return problems
    (home.releases / NEXT).symlink_to(name)
    move(partial, home.releases / name)
    _point_current(home)
    return []


def _point_current(home: Home) -> None:
    move(home.releases / NEXT, home.releases / CURRENT)


def withdraw(home: Home, name: str, why: str, by: str, now: dt.datetime) -> str | None:
    """Withdraw the release ``name`` by decision of ``by``; returns the release that readers see from now on, or None. Hold the lock.

    The draft is no longer protected against it, and no judge holds it against the draft. It frees no date of the calendar: a corrected
    release needs a later one. ``HomeError`` for a release that is not there or was withdrawn before, and without reason or name.
    """
    recover(home)
    found = {release.id: release for release in listing(home)}
    if name not in found:
        raise HomeError(f"There is no release {name}. List them with: equality release list --home {home.root}")
    if found[name].withdrawn:
        raise HomeError(f"{name} was withdrawn before: {found[name].withdrawn}")
    if not why.strip() or not by.strip():
        raise HomeError("A withdrawal needs a reason and the name of whoever decides it; nothing was changed.")
    record(home, Withdrawal(release=name, why=" ".join(why.split()), by=" ".join(by.split()), time=now))
    _leave_withdrawn(home)
    standing = current(home)
    return standing.name if standing else None


def _leave_withdrawn(home: Home) -> None:
    """Readers are pointed to the latest release that stands; to none where none does."""
    served = current(home)
    if served is None or served.name not in withdrawals(home):
        return
    rest = standing(home)
    if rest:
        (home.releases / NEXT).symlink_to(rest[-1].id)
        _point_current(home)
    else:
        (home.releases / CURRENT).unlink()
        flush_directory(home.releases)


def recover(home: Home) -> None:
    """Finish or undo what an interrupted :func:`make` or :func:`withdraw` left: a release is there whole and current, or not at all, and
    one that was withdrawn is not the current one."""
    upcoming = home.releases / NEXT
    if upcoming.is_symlink():
        if upcoming.exists():
            _point_current(home)
        else:
            upcoming.unlink()
    for leftover in home.releases.glob(".*.partial"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    finish(home)
    _leave_withdrawn(home)


def listing(home: Home) -> list[Release]:
    """The releases of the home, by period and date. :class:`ManifestError` when the manifest of one cannot be trusted."""
    now, gone = current(home), withdrawals(home)
    found = []
    for folder in sorted(home.releases.iterdir()) if home.releases.is_dir() else []:
        if folder.is_dir() and not folder.is_symlink() and not folder.name.startswith("."):
            try:
                manifest = read(folder)
            except ManifestError as damage:
                raise ManifestError(f"{folder.name}: {damage}") from None
            why = gone[folder.name].why if folder.name in gone else ""
            found.append(Release(folder.name, manifest.period, manifest.release_from, fingerprint(manifest), folder == now, why))
    return sorted(found, key=lambda release: (release.period, release.release_from or dt.date.min, release.id))


def standing(home: Home) -> list[Release]:
    """The releases that were not withdrawn, by period and date: what a new draft is protected and judged with."""
    return [release for release in listing(home) if not release.withdrawn]


def current(home: Home) -> Path | None:
    """The folder of the release that readers see, or ``None`` before the first."""
    link = home.releases / CURRENT
    return home.releases / os.readlink(link) if link.is_symlink() else None

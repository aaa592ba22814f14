"""What somebody has to know who is not looking: whether the line still runs, and what it waits for. Dagster is neither imported nor asked.

A daemon that is dead cannot say so. So this is called from outside it (a timer, cron), reads what lies in the home, and changes nothing there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines import intake
from pipelines.catalogue import Catalogue
from pipelines.home import Home, heartbeat
from pipelines.intake import Fault
from pipelines.release import release
from pipelines.release.manifest import ManifestError

AT_WORK = dt.timedelta(hours=3)
"""How long a refresh may take before it counts as one that died."""
LINE = "line/"
"""How the key of a fault of the line itself begins; the others are of what academies send."""


@dataclass(frozen=True)
class Watched:
    """``age``: in one sentence, how old the release and the last refresh are. ``faults``: what somebody has to see to, the line's first."""

    age: str
    faults: tuple[Fault, ...]

    @property
    def line_is_well(self) -> bool:
        return not any(fault.key.startswith(LINE) for fault in self.faults)


def look(home: Home, catalogue: Catalogue, now: dt.datetime) -> Watched:
    """The state of the home at ``now``, which carries its time zone."""
    beat, current = heartbeat.read(home), _current(home)
    released = f"The current release is {current.id}" if current else "There is no release yet"
    if current and current.release_from:
        released += f", of {in_words(now.date() - current.release_from)}"
    refreshed = (
        f"the last refresh that succeeded ended {in_words(now - beat.succeeded)}" if beat.succeeded else "no refresh has succeeded yet"
    )
    line = [*_refresh(beat, catalogue, now), *_release(home, current, catalogue, now)]
    return Watched(f"{released}; {refreshed}.", (*line, *intake.faults(home, catalogue, now)))


def in_words(age: dt.timedelta) -> str:
    """An age as a person says it."""
    hours = int(age.total_seconds() // 3600)
    days = hours // 24
    if days:
        return f"{days} day{'s' if days > 1 else ''} ago"
    return f"{hours} hour{'s' if hours > 1 else ''} ago" if hours else "within the hour"


def _refresh(beat: heartbeat.Heartbeat, catalogue: Catalogue, now: dt.datetime) -> list[Fault]:
    """The one fault that keeps the figures from being made anew, if there is one: the last refresh stopped, died, or is too long ago."""
    since = beat.succeeded.isoformat() if beat.succeeded else "never"
    last = f"The last that succeeded ended {in_words(now - beat.succeeded)}." if beat.succeeded else "None has succeeded yet."
    if beat.stopped:
        words = f"The refresh of {_moment(beat.began)} stopped: {beat.stopped.rstrip('.')}. {last} {KEPT}"
        return [Fault(f"{LINE}{since}/{beat.stopped}", words)]
    if beat.began and not beat.ended and now - beat.began > AT_WORK:
        return [Fault(f"{LINE}{since}/died", f"The refresh of {_moment(beat.began)} never ended. {last} {KEPT}")]
    if beat.succeeded is None:
        return [Fault(f"{LINE}{since}", "No refresh has succeeded yet. Run: equality refresh")]
    if now - beat.succeeded > dt.timedelta(hours=catalogue.watch.refresh_hours):
        words = f"No refresh has succeeded within {catalogue.watch.refresh_hours} hours. {last} Is the daemon running?"
        return [Fault(f"{LINE}{since}", words)]
    return []


def _moment(moment: dt.datetime | None) -> str:
    """A moment as the clock on the wall showed it."""
    return f"{moment.astimezone(intake.SCHOOL_TIME):%-d %B at %H:%M}" if moment else "an unknown time"


KEPT = "The draft and the releases are as they were."


def _release(home: Home, current: release.Release | None, catalogue: Catalogue, now: dt.datetime) -> list[Fault]:
    limits, found = catalogue.watch, []
    damaged = _damaged(home)
    if damaged:
        found.append(Fault(f"{LINE}damaged/{damaged}", f"A release cannot be trusted any more. {damaged}"))
    if current and current.release_from and now.date() - current.release_from > dt.timedelta(hours=limits.release_hours):
        age = in_words(now.date() - current.release_from)
        found.append(
            Fault(f"{LINE}old/{current.id}", f"The current release, {current.id}, is of {age}: {limits.release_hours} hours are allowed.")
        )
    dated = [(period.release_from, period.period) for period in catalogue.calendar.periods if period.release_from]
    past = [(day, name) for day, name in dated if now.date() - day > dt.timedelta(hours=limits.overdue_hours)]
    if past:
        day, name = max(past)
        if not any(one.period == name and (one.release_from or dt.date.min) >= day for one in _listing(home)):
            reason = "" if damaged else release.due(home, catalogue.calendar, now.date()).reason
            words = f"The release of {name} was due from {day:%-d %B %Y} and is not there. {reason}"
            found.append(Fault(f"{LINE}overdue/{name}/{day}", words.strip()))
    return found


def _current(home: Home) -> release.Release | None:
    return next((one for one in _listing(home) if one.current), None)


def _damaged(home: Home) -> str:
    """Which release cannot be trusted, in a sentence; empty where all can."""
    try:
        release.listing(home)
    except ManifestError as damage:
        return str(damage)
    return ""


def _listing(home: Home) -> list[release.Release]:
    """The releases; none where a manifest cannot be trusted, so that the release counts as missing."""
    try:
        return release.listing(home)
    except ManifestError:
        return []

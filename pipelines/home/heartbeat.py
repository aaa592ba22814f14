"""When the last refresh began, how it ended, and when one last succeeded: what is asked from outside, whoever started it and whatever died."""

from __future__ import annotations

import datetime as dt

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from pipelines.home.paths import Home
from pipelines.home.whole import write_whole


class Heartbeat(BaseModel):
    """``began``: the last refresh; ``ended``: nothing while it runs, or where it was killed. ``stopped``: where it failed, without any value
    of a record. ``succeeded``: the end of the last refresh that did."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    began: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    stopped: str = ""
    succeeded: AwareDatetime | None = None

    @property
    def unended(self) -> bool:
        """Whether a refresh began and nobody saw it end: it is at work, or was killed."""
        return self.began is not None and self.ended is None


def read(home: Home) -> Heartbeat:
    """The heartbeat of the home; an empty one, which is no success, where there is none or it cannot be read."""
    try:
        return Heartbeat.model_validate_json(home.heartbeat.read_bytes())
    except (FileNotFoundError, ValidationError):
        return Heartbeat()


def began(home: Home, now: dt.datetime) -> None:
    """A refresh begins."""
    _write(home, Heartbeat(began=now, succeeded=read(home).succeeded))


def stopped(home: Home, now: dt.datetime, where: str) -> None:
    """It failed."""
    _write(home, read(home).model_copy(update={"ended": now, "stopped": where}))


def succeeded(home: Home, now: dt.datetime) -> None:
    """It came to its end, or found nothing to do."""
    before = read(home)
    _write(home, Heartbeat(began=before.began or now, ended=now, succeeded=now))


def _write(home: Home, beat: Heartbeat) -> None:
    write_whole(home.heartbeat, beat.model_dump_json().encode())

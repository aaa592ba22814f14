"""What a trust declares of itself: academies, calendar, objectives, look. What is counted of them is declared in ``model``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipelines.catalogue.entry import Aim, Code, Entry, Name, Period, Urn


class Academy(Entry):
    """An academy of the trust. ``year_groups`` is its age range, in national curriculum years.

    ``joined``: its first day in the trust, ``left``: the first day no longer in it; where they are not given it always was and still is.
    """

    urn: Urn
    name: str
    laestab: Annotated[str, StringConstraints(pattern=r"^\d{7}$")] | None = None
    year_groups: tuple[str, ...]
    predecessors: tuple[Urn, ...] = ()
    joined: dt.date | None = None
    left: dt.date | None = None

    def is_member(self, day: dt.date) -> bool:
        """Whether it is in the trust on that day."""
        return (self.joined is None or self.joined <= day) and (self.left is None or day < self.left)


class Trust(Entry):
    """The trust and its academies, as the trust itself declares them in ``academies.yml``.

    ``central``: what those are called who work for the trust and for no academy. In files for all academies they stand under ``code``, and
    figures of staff count them like an academy's.
    """

    code: Code
    name: str
    made_up: bool = False
    central: str | None = None
    academies: tuple[Academy, ...]


class CalendarPeriod(Entry):
    """One reporting period: its dates, the census day the roll is taken on, and the day from which it may be released."""

    period: Period
    starts: dt.date
    ends: dt.date
    reference_date: dt.date
    release_from: dt.date | None = None
    due: dict[Name, dt.date] = {}


class Calendar(Entry):
    """The trust's reporting calendar. ``open_period`` is assumed when neither a file nor its name says which period it covers."""

    open_period: Period
    periods: tuple[CalendarPeriod, ...]
    approvals: Literal[0, 1, 2] = 1


Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class Brand(Entry):
    """The trust's own look. ``colour`` is that of the head of a page, ``accent`` that of links and lines; both are darkened where white
    text could not be read on them. ``logo`` names a picture beside the file (SVG, PNG or JPEG); loaded, it is the picture itself as a data URI.
    """

    short_name: str
    colour: Colour = "#1d3a5f"
    accent: Colour = "#1b5e9b"
    logo: str = ""
    contact: str = ""


Address = Annotated[str, StringConstraints(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$")]
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Mail(Entry):
    """Whom to write to about what was received, and through which server: ``mail.yml``, where a trust wants mail.

    ``office``: those who look after the whole trust. ``security`` may be none only where the server is this machine.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    sender: Address
    office: tuple[Address, ...] = ()
    academies: dict[Urn, tuple[Address, ...]] = {}

    @model_validator(mode="after")
    def _no_open_wire(self) -> Mail:
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError("security: none is for a mail server on this machine only")
        return self


class Watch(Entry):
    """When the line counts as silent, in hours: ``watch.yml``, where a trust wants other limits.

    ``refresh_hours``: since the last refresh that succeeded. ``release_hours``: since the day from which the current release could be had;
    a year as shipped, because the information is published annually (Equality Act 2010 (Specific Duties and Public Authorities)
    Regulations 2017). ``overdue_hours``: since the calendar's date for a release that is not there.
    """

    refresh_hours: Annotated[int, Field(ge=1)] = 26
    release_hours: Annotated[int, Field(ge=1)] = 366 * 24
    overdue_hours: Annotated[int, Field(ge=1)] = 48


class Retention(Entry):
    """How many days a room keeps what no field's contract speaks of: refused bytes, bytes of files no longer in use, logs of the tools."""

    quarantine_days: int = Field(ge=0)
    superseded_days: int = Field(ge=0)
    log_days: int = Field(ge=1)


class Baseline(Entry):
    """Where an objective starts or where it wants to be: a period and the value there; a baseline without one is computed."""

    period: Period
    value: float | None = None


class Objective(Entry):
    """An equality objective as the trust published it, tied to the measures that will tell whether it is met.

    ``target``: the value of ``group`` (everyone, where none is named). ``gap``: how far ``group`` lies from ``comparator``, here or, with
    ``against``, of that geography. ``benchmark``: at least in line with ``against``. ``monitor``: shown and not judged. ``refused``: not
    measured, for the ``reason`` given. ``spread``: between the highest and the lowest group of the characteristic, in place of one group.
    ``area``: the URN of an academy whose own it is; the trust's otherwise. The status is always computed, never typed.
    """

    code: Code
    title: str
    kind: Literal["target", "gap", "benchmark", "monitor", "refused"]
    measures: tuple[Name, ...] = ()
    characteristic: Name = "all"
    group: Code = "all"
    comparator: Code | None = None
    against: str | None = None
    spread: bool = False
    area: Urn | None = None
    baseline: Baseline | None = None
    target: Baseline | None = None
    owner: str
    aim: Aim
    why: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _can_be_computed(self) -> Objective:
        if (self.kind == "refused") == bool(self.measures):
            raise ValueError(f"objective {self.code}: one that is refused has no measure, and every other has one")
        if self.kind == "refused" and not self.reason:
            raise ValueError(f"objective {self.code}: one that is refused needs a reason")
        if self.kind in ("target", "gap") and not (self.baseline and self.target and self.target.value is not None):
            raise ValueError(f"objective {self.code}: a {self.kind} needs a baseline and a target with its value")
        if self.kind == "gap" and not self.comparator:
            raise ValueError(f"objective {self.code}: a gap needs a comparator")
        if self.kind == "benchmark" and not self.against:
            raise ValueError(f"objective {self.code}: a benchmark needs the geography it is against")
        if self.baseline and self.target and self.baseline.period >= self.target.period:
            raise ValueError(f"objective {self.code}: its target lies in no later period than its baseline")
        return self

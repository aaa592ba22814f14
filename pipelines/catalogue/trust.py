"""What a trust declares of itself: academies, calendar, objectives, look. What is counted of them is declared in ``model``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from pipelines.catalogue.entry import Code, Entry, Name, Period, Urn


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


class Brand(Entry):
    """The trust's own look."""

    short_name: str
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1d3a5f"
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


class Objective(Entry):
    """An equality objective as the trust published it, tied to the measure that will tell whether it is met."""

    code: Code
    title: str
    kind: Literal["target", "gap", "benchmark", "monitor"]
    measure: Name | None = None
    characteristic: Name | None = None
    group: Code | None = None
    comparator: Code | None = None
    owner: str
    aim: Literal["eliminate", "advance", "foster"]

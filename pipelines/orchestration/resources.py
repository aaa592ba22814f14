"""What Dagster's assets are given: the trust's home, and the clock."""

from __future__ import annotations

import datetime as dt

from dagster import ConfigurableResource

from pipelines.home.lock import hold
from pipelines.orchestration.opened import Opened


class TrustHome(ConfigurableResource["TrustHome"]):
    """The trust's home directory."""

    path: str

    def open(self) -> Opened:
        """The home, opened to look at; a sentence instead of a run when it will not do."""
        return Opened.at(self.path)

    def take(self) -> Opened:
        """The home, opened to work in: no other run may until this process ends."""
        opened = self.open()
        hold(opened.home)
        return opened


class Clock(ConfigurableResource["Clock"]):
    """The time as a run sees it. ``today`` fixes the day, for a rehearsal of a release date."""

    today: str | None = None

    def now(self) -> dt.datetime:
        moment = dt.datetime.now(dt.UTC)
        if self.today is None:
            return moment
        return dt.datetime.combine(dt.date.fromisoformat(self.today), moment.timetz())

    def day(self) -> dt.date:
        return self.now().date()

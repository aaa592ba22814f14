"""One cell of a table as it is read: a figure, what lies under it, a small plot, or the symbol of what is not shown."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pipelines.reporting.marts import SHOWN
from pipelines.reporting.words import SYMBOLS


@dataclass(frozen=True)
class Figure:
    """One cell: ``text`` and what lies under it in smaller type; ``status`` other than shown is drawn as a hatched cell with its symbol."""

    text: str
    under: str = ""
    plot: Markup = Markup("")
    status: str = "shown"

    @property
    def hidden(self) -> bool:
        return self.status not in SHOWN


def without_figure(status: str) -> Figure:
    """The cell of a figure that is not shown: its symbol in brackets."""
    return Figure(SYMBOLS[status], status=status)

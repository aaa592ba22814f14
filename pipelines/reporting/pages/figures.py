"""One cell of a table as it is read: a figure, what lies under it, a small plot, or the symbol of what is not shown."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pipelines.reporting.marts import SHOWN
from pipelines.reporting.words import SYMBOLS

NO_DRAWING = Markup("")


@dataclass(frozen=True)
class Figure:
    """One cell: ``text``, what lies ``under`` it in smaller type, and a drawing; one that is not shown is hatched.
    ``size``: the number itself, where rows are ordered by it."""

    text: str
    under: str = ""
    plot: Markup = NO_DRAWING
    status: str = "shown"
    size: float = 0.0

    @property
    def hidden(self) -> bool:
        """Whether no number stands here."""
        return self.status not in SHOWN


def without_figure(status: str) -> Figure:
    """The cell of a figure that is not shown: its symbol in brackets."""
    return Figure(SYMBOLS[status], status=status)

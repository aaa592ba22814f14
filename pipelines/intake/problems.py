"""What can be wrong with a file, in the words a data manager reads. Finding it belongs to the modules that read.

No sentence quotes a name, a date or an identifier. ``values`` holds codes only, and only those short enough to be codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

import yaml

WORDINGS = Path(__file__).with_name("wordings.yml")
NOTHING = "Nothing to report"
"""Heading of the box of a template; ticked, it says that there were none."""
Weight = Literal["refuses", "fix", "note"]


@dataclass(frozen=True)
class Problem:
    """One problem of one file: rows by their number in the spreadsheet, the column by its heading."""

    kind: str
    weight: Weight
    title: str
    rows: tuple[int, ...] = ()
    column: str = ""
    values: tuple[str, ...] = ()
    effect: str = ""
    cause: str = ""
    fix: str = ""

    @property
    def costs_rows(self) -> bool:
        """Whether its rows are not counted."""
        return self.effect.startswith("set aside")


class Refused(Exception):
    """The file cannot be used at all; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


def problem(kind: str, *, rows: Iterable[int] = (), column: str = "", values: Iterable[str] = (), what: str = "") -> Problem:
    """The problem of that kind, in the words of ``wordings.yml``."""
    wording, numbers = wordings()[kind], tuple(rows)
    terms = {"count": _counted(len(numbers)), "rows": "row has" if len(numbers) == 1 else "rows have", "column": column, "what": what}
    texts = {part: wording.get(part, "").format(**terms) for part in ("title", "effect", "cause", "fix")}
    texts["title"] = texts["title"][:1].upper() + texts["title"][1:]
    return Problem(kind, cast(Weight, wording["weight"]), rows=numbers, column=column, values=tuple(values), **texts)


@cache
def wordings() -> dict[str, dict[str, str]]:
    """Every kind of problem and its words."""
    return cast(dict[str, dict[str, str]], yaml.safe_load(WORDINGS.read_text("utf-8")))


def _counted(number: int) -> str:
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    return words[number] if number < len(words) else f"{number:,}"

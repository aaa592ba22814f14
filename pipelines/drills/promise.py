"""A promise, the drill that tries it, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.drills.scene import Scene


class CannotTry(Exception):
    """The machine lacks what the drill needs; the message names what to install."""


@dataclass(frozen=True)
class Case:
    """One thing that was tried. ``note``: what was seen, in a few words and without any value of a record; empty where nothing is to say."""

    name: str
    passed: bool
    note: str = ""


Drill = Callable[["Scene"], Iterator[Case]]


@dataclass(frozen=True)
class Promise:
    """What is promised, under its number, and how it is tried."""

    number: int
    text: str
    drill: Drill


@dataclass(frozen=True)
class Tried:
    """What came of one promise: it holds where something was tried and nothing failed. ``cannot``: why nothing could be tried."""

    promise: Promise
    cases: tuple[Case, ...]
    seconds: float
    cannot: str = ""

    @property
    def failed(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if not case.passed)

    @property
    def passed(self) -> bool | None:
        """``None`` where nothing could be tried."""
        return None if self.cannot else bool(self.cases) and not self.failed


def attempt(promise: Promise, scene: Scene) -> Tried:
    """Run the drill to its end. An error inside it is a case that failed: told by its kind, as its words may hold a value."""
    began, cases, cannot = time.monotonic(), [], ""
    try:
        for case in promise.drill(scene):
            cases.append(case)
            scene.tell(f"{promise.number}: {case.name}: {'held' if case.passed else 'FAILED'}{f' ({case.note})' if case.note else ''}")
    except CannotTry as lacking:
        cannot = str(lacking)
    except Exception as error:  # a drill that breaks off has shown nothing
        cases.append(Case("the drill itself", False, type(error).__name__))
    return Tried(promise, tuple(cases), time.monotonic() - began, cannot)


def attempts(promises: Iterable[Promise], scene: Scene) -> Iterator[Tried]:
    """Every promise in its turn."""
    for promise in promises:
        yield attempt(promise, scene)

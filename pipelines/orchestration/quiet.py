"""Errors without their words: what a library says of a row may quote it, and Dagster and dbt keep what is said. Our own sentences pass."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pipelines.catalogue import CatalogueError
from pipelines.home import HomeError, disk
from pipelines.orchestration.versions import PROJECT

P = ParamSpec("P")
R = TypeVar("R")
OUR_FILE = re.compile(rf"{re.escape(str(PROJECT))}/((?:pipelines|expectations)/.+)")


class Unexpected(HomeError):
    """Something failed that nobody foresaw; the message has the kind of the error and its place in our code, and nothing that it said."""


def quiet(step: Callable[P, R]) -> Callable[P, R]:
    """``step``, whose unforeseen errors are told by kind and place alone. What it raises has no cause and no context."""

    @wraps(step)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        said: HomeError | CatalogueError
        try:
            return step(*args, **kwargs)
        except (HomeError, CatalogueError) as ours:
            said = type(ours)(*ours.args)
        except Exception as error:  # whatever it is, its words stay here
            said = HomeError(disk.WANTING) if disk.is_full(error) else Unexpected(f"{type(error).__name__}{_place(error)}")
        raise said from None

    return run


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f" at {found[1]}, line {frame.lineno}" for frame in frames if (found := OUR_FILE.match(frame.filename))]
    return next((place for place in reversed(places) if "quiet.py" not in place), "")

"""What every verb needs: where the home is, a day as people write it, a table on the screen, and a sentence in place of a traceback."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from pipelines.home import Home, HomeError, disk

HomeOption = Annotated[Path, typer.Option("--home", help="The trust's home directory.", envvar="EQUALITY_HOME")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
TodayOption = Annotated[str | None, typer.Option("--today", help="Act as if it were this day (YYYY-MM-DD), to rehearse a release date.")]
DEFAULT_HOME = Path("data")
FAILED, UNUSABLE = 1, 2


def as_day(text: str | None) -> dt.date | None:
    """The day that ``text`` is; :class:`HomeError` when it is none."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise HomeError(f"{text!r} is not a day. Write it as 2026-10-01.") from None


def asked(title: str) -> str:
    """What a person types without its being seen, or the next line of standard input where no person sits there."""
    return str(typer.prompt(title, hide_input=True)) if sys.stdin.isatty() else sys.stdin.readline().strip()


def print_table(title: str, table: Any) -> None:
    """A pandas table on the screen."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(*[str(name).replace("_", " ") for name in table.columns], title=title, title_justify="left", box=SIMPLE_HEAD)
    for row in table.itertuples(index=False):
        shown.add_row(*["" if value is None or value != value else str(value) for value in row])
    Console(width=max(120, shutil.get_terminal_size().columns)).print(shown)


def note(home: Home, what: str) -> None:
    """Say in the audit log what whoever runs the program has just done. ``what`` names files and receipts, never a person of the data."""
    from pipelines.home.account import account
    from pipelines.release import audit

    audit.append(home.audit, account(), what, dt.datetime.now(dt.UTC))


@contextmanager
def sentences() -> Iterator[None]:
    """A known trouble ends in a sentence and exit code 2, never in a traceback."""
    from pipelines.catalogue import CatalogueError

    try:
        yield
    except (HomeError, CatalogueError) as trouble:
        stop(str(trouble), UNUSABLE)
    except sqlite3.DatabaseError:
        stop(
            "The ledger of the home cannot be read: it is damaged, or no ledger. Restore it from a backup: equality restore --help",
            UNUSABLE,
        )
    except Exception as trouble:
        if not disk.is_full(trouble):
            raise
        stop("The disk is full. Make room, then run the same again; what was there before is as it was.", UNUSABLE)


def stop(sentence: str, code: int) -> NoReturn:
    """Say the sentence and end with that exit code."""
    typer.echo(sentence, err=True)
    sys.exit(code)

"""The verb that gives a home new keys."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated, Literal

import typer

from pipelines.cli.common import DEFAULT_HOME, HomeOption, note, sentences
from pipelines.home import Home, HomeError

app = typer.Typer()


@app.command("rotate-key")
def rotate_key(
    which: Annotated[
        Literal["storage", "pseudonym"], typer.Argument(help="storage: what is stored is sealed anew; pseudonym: everyone gets a new one.")
    ],
    home: HomeOption = DEFAULT_HOME,
    undo: Annotated[bool, typer.Option("--undo", help="Take back a change that was interrupted.")] = False,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Read from standard input, one a line, numbers of people on a stop list who stand in no file.")
    ] = False,
) -> None:
    """Put a new key in the place of the old one, which is destroyed at the end. An interrupted change: the same again, or --undo.

    A backup made before opens with the old key alone: keep that key with the backups, apart from the home, until the last of them has gone.
    """
    with sentences():
        place = Home.existing(home)
        place.refuse_if_exposed()
        said = _storage(place, undo) if which == "storage" else _pseudonym(place, undo, sys.stdin.read().split("\n") if numbers else [])
        note(place, f"{which} key: {said}")
    typer.echo(f"{said[:1].upper()}{said[1:]}. Make a copy of {place.keys} and keep it apart.")


def _storage(place: Home, undo: bool) -> str:
    from pipelines.home.lock import hold
    from pipelines.home.rotation import rotate_storage

    hold(place)
    many = rotate_storage(place, undo=undo)
    return f"{'change taken back' if undo else 'changed'}, {many} files sealed anew"


def _pseudonym(place: Home, undo: bool, numbers: list[str]) -> str:
    from pipelines import intake
    from pipelines.home.keys import STORAGE, changing, keys_in_use
    from pipelines.home.lock import hold
    from pipelines.intake.arrivals import school_time
    from pipelines.orchestration import steps
    from pipelines.orchestration.opened import Opened

    hold(place)
    if STORAGE in changing(place):
        raise HomeError("A change of the storage key was interrupted: finish that first, with: equality rotate-key storage")
    if undo:
        intake.take_back(place)
        return "change taken back; the next refresh lands every file again"
    judge = steps.gate_1(Opened(place, keys_in_use(place)))
    many = intake.rekey(place, judge, school_time(dt.datetime.now(dt.UTC)), [number for number in numbers if number.strip()])
    return f"changed, {many} files read again"

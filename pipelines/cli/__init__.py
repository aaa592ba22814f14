"""`equality`: the command line. It opens a home, calls one verb of a room or of orchestration, and prints; no rule lives here."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import copies, doctor, drills, files, impact, keys, people, published, query, releases, watch
from pipelines.cli.common import DEFAULT_HOME, FAILED, HomeOption, TodayOption, as_day, note, sentences, stop
from pipelines.home import Home, HomeError

if TYPE_CHECKING:
    from pipelines.orchestration.opened import Opened

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Equality information for a trust: from the files academies drop to figures that are safe to publish.",
)
app.add_typer(files.app)
app.add_typer(releases.app)
app.add_typer(impact.app, name="eia")
app.add_typer(published.app)
app.add_typer(query.app)
app.add_typer(copies.app)
app.add_typer(drills.app)
app.add_typer(watch.app)
app.add_typer(keys.app)
app.add_typer(people.app)
app.add_typer(doctor.app)


@app.callback()
def private() -> None:
    """Nothing that is written can be read by anyone else."""
    os.umask(0o077)


@app.command()
def init(directory: Annotated[Path, typer.Argument(help="Where the trust's home will be.")]) -> None:
    """Make a trust's home: folders, keys, and a trust/ to fill in."""
    from pipelines.orchestration.starter import write_starter

    with sentences():
        home = Home.at(directory)
        if (home.trust / "academies.yml").exists():
            raise HomeError(f"{home.root} already holds a trust; nothing was changed.")
        write_starter(home)
        note(home, "made this home")
    typer.echo(f"Made {home.root}.\nNext: describe the trust in {home.trust / 'academies.yml'} and {home.trust / 'calendar.yml'},")
    typer.echo(f"keep a copy of {home.keys} somewhere safe, then: equality refresh --home {home.root}")


@app.command()
def demo(
    home: HomeOption = DEFAULT_HOME / "demo",
    seed: Annotated[int, typer.Option(help="Another seed makes another trust.")] = 2010,
    small: Annotated[bool, typer.Option("--small", help="Six academies and one year, instead of fifteen and three.")] = False,
) -> None:
    """Make the demonstration trust (made-up people), take its files in, and release."""
    from pipelines.orchestration.opened import Opened
    from pipelines.orchestration.starter import write_demonstration

    with sentences():
        place = Home.at(home)
        if not (place.trust / "academies.yml").exists():
            typer.echo(f"Making the demonstration trust in {place.root} ...")
            write_demonstration(place, seed, small)
        _refresh(Opened.at(home), None)
        _where(Opened.at(home))


@app.command()
def refresh(home: HomeOption = DEFAULT_HOME, today: TodayOption = None) -> None:
    """Take in what was dropped, count, protect, judge and draft; release when the calendar says so."""
    from pipelines.orchestration.opened import Opened

    with sentences():
        _refresh(Opened.at(home), as_day(today))


@app.command()
def ui(
    home: HomeOption = DEFAULT_HOME / "demo",
    port: Annotated[int, typer.Option(help="The web page's port, on this machine only.")] = 3000,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="The page alone, for those who look: it starts and changes nothing.")
    ] = False,
) -> None:
    """Start Dagster's web server and daemon on loopback, with the schedule and the sensor on. Ctrl-C ends both."""
    from pipelines.orchestration.opened import Opened
    from pipelines.orchestration.refresh import serve

    with sentences():
        raise typer.Exit(serve(Opened.at(home), port, read_only))


def _refresh(opened: Opened, today: dt.date | None) -> None:
    from pipelines.orchestration import steps
    from pipelines.orchestration.refresh import refresh as run

    started, screen = time.monotonic(), sys.stdout
    done = run(opened, today, lambda line: typer.echo(f"  {line}", file=screen))
    if not done.ok:
        stopped = "; ".join(failure.rstrip(".") for failure in done.failed)
        stop(f"Stopped at {stopped}. The draft and the releases are as they were. What was said: {opened.log}", FAILED)
    took = f"Refreshed in {time.monotonic() - started:.0f} s."
    typer.echo(took if done.changed else "Nothing new since the last refresh; nothing was started.")
    awaited = steps.approvals_awaited(opened, today or dt.datetime.now(dt.UTC).date())
    if awaited:
        typer.echo(awaited)


def _where(opened: Opened) -> None:
    home = opened.home
    typer.echo(f"\nBoard report  {home.releases / 'current' / 'reports' / 'board.html'}")
    typer.echo(f"All there is  {home.releases / 'current' / 'reports' / 'index.html'}")
    typer.echo(f"Receipts      {home.receipts}")
    typer.echo(f"Marts         {home.releases / 'current' / 'marts'}")

"""Verbs about a person's rights: what is held of one person, and its erasure. Numbers are asked for, never given as an argument."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import DEFAULT_HOME, HomeOption, asked, note, sentences
from pipelines.home import HomeError

if TYPE_CHECKING:
    from pipelines.orchestration.opened import Opened

app = typer.Typer()
UrnOption = Annotated[
    str | None, typer.Option(help="For staff, applicants and governors: the academy whose number it is. Without it, a pupil's UPN.")
]
DatasetOption = Annotated[
    str | None, typer.Option(help="For a number that only one dataset knows, such as an application's: that dataset. Staff otherwise.")
]


@app.command()
def person(
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder that does not exist yet; it will be yours alone.")],
    urn: UrnOption = None,
    dataset: DatasetOption = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Write out what is held of one person, for an answer to a subject access request. Asks for the number."""
    from pipelines import intake
    from pipelines.intake import access
    from pipelines.orchestration.opened import Opened

    with sentences():
        opened = Opened.at(home)
        if output.exists():
            raise HomeError(f"{output} exists already; nothing was written.")
        key = _asked(opened, urn, dataset)
        rows = intake.rows_of(opened.home, opened.keys, opened.catalogue, intake.also_known(opened.home, opened.keys, key))
        if not rows:
            note(opened.home, f"subject access: person {_shortened(key)}, no row is held")
            typer.echo("No row of that person is held.")
            _not_looked_into(opened)
            return
        access.write(output, rows, opened.catalogue, opened.home, dt.datetime.now(dt.UTC))
        note(opened.home, f"subject access: person {_shortened(key)}, {len(rows)} datasets written out")
    typer.echo(f"Wrote {output}. Begin with {output / access.COVER}; check it before it leaves, and remove the folder afterwards.")
    _not_looked_into(opened)


@app.command()
def erase(
    urn: UrnOption = None,
    dataset: DatasetOption = None,
    lift: Annotated[
        bool, typer.Option("--lift", help="The reason is gone: files that come from now on may have the person again.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Erase one person from everything that is stored, and keep them out of every later file. Asks for the number.

    Released figures stay as they are: they never held a person. Sealed backups made before still hold the person until they expire.
    """
    from pipelines import intake
    from pipelines.home.lock import hold
    from pipelines.intake.arrivals import school_time
    from pipelines.orchestration import steps
    from pipelines.orchestration.opened import Opened

    with sentences():
        opened = Opened.at(home)
        hold(opened.home)
        key = _asked(opened, urn, dataset)
        who = intake.also_known(opened.home, opened.keys, key)
        if lift:
            if key not in opened.catalogue.erased:
                raise HomeError("That person is not on the list of those erased. Nothing was changed.")
            intake.listed(opened.home, "erased", opened.catalogue.erased - who)
            note(opened.home, f"erasure lifted: person {_shortened(key)}")
            typer.echo("Lifted. The person counts again once an academy sends a new export.")
            return
        intake.listed(opened.home, "erased", opened.catalogue.erased | who)
        again = Opened.at(home)
        with intake.Store(again.home, again.keys, again.catalogue, steps.gate_1(again)) as store:
            done = intake.sweep(store, school_time(dt.datetime.now(dt.UTC)))
        steps.forget_warehouse(again)
        note(
            again.home,
            f"erased: person {_shortened(key)}; {done.rewritten} files kept without them, {done.destroyed} files destroyed, "
            f"{done.quarantined} of quarantine destroyed; releases are unaffected",
        )
    typer.echo(
        f"Erased. {done.rewritten} files are kept without the person, {done.destroyed} were destroyed because they cannot be, and "
        f"{done.quarantined} of quarantine were destroyed.\nReleases are unaffected: they hold no person. Figures change with the next "
        f"refresh: equality refresh --home {home}\nStill to do by hand: tell the academies, whose own systems and exports have the person, "
        "and let backups made before today expire."
    )


@app.command()
def privacy(home: HomeOption = DEFAULT_HOME) -> None:
    """Print, as Markdown, the table for the data protection officer: every field's purpose, basis and retention, the trust's own among them."""
    from pipelines.catalogue import load
    from pipelines.home import Home
    from pipelines.intake.privacy import as_markdown

    with sentences():
        typer.echo(as_markdown(load(Home.existing(home).trust)))


def _not_looked_into(opened: Opened) -> None:
    """Say what is held besides, in which nobody can be looked up."""
    from pipelines import intake

    for name, places in intake.undeclared(opened.home, opened.catalogue).items():
        typer.echo(
            f"Not looked into: {name}, a dataset that is declared no longer, of which there still lie {', '.join(places)}. To look there, "
            "declare it again; an erasure of anybody destroys it."
        )


def _asked(opened: Opened, urn: str | None, dataset: str | None) -> str:
    from pipelines import intake

    number = asked("Number" if dataset else "Staff number" if urn else "UPN")
    return intake.key_of(opened.keys, opened.catalogue, number, urn, dataset)


def _shortened(key: str) -> str:
    """What the audit log calls a person: a hash of the pseudonym, which joins two lines and opens nothing."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]

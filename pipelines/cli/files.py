"""Verbs about the files that academies send: try one, see what is in, confirm, withdraw, past years, templates, objections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import DEFAULT_HOME, FAILED, UNUSABLE, HomeOption, JsonOption, asked, note, print_table, sentences, stop
from pipelines.home import Home, HomeError

if TYPE_CHECKING:
    from pipelines.intake import Receipt, Store

app = typer.Typer()
STATUS_COLUMNS = ["academy", "dataset", "period", "state", "rows", "things_to_fix", "received", "age"]


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The export to try, before sending it.")],
    home: HomeOption = DEFAULT_HOME,
    urn: Annotated[str | None, typer.Option(help="The academy that would send it; needed when the file does not say.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the receipt would say. Touches nothing."""
    from pipelines import intake
    from pipelines.orchestration import steps
    from pipelines.orchestration.opened import Opened

    with sentences():
        opened = Opened.at(home)
        if not file.is_file():
            raise HomeError(f"There is no file {file}.")
        receipt = intake.check(file, opened.home, opened.keys, opened.catalogue, steps.gate_1(opened), urn=urn)
    typer.echo(receipt.as_json() if as_json else receipt.as_text())
    raise typer.Exit(0 if receipt.accepted else FAILED)


@app.command()
def status(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """What is in, late or rejected, by academy and dataset; who is not in, and how old the last it sent is."""
    from pipelines import intake
    from pipelines.orchestration.opened import Opened

    with sentences():
        opened, now = Opened.at(home), dt.datetime.now(dt.UTC)
        table = intake.status(opened.home, opened.catalogue, now)
        missing = intake.absences_told(opened.home, opened.catalogue, now)
    if as_json:
        typer.echo(table.to_json(orient="records", date_format="iso"))
    else:
        print_table("What each academy has sent", table[STATUS_COLUMNS].assign(received=table["received"].dt.strftime("%-d %b %H:%M")))
        for sentence in missing:
            typer.echo(sentence)


@app.command()
def template(
    dataset: Annotated[str, typer.Argument(help="The dataset, as `equality status` names it: pupils, attendance, staff ...")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write it; DATASET.xlsx here if not given.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Write a blank workbook for a dataset, with lists of its codes, for an academy that has no export of it."""
    from pipelines import intake
    from pipelines.catalogue import load

    with sentences():
        catalogue = load(Home.existing(home).trust)
        if dataset not in catalogue.datasets:
            raise HomeError(f"There is no dataset {dataset!r}. There are: {', '.join(sorted(catalogue.datasets))}.")
        path = output or Path(f"{dataset}.xlsx")
        if path.exists():
            raise HomeError(f"{path} exists already; nothing was written.")
        path.write_bytes(intake.template(catalogue.datasets[dataset], catalogue))
    typer.echo(f"Wrote {path}. Fill in its first sheet and drop it in the academy's folder.")


@app.command()
def confirm(
    receipt: Annotated[str, typer.Argument(help="The reference that stands on the receipt.")], home: HomeOption = DEFAULT_HOME
) -> None:
    """Use a file that was held because it is so unlike the one before."""
    from pipelines import intake

    with sentences(), _intake_at_work(home) as store:
        told = intake.confirm(store, receipt, dt.datetime.now(dt.UTC))
        note(store.home, f"confirmed the file of receipt {receipt}: now {told.reference}")
    _told(told, home)


@app.command()
def withdraw(
    receipt: Annotated[str, typer.Argument(help="The reference that stands on the receipt.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the academy's receipt. Name nobody.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Use a file no more: the one before it counts again. Its bytes stay, sealed, for audit."""
    from pipelines import intake

    with sentences(), _intake_at_work(home) as store:
        told = intake.withdraw(store, receipt, why, dt.datetime.now(dt.UTC))
        note(store.home, f"withdrew the file of receipt {receipt}: {told.reference} says why")
    _told(told, home)


@app.command()
def backfill(
    folder: Annotated[Path, typer.Argument(help="A folder with a sub-folder for each academy, named by URN, and trust for files of all.")],
    year: Annotated[str, typer.Option("--year", help="The academic year the files are of: 2023-24.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Take in the files of a past year, with that year's codes. Nobody is reminded or asked; the files stay where they are."""
    from pipelines import intake

    if not folder.is_dir():
        stop(f"There is no folder {folder}.", UNUSABLE)
    with sentences(), _intake_at_work(home) as store:
        receipts, arriving = intake.backfill(store, folder, year, dt.datetime.now(dt.UTC), lambda line: typer.echo(f"  {line}"))
        used, sent = sum(receipt.accepted for receipt in receipts), len(receipts) + arriving
        note(store.home, f"took in past files of {year}: {used} of {sent} used")
    typer.echo(f"{used} of {sent} files used for {year}. They count from the next refresh: equality refresh --home {home}")
    raise typer.Exit(0 if used == sent else FAILED)


@app.command("object")
def object_(
    urn: Annotated[str | None, typer.Option(help="For a member of staff: the academy whose staff number it is. Without it, a UPN.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Record a person's written objection: their special-category data counts as not known. Asks for the number; keeps a pseudonym only."""
    from pipelines import intake
    from pipelines.home.lock import hold
    from pipelines.orchestration.opened import Opened

    with sentences():
        opened = Opened.at(home)
        hold(opened.home)
        number = asked("Staff number" if urn else "UPN")
        new = intake.record_objection(opened.home, opened.keys, opened.catalogue, number, urn)
        if new:
            note(opened.home, "recorded an objection")
    typer.echo("Recorded. It counts from the next refresh, in every year." if new else "It was recorded before; nothing was changed.")


def _told(receipt: Receipt, home: Path) -> None:
    typer.echo(f"{receipt.as_text()}\nReceipt {receipt.reference}. It counts from the next refresh: equality refresh --home {home}")


@contextmanager
def _intake_at_work(home: Path) -> Iterator[Store]:
    """Intake's store of a home in which no other run is at work."""
    from pipelines.home.lock import hold
    from pipelines.intake import Store
    from pipelines.orchestration import steps
    from pipelines.orchestration.opened import Opened

    opened = Opened.at(home)
    hold(opened.home)
    with Store(opened.home, opened.keys, opened.catalogue, steps.gate_1(opened)) as store:
        yield store

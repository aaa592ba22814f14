"""`equality`: the command line. It opens a home, calls one verb of a room or of orchestration, and prints; no rule lives here."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from pipelines.home import Home, HomeError

if TYPE_CHECKING:
    from pipelines.intake import Receipt, Store
    from pipelines.orchestration.opened import Opened

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Equality information for a trust: from the files academies drop to figures that are safe to publish.",
)
releases = typer.Typer(no_args_is_help=True, help="What was released, and releasing.")
app.add_typer(releases, name="release")

HomeOption = Annotated[Path, typer.Option("--home", help="The trust's home directory.", envvar="EQUALITY_HOME")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
TodayOption = Annotated[str | None, typer.Option("--today", help="Act as if it were this day (YYYY-MM-DD), to rehearse a release date.")]
DEFAULT_HOME = Path("data")
FAILED, UNUSABLE = 1, 2
CANNOT_BE_CALLED_BACK = "What was downloaded of a release cannot be called back: whoever kept a copy can still compare it with new figures."
STATUS_COLUMNS = ["academy", "dataset", "period", "state", "rows", "things_to_fix", "received"]


@app.command()
def init(directory: Annotated[Path, typer.Argument(help="Where the trust's home will be.")]) -> None:
    """Make a trust's home: folders, keys, and a trust/ to fill in."""
    from pipelines.orchestration.starter import write_starter

    with _sentences():
        home = Home.at(directory)
        if (home.trust / "academies.yml").exists():
            raise HomeError(f"{home.root} already holds a trust; nothing was changed.")
        write_starter(home)
    typer.echo(f"Made {home.root}.\nNext: describe the trust in {home.trust / 'academies.yml'} and {home.trust / 'calendar.yml'},")
    typer.echo(f"keep a copy of {home.keys} somewhere safe, then: equality refresh --home {home.root}")


@app.command()
def demo(
    home: HomeOption = DEFAULT_HOME / "demo", seed: Annotated[int, typer.Option(help="Another seed makes another trust.")] = 2010
) -> None:
    """Make the demonstration trust (made-up people), take its files in, and release."""
    from pipelines.orchestration.opened import Opened
    from pipelines.orchestration.starter import write_demonstration

    with _sentences():
        place = Home.at(home)
        if not (place.trust / "academies.yml").exists():
            typer.echo(f"Making the demonstration trust in {place.root} ...")
            write_demonstration(place, seed)
        _refresh(Opened.at(home), None)
        _where(Opened.at(home))


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

    with _sentences():
        opened = Opened.at(home)
        receipt = intake.check(file, opened.home, opened.keys, opened.catalogue, steps.gate_1(opened), urn=urn)
    typer.echo(receipt.as_json() if as_json else receipt.as_text())
    raise typer.Exit(0 if receipt.accepted else FAILED)


@app.command()
def refresh(home: HomeOption = DEFAULT_HOME, today: TodayOption = None) -> None:
    """Take in what was dropped, count, protect, judge and draft; release when the calendar says so."""
    from pipelines.orchestration.opened import Opened

    with _sentences():
        _refresh(Opened.at(home), _day(today))


@app.command()
def status(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """What is in, late or rejected, by academy and dataset."""
    from pipelines import intake
    from pipelines.orchestration.opened import Opened

    with _sentences():
        opened = Opened.at(home)
        table = intake.status(opened.home, opened.catalogue)
    if as_json:
        typer.echo(table.to_json(orient="records", date_format="iso"))
    else:
        _print_table("What each academy has sent", table[STATUS_COLUMNS].assign(received=table["received"].dt.strftime("%-d %b %H:%M")))


@app.command()
def template(
    dataset: Annotated[str, typer.Argument(help="The dataset, as `equality status` names it: pupils, attendance, staff ...")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write it; DATASET.xlsx here if not given.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Write a blank workbook for a dataset, with lists of its codes, for an academy that has no export of it."""
    from pipelines import intake
    from pipelines.catalogue import load

    with _sentences():
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

    with _sentences(), _intake_at_work(home) as store:
        _told(intake.confirm(store, receipt, dt.datetime.now(dt.UTC)), home)


@app.command()
def withdraw(
    receipt: Annotated[str, typer.Argument(help="The reference that stands on the receipt.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the academy's receipt. Name nobody.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Use a file no more: the one before it counts again. Its bytes stay, sealed, for audit."""
    from pipelines import intake

    with _sentences(), _intake_at_work(home) as store:
        _told(intake.withdraw(store, receipt, why, dt.datetime.now(dt.UTC)), home)


@app.command()
def backfill(
    folder: Annotated[Path, typer.Argument(help="A folder with a sub-folder for each academy, named by URN, and trust for files of all.")],
    year: Annotated[str, typer.Option("--year", help="The academic year the files are of: 2023-24.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Take in the files of a past year, with that year's codes. Nobody is reminded or asked; the files stay where they are."""
    from pipelines import intake

    if not folder.is_dir():
        _stop(f"There is no folder {folder}.", UNUSABLE)
    with _sentences(), _intake_at_work(home) as store:
        receipts = intake.backfill(store, folder, year, dt.datetime.now(dt.UTC), lambda line: typer.echo(f"  {line}"))
    used = sum(receipt.accepted for receipt in receipts)
    typer.echo(f"{used} of {len(receipts)} files used for {year}. They count from the next refresh: equality refresh --home {home}")
    raise typer.Exit(0 if used == len(receipts) else FAILED)


@app.command("object")
def object_(
    urn: Annotated[str | None, typer.Option(help="For a member of staff: the academy whose staff number it is. Without it, a UPN.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Record a person's written objection: their special-category data counts as not known. Asks for the number; keeps a pseudonym only."""
    from pipelines import intake
    from pipelines.orchestration.opened import Opened

    with _sentences():
        opened = Opened.at(home)
        number = typer.prompt("Staff number" if urn else "UPN", hide_input=True)
        new = intake.record_objection(opened.home, opened.keys, opened.catalogue, number, urn)
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


@app.command()
def verify(
    release: Annotated[Path, typer.Argument(help="A release's folder, or its id in the home.")], home: HomeOption = DEFAULT_HOME
) -> None:
    """Whether a release is byte for byte what was judged and sealed."""
    from pipelines.release.verify import verify as problems_of

    with _sentences():
        folder = release if (release / "manifest.json").exists() else Home.existing(home).releases / release
        if not folder.is_dir():
            raise HomeError(f"There is no release {release}. List them with: equality release list --home {home}")
        problems = problems_of(folder)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(FAILED)
    typer.echo(f"{folder.resolve().name}: every file is as it was sealed.")


@app.command()
def ui(
    home: HomeOption = DEFAULT_HOME / "demo", port: Annotated[int, typer.Option(help="The web page's port, on this machine only.")] = 3000
) -> None:
    """Start Dagster's web server and daemon on loopback, with the schedule and the sensor on. Ctrl-C ends both."""
    from pipelines.orchestration.opened import Opened
    from pipelines.orchestration.refresh import serve

    with _sentences():
        raise typer.Exit(serve(Opened.at(home), port))


@releases.command("list")
def list_releases(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """The releases in the home, the current one marked."""
    from pipelines.release.release import listing

    with _sentences():
        found = listing(Home.existing(home))
    if as_json:
        typer.echo(json.dumps([vars(item) for item in found], default=str))
        return
    if not found:
        typer.echo("No release yet.")
    for item in found:
        standing = "  current" if item.current else f"  withdrawn: {item.withdrawn}" if item.withdrawn else ""
        typer.echo(f"{item.id}  {item.period}{standing}")


@releases.command("make")
def make_release(home: HomeOption = DEFAULT_HOME, today: TodayOption = None) -> None:
    """Release the draft now, if calendar, approvals and judges allow it."""
    from pipelines.home.lock import hold
    from pipelines.orchestration import steps
    from pipelines.orchestration.opened import Opened

    with _sentences():
        opened = Opened.at(home)
        hold(opened.home)
        outcome = steps.release_if_due(opened, _day(today) or dt.datetime.now(dt.UTC).date())
    typer.echo(f"Released {outcome.id}." if outcome.id else outcome.reason)
    raise typer.Exit(0 if outcome.id else FAILED)


@releases.command("held")
def held_figures(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Figures of the draft that are held back because, beside an earlier release, they would tell who joined or left.

    For your own eyes: the list is not part of any release. Each can wait for the next release, when more people have moved; or the
    earlier release can be withdrawn by decision, which does not call back what was downloaded.
    """
    from pipelines.orchestration import steps
    from pipelines.orchestration.opened import Opened

    with _sentences():
        found = steps.held(Opened.at(home))
    if as_json:
        typer.echo(json.dumps(found))
        return
    for item in found:
        typer.echo(f"{item['period']}  {steps.place_in_words(item)}\n    {item['reason']}")
    if found:
        releases_named = sorted({item["earlier_release"] for item in found})
        typer.echo(f"\n{len(found)} figures held. Wait for the next release: they are shown once enough people have moved. Or withdraw the")
        typer.echo(f"earlier release ({', '.join(releases_named)}): equality release withdraw ID --why ... --by ... --home {home}")
        typer.echo(CANNOT_BE_CALLED_BACK)
    else:
        typer.echo("Nothing is held because of an earlier release.")


@releases.command("withdraw")
def withdraw_release(
    release: Annotated[str, typer.Argument(help="The id of the release, as `equality release list` shows it.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the audit log and for everyone who lists the releases.")],
    by: Annotated[str, typer.Option("--by", help="Who decides it.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Decide that a release no longer stands. What was downloaded cannot be called back.

    Readers are pointed to the latest release that stands. The withdrawn one stays on disk for audit, is written in the audit log, and
    new figures are no longer protected against it: whoever kept a copy can still compare. A corrected release of the same period needs
    a later `release_from` in the calendar.
    """
    from pipelines.home.lock import hold
    from pipelines.release.release import withdraw

    with _sentences():
        place = Home.existing(home)
        hold(place)
        current = withdraw(place, release, why, by, dt.datetime.now(dt.UTC))
    typer.echo(f"Withdrew {release}. {CANNOT_BE_CALLED_BACK}")
    typer.echo(f"Readers now see {current}." if current else "Readers now see no release.")
    typer.echo(f"New figures are no longer protected against it from the next refresh: equality refresh --home {home}")


def _refresh(opened: Opened, today: dt.date | None) -> None:
    from pipelines.orchestration.refresh import refresh as run

    started, screen = time.monotonic(), sys.stdout
    done = run(opened, today, lambda line: typer.echo(f"  {line}", file=screen))
    if not done.ok:
        stopped = "; ".join(failure.rstrip(".") for failure in done.failed)
        _stop(f"Stopped at {stopped}. The draft and the releases are as they were. What was said: {opened.log}", FAILED)
    took = f"Refreshed in {time.monotonic() - started:.0f} s."
    typer.echo(took if done.changed else "Nothing new since the last refresh; nothing was started.")


def _where(opened: Opened) -> None:
    home = opened.home
    typer.echo(f"\nBoard report  {home.releases / 'current' / 'reports' / 'board.html'}")
    typer.echo(f"Receipts      {home.receipts}")
    typer.echo(f"Marts         {home.releases / 'current' / 'marts'}")


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise HomeError(f"{text!r} is not a day. Write it as 2026-10-01.") from None


def _print_table(title: str, table: Any) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(*[str(name).replace("_", " ") for name in table.columns], title=title, title_justify="left", box=SIMPLE_HEAD)
    for row in table.itertuples(index=False):
        shown.add_row(*["" if value is None or value != value else str(value) for value in row])
    Console(width=max(120, shutil.get_terminal_size().columns)).print(shown)


@contextmanager
def _sentences() -> Iterator[None]:
    """A known trouble ends in a sentence and exit code 2, never in a traceback."""
    from pipelines.catalogue import CatalogueError

    try:
        yield
    except (HomeError, CatalogueError) as trouble:
        _stop(str(trouble), UNUSABLE)


def _stop(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    sys.exit(code)

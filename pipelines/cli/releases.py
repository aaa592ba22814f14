"""Verbs about what was released: list, make, approve, held, withdraw, verify."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import DEFAULT_HOME, FAILED, HomeOption, JsonOption, TodayOption, as_day, sentences
from pipelines.home import Home, HomeError

app = typer.Typer()
releases = typer.Typer(no_args_is_help=True, help="What was released, and releasing.")
app.add_typer(releases, name="release")
CANNOT_BE_CALLED_BACK = "What was downloaded of a release cannot be called back: whoever kept a copy can still compare it with new figures."


@releases.command("list")
def list_releases(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """The releases in the home, the current one marked."""
    from pipelines.release.release import listing

    with sentences():
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

    with sentences():
        opened, now = Opened.at(home), dt.datetime.now(dt.UTC)
        hold(opened.home)
        outcome = steps.release_if_due(opened, as_day(today) or now.date(), now)
    typer.echo(f"Released {outcome.id}." if outcome.id else outcome.reason)
    raise typer.Exit(0 if outcome.id else FAILED)


@releases.command("approve")
def approve_release(
    release: Annotated[str, typer.Argument(help="What the draft would be called, as `equality release make` says. Look at it first.")],
    by: Annotated[str | None, typer.Option("--by", help="Who approves, where it is not whose login this is.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Approve the draft, as it lies there now, to be released. Who made it cannot, and nobody counts twice; a draft that changes needs it anew.

    Approved is exactly that draft, by name, in the audit log. The program knows logins, not people: see docs/copies.md.
    """
    from pipelines.home.account import account
    from pipelines.home.lock import hold
    from pipelines.orchestration.opened import Opened
    from pipelines.release.approvals import approve

    with sentences():
        place = Opened.at(home).home
        hold(place)
        approve(place, release, by or account(), account(), dt.datetime.now(dt.UTC))
    typer.echo(f"Approved {release} as {by or account()}. It is released by the next refresh, or by: equality release make --home {home}")


@releases.command("held")
def held_figures(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Figures of the draft that are held back because, beside an earlier release, they would tell who joined or left.

    For your own eyes: the list is not part of any release. Each can wait for the next release, when more people have moved; or the
    earlier release can be withdrawn by decision, which does not call back what was downloaded.
    """
    from pipelines.orchestration import steps
    from pipelines.orchestration.opened import Opened

    with sentences():
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

    with sentences():
        place = Home.existing(home)
        hold(place)
        current = withdraw(place, release, why, by, dt.datetime.now(dt.UTC))
    typer.echo(f"Withdrew {release}. {CANNOT_BE_CALLED_BACK}")
    typer.echo(f"Readers now see {current}." if current else "Readers now see no release.")
    typer.echo(f"New figures are no longer protected against it from the next refresh: equality refresh --home {home}")


@app.command()
def verify(
    release: Annotated[Path, typer.Argument(help="A release's folder, or its id in the home.")],
    home: HomeOption = DEFAULT_HOME,
    key: Annotated[Path | None, typer.Option("--key", help="The trust's public key, where the home is not at hand.")] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Accept a release without a signature, made before they had one.")] = False,
) -> None:
    """Whether a release is byte for byte what was judged and sealed, and signed by this trust."""
    from pipelines.home.signing import public_keys, read_public
    from pipelines.release.bundle import SIGNATURE
    from pipelines.release.signature import Signed, signed
    from pipelines.release.verify import verify as problems_of

    with sentences():
        folder = release if (release / "manifest.json").exists() else Home.existing(home).releases / release
        if not folder.is_dir():
            raise HomeError(f"There is no release {release}. List them with: equality release list --home {home}")
        trusted = (read_public(key),) if key else public_keys(Home.at(home))
        if not trusted and not unsigned and (folder / SIGNATURE).exists():
            raise HomeError("A signature is worth what its key is. Name the trust's public key with --key, or its home with --home.")
        problems = problems_of(folder)
        found = signed(folder, trusted) if (folder / "manifest.json").is_file() else Signed.NOT
    if not (found is Signed.HERE or (found is Signed.NOT and unsigned)):
        problems.append(found.value)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(FAILED)
    typer.echo(f"{folder.resolve().name}: every file is as it was sealed{', signed by this trust' if found is Signed.HERE else ''}.")
    if found is Signed.NOT:
        typer.echo(found.value[0].upper() + found.value[1:] + ".")

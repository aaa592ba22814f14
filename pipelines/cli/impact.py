"""Verbs about equality impact assessments: new, look, freeze, verify, list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.common import DEFAULT_HOME, FAILED, HomeOption, sentences
from pipelines.home import Home
from pipelines.home.account import account
from pipelines.home.whole import write_whole

app = typer.Typer(no_args_is_help=True, help="Equality impact assessments: chosen before looking, frozen as evidence.")
Identity = Annotated[str, typer.Argument(help="Name of the assessment, as: equality eia list")]
Many = list[str]


@app.command("new")
def new(
    decision: Annotated[str, typer.Argument(help="What is to be decided, such as 'New behaviour policy'.")],
    measure: Annotated[Many, typer.Option(help="A measure of the catalogue; may be given several times.")],
    characteristic: Annotated[Many, typer.Option(help="A characteristic of the catalogue; may be given several times.")],
    lead: Annotated[str, typer.Option(help="Who leads the assessment.")],
    reviewer: Annotated[str, typer.Option(help="Who will review it: somebody else.")],
    academy: Annotated[Many | None, typer.Option(help="URN of an academy concerned; the trust is always looked at.")] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Choose what to look at, before looking: the choice is recorded with its hash in the audit log."""
    from pipelines.catalogue import load
    from pipelines.release import impact

    with sentences():
        place, now = Home.existing(home), dt.datetime.now(dt.UTC)
        choice = impact.Choice(
            id=impact.identifier(decision, now.date()),
            decision=decision,
            measures=tuple(dict.fromkeys(measure)),
            characteristics=tuple(dict.fromkeys(characteristic)),
            academies=tuple(dict.fromkeys(academy or ())),
            lead=lead,
            reviewer=reviewer,
            chosen_on=now.date(),
        )
        folder = impact.choose(place, load(place.trust), choice, account(), now)
    typer.echo(f"Recorded {choice.id}. Say who is affected and what will be done in {folder / impact.ASSESSMENT}")
    typer.echo(f"See the evidence with: equality eia look {choice.id} --home {place.root}")


@app.command("look")
def look(identity: Identity, home: HomeOption = DEFAULT_HOME) -> None:
    """Write the page as it would be frozen now, and say what still needs an answer."""
    from pipelines.release import impact

    with sentences():
        place = Home.existing(home)
        found = impact.look(place, identity)
        page = place.impact / identity / "look.html"
        write_whole(page, _page(place)(found, place.releases / found.release / "marts").encode())
    typer.echo(f"{len(found.gaps)} comparisons. Page: {page}")
    for missing in impact.unanswered(found):
        typer.echo(f"  needs an answer: {', '.join(missing)}")


@app.command("freeze")
def freeze(identity: Identity, home: HomeOption = DEFAULT_HOME) -> None:
    """Freeze the evidence, the answers and the review as one pack that can be verified for ever."""
    from pipelines.orchestration.opened import Opened
    from pipelines.release import impact
    from pipelines.reporting.pages.pdf import on_paper

    with sentences():
        place = Opened.at(home).home
        folder = impact.freeze(place, identity, _page(place), on_paper, account(), dt.datetime.now(dt.UTC))
    typer.echo(f"Frozen: {folder}")
    if not (folder / impact.PAPER).exists():
        typer.echo(f"Without {impact.PAPER}: this machine has no Pango, which sets the text of PDFs. The page in HTML is whole.")


@app.command("verify")
def verify(identity: Identity, home: HomeOption = DEFAULT_HOME) -> None:
    """Whether a frozen pack is still what was frozen; exit code 1 when it is not."""
    from pipelines.release import impact

    with sentences():
        problems = impact.verify(Home.existing(home), identity)
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo("It does not verify." if problems else "It is what was frozen.")
    raise typer.Exit(FAILED if problems else 0)


@app.command("list")
def listing(home: HomeOption = DEFAULT_HOME) -> None:
    """Every assessment and how far it is."""
    from pipelines.release import impact

    with sentences():
        found = impact.listing(Home.existing(home))
    for identity, state in found:
        typer.echo(f"{identity}  {state}")
    if not found:
        typer.echo("No assessment yet. Begin one with: equality eia new")


def _page(home: Home) -> Any:
    """The page of an assessment in the trust's own look."""
    from pipelines.catalogue import load
    from pipelines.release.manifest import read
    from pipelines.reporting.pages.frame import Context
    from pipelines.reporting.pages.impact import impact_page

    brand = load(home.trust).brand

    def page(found: Any, marts: Path) -> str:
        said = {**found.choice.model_dump(mode="json"), **found.assessment.model_dump(mode="json"), "release": found.release}
        manifest = read(marts.parent)
        limits = {name: manifest.policy[name] for name in ("threshold", "few_below")}
        context = Context(period=manifest.period, made_up=manifest.made_up, **limits)
        return impact_page(found.cells, found.gaps, marts, brand, context, said)

    return page

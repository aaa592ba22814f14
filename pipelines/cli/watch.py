"""The verb that tells from outside whether the line still runs, and writes to the office."""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import Annotated

import typer

from pipelines.cli.common import DEFAULT_HOME, FAILED, HomeOption, JsonOption, sentences
from pipelines.home import Home

app = typer.Typer()


@app.command()
def watch(
    home: HomeOption = DEFAULT_HOME,
    mail: Annotated[bool, typer.Option("--mail/--no-mail", help="Write to the office, at most once a day.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Say how old the release and the last refresh are, and what somebody has to see to. Run it from a timer, apart from Dagster.

    Ends with 1 when the line is silent: a refresh failed, or the release or the last refresh is older than trust/watch.yml allows.
    """
    from pipelines import intake
    from pipelines.catalogue import load
    from pipelines.orchestration.watch import look

    os.umask(0o077)
    with sentences():
        place, now = Home.existing(home), dt.datetime.now(dt.UTC)
        catalogue = load(place.trust)
        found = look(place, catalogue, now)
        written = intake.send_digest(place, catalogue, found.faults, now) if mail else ""
    if as_json:
        typer.echo(json.dumps({"well": found.line_is_well, "age": found.age, "faults": [vars(fault) for fault in found.faults]}))
    else:
        for line in (found.age, *(fault.words for fault in found.faults), written):
            if line:
                typer.echo(line)
    raise typer.Exit(0 if found.line_is_well else FAILED)

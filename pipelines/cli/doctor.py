"""The verb that says what is wrong with a home, and how to mend it."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict

import typer

from pipelines.cli.common import DEFAULT_HOME, FAILED, HomeOption, JsonOption, sentences
from pipelines.home import Home

app = typer.Typer()


@app.command()
def doctor(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Look whether the home and the machine are as they should be, and say what to do. Changes nothing. 0: all well, 1: something to mend."""
    with sentences():
        from pipelines.orchestration.doctor import Finding, examine

        found = examine(Home.existing(home), dt.datetime.now(dt.UTC))
        mask = os.umask(0o077)  # the command line sets it before anything else; this tells that it did
        found.append(Finding("umask", f"what this command line makes has umask {mask:03o}", "" if mask == 0o077 else "Report this fault."))
    ill = [item for item in found if not item.well]
    if as_json:
        typer.echo(json.dumps({"well": not ill, "findings": [{**asdict(item), "well": item.well} for item in found]}, indent=2))
    else:
        wide = max(len(item.subject) for item in found)
        for item in found:
            typer.echo(f"{'✓' if item.well else '✗'}  {item.subject:<{wide}}  {item.says}")
            if not item.well:
                typer.echo(f"   {'':<{wide}}  -> {item.mend}")
        typer.echo(f"\n{'All is well.' if not ill else f'{len(ill)} to mend.'}")
    raise typer.Exit(FAILED if ill else 0)

"""The verb that tries out what is promised of safety and endurance."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.common import FAILED, UNUSABLE, JsonOption, print_table, sentences, stop

if TYPE_CHECKING:
    from pipelines.drills.promise import Tried

app = typer.Typer()
SHOWN = {True: "holds", False: "BROKEN", None: "not tried"}


@app.command()
def drill(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers of promises; all of them where none is given.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Every case (hours), not a sample of each (minutes).")] = False,
    seed: Annotated[int, typer.Option(help="Another seed draws another sample.")] = 0,
    listing: Annotated[bool, typer.Option("--list", help="Say what is promised, and try nothing.")] = False,
    as_json: JsonOption = False,
    keep: Annotated[
        Path | None, typer.Option(help="A folder for texts that a person would have got, such as the digests of 30 nights.")
    ] = None,
    scratch: Annotated[Path | None, typer.Option(help="A folder with room for made-up trusts; the system's own otherwise.")] = None,
) -> None:
    """Try out the promises of safety and endurance on this machine, with made-up people in a scratch folder."""
    from pipelines.drills.promise import attempts
    from pipelines.drills.promises import PROMISES
    from pipelines.drills.scene import Scene

    unknown = sorted(set(numbers or ()) - PROMISES.keys())
    if unknown:
        stop(f"There is no promise {', '.join(map(str, unknown))}. See: equality drill --list", UNUSABLE)
    chosen = [PROMISES[number] for number in (sorted(set(numbers or ())) or PROMISES)]
    if listing:
        for promise in chosen:
            typer.echo(f"{promise.number:>3}  {promise.text}")
        return
    with sentences(), tempfile.TemporaryDirectory(prefix="equality-drill-", dir=scratch) as folder:
        scene = Scene(Path(folder), full, seed, lambda line: print(f"  {line}", file=sys.stderr, flush=True), keep)
        tried = list(attempts(chosen, scene))
    if as_json:
        typer.echo(json.dumps([_plain(one) for one in tried], indent=2, ensure_ascii=False))
    else:
        import pandas as pd

        rows = [
            {"no": one.promise.number, "promise": one.promise.text, "cases": len(one.cases), "failed": len(one.failed),
             "seconds": round(one.seconds), "": SHOWN[one.passed], "note": one.cannot or "; ".join(case.name for case in one.failed)}
            for one in tried
        ]  # fmt: skip
        print_table("Promises", pd.DataFrame(rows))
    if any(one.passed is False for one in tried):
        sys.exit(FAILED)


def _plain(tried: Tried) -> dict[str, Any]:
    return {
        "promise": tried.promise.number,
        "text": tried.promise.text,
        "passed": tried.passed,
        "not_tried": tried.cannot,
        "cases": len(tried.cases),
        "failed": [{"case": case.name, "note": case.note} for case in tried.failed],
        "seconds": round(tried.seconds, 1),
    }

"""The verb that brings figures published elsewhere up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.common import DEFAULT_HOME, UNUSABLE, HomeOption, note, sentences, stop

app = typer.Typer()


@app.command("benchmarks")
def benchmarks(
    file: Annotated[Path, typer.Argument(help="A file of published figures, such as that of the Local Authority Interactive Tool (CSV).")],
    area: Annotated[
        list[str], typer.Option(help="England, a region or a local authority, as the file spells it; may be given several times.")
    ],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Take figures of England, a region or an authority out of a published file into trust/benchmarks.csv.

    Figures of the same measure, group, area and year replace those that were there; nothing else changes. Refresh afterwards.
    """
    from pipelines.catalogue import benchmarks as published
    from pipelines.catalogue.load import published_files
    from pipelines.home import Home
    from pipelines.home.whole import write_whole

    with sentences():
        place = Home.existing(home)
    target, found, problems = place.trust / published.FILE, None, []
    for known in published_files().values():
        try:
            found = published.read(file, known, area)
            break
        except (published.NotPublished, OSError, ValueError) as problem:
            problems.append(str(problem))
    if found is None:
        stop(f"No figures were taken. {' '.join(problems)}", UNUSABLE)
    missing = sorted(set(area) - set(found["geography"]))
    if missing:
        stop(f"The file has no figures of {', '.join(missing)} for any measure of ours. Nothing was changed.", UNUSABLE)
    table = published.laid_over(published.stored(target), found)
    write_whole(target, table.to_csv(index=False).encode())
    with sentences():
        note(place, f"took {len(found)} published figures into {published.FILE}")
    years = f"{found['period'].min()} to {found['period'].max()}"
    typer.echo(f"{len(found)} figures of {', '.join(area)}, {years}, in {target}. Next: equality refresh --home {place.root}")

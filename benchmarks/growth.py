"""How time and memory grow with academies, years, pupils and cells: ``python -m benchmarks.growth [--academies 2 5 10 25 --years 1 3 5]``.

Each size is one first refresh of a trust that sends everything it has. Prints a table, and draws it beside the other pictures of the project.
A straight line through the smallest and the largest would be growth in proportion; whatever bends upwards grows faster.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from benchmarks.refreshing import PROTECT, refreshed
from benchmarks.workloads import Workload
from pipelines.home import Home

PICTURE = Path(__file__).parents[1] / "docs" / "growth.svg"
ACADEMIES, YEARS = (2, 5, 10, 25), (1, 3, 5)
FEW = 5
"""Academies of the trust whose years are counted."""
LAST = 2026
COLOURS = {"whole": "#1d3a5f", "the rest": "#1b5e9b", "protect": "#b4501e", "attack": "#8a6d00"}
FONT = "system-ui, sans-serif"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--academies", type=int, nargs="*", default=ACADEMIES)
    parser.add_argument("--years", type=int, nargs="*", default=YEARS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    parser.add_argument("--folder", type=Path, help="where the trusts are made; a temporary folder otherwise")
    given = parser.parse_args()
    sizes = list(dict.fromkeys([*((number, 1) for number in given.academies), *((FEW, number) for number in given.years)]))
    rows = []
    with tempfile.TemporaryDirectory(dir=given.folder) as temporary:
        for academies, years in sizes:
            rows.append(size(Path(temporary) / "home", academies, years, given.seed))
            print(f"{academies} academies, {years} years: {rows[-1]['whole']:.1f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    print("\n".join(table(rows)))
    given.picture.write_text(picture(pd.DataFrame(rows)), "utf-8")


def size(folder: Path, academies: int, years: int, seed: int) -> dict[str, Any]:
    """One refresh of a trust of that size, measured; the folder is removed."""
    periods = tuple(f"{year}-{(year + 1) % 100:02d}" for year in range(LAST - years, LAST))
    workload, home = Workload(academies, periods), Home.at(folder)
    made = workload.make(home, seed)
    pupils = sum(len(tables["pupils"]) for tables in made.tables.values())
    done = refreshed(home, workload.today)
    said = json.loads((home.draft / "manifest.json").read_bytes())["disclosure"]
    shutil.rmtree(folder)
    apart = {name: done.stages[name] for name in (PROTECT, "attack")}
    return {
        "academies": academies,
        "years": years,
        "pupils": pupils,
        "cells": said["cells"],
        "hidden": said["cells_hidden"],
        "whole": done.seconds,
        "the rest": done.seconds - sum(apart.values()),
        **apart,
        "memory": done.memory,
    }


def table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The measurements as lines of Markdown."""
    names = list(rows[0])
    return [
        f"| {' | '.join(names)} |",
        f"|{'--:|' * len(names)}",
        *(f"| {' | '.join(f'{row[name]:,.1f}' if isinstance(row[name], float) else f'{row[name]:,}' for name in names)} |" for row in rows),
    ]


def picture(rows: pd.DataFrame) -> str:
    """Seconds above and memory below, against academies (of one year), years (of few academies), pupils and cells, as SVG.

    Against pupils and cells stand trusts of both kinds, which no line joins.
    """
    import vl_convert

    of_one_year, of_few = rows[rows["years"] == 1], rows[rows["academies"] == FEW]
    columns = [
        ("academies", "academies, one year", of_one_year),
        ("years", f"years, {FEW} academies", of_few),
        ("pupils", "pupils in all years", rows),
        ("cells", "cells", rows),
    ]
    seconds = [_panel(part, against, title, ("whole", "the rest", "protect", "attack"), "seconds") for against, title, part in columns]
    memory = [_panel(part, against, title, ("memory",), "peak memory, MB") for against, title, part in columns]
    chart = alt.vconcat(alt.hconcat(*seconds), alt.hconcat(*memory)).configure(font=FONT, background="white")
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    return str(vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=version, allowed_base_urls=[]))


def _panel(rows: pd.DataFrame, against: str, title: str, names: Sequence[str], unit: str) -> alt.Chart:
    long = rows.sort_values(against).melt(id_vars=[against], value_vars=list(names), var_name="what", value_name="value")
    colour = alt.Color("what:N", title=None, scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())))
    panel: alt.Chart = (
        alt.Chart(long)
        .mark_line(point=True, strokeWidth=2 if against in ("academies", "years") else 0)
        .encode(
            x=alt.X(f"{against}:Q", title=title, scale=alt.Scale(zero=True)),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=True)),
            color=colour if len(names) > 1 else alt.value(COLOURS["whole"]),
        )
        .properties(width=180, height=150)
    )
    return panel


if __name__ == "__main__":
    main()

"""What earlier releases have already told the world, as one frame: the next judge must hold it against the new figures."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq

from pipelines.home import Home
from pipelines.release.bundle import MARTS
from pipelines.release.manifest import Manifest, read
from pipelines.release.release import standing

CELL = {
    "population": "str", "period": "str", "area_level": "str", "area_code": "str", "measure": "str",
    "characteristic": "str", "group_code": "str", "cross_characteristic": "str", "cross_group_code": "str",
    "numerator": "Int64", "denominator": "Int64", "value": "float64", "low": "float64", "high": "float64", "sd": "float64",
    "status": "str",
}  # fmt: skip
RELEASED = {"release": "str", "release_from": "str", "rounded": "bool", **CELL}


def released_cells(home: Home) -> pd.DataFrame:
    """Every cell of every release that stands: the columns of CONTRACT.md, ``release`` (its id), ``release_from`` and ``rounded`` (its
    numbers are multiples of a base, not the counts), by period and date of release. Withdrawn releases are left out.

    Which files to read is told by each manifest, never by what lies in the folder; a mart counts if it has the columns of a cell.
    """
    frames = [pd.DataFrame(columns=list(RELEASED))]
    for release in standing(home):
        folder = home.releases / release.id
        manifest = read(folder)
        for path in sorted(manifest.files):
            if path.startswith(f"{MARTS}/") and set(CELL) <= set(pq.read_schema(folder / path).names):
                rows = pd.read_parquet(folder / path, columns=list(CELL))
                rounded = _rounded(manifest, rows["population"])
                frames.append(rows.assign(release=release.id, release_from=str(release.release_from or ""), rounded=rounded))
    return pd.concat([frame[list(RELEASED)].astype(RELEASED) for frame in frames], ignore_index=True)


def _rounded(manifest: Manifest, population: pd.Series[str]) -> pd.Series[bool]:
    """Which rows a release printed rounded: none, all, or those of the populations that its manifest names."""
    said = manifest.disclosure.model_extra or {}
    named = said.get("rounded_populations")
    return population.isin(named) if named else pd.Series(bool(said.get("rounding")), index=population.index)

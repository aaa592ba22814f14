"""What earlier releases have already told the world, as one frame: the next judge must hold it against the new figures."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq

from pipelines.home import Home
from pipelines.release.bundle import MARTS
from pipelines.release.manifest import read
from pipelines.release.release import listing

CELL = {
    "population": "str", "period": "str", "area_level": "str", "area_code": "str", "measure": "str",
    "characteristic": "str", "group_code": "str", "cross_characteristic": "str", "cross_group_code": "str",
    "numerator": "Int64", "denominator": "Int64", "value": "float64", "low": "float64", "high": "float64", "sd": "float64",
    "status": "str",
}  # fmt: skip


def released_cells(home: Home) -> pd.DataFrame:
    """Every cell of every release: the columns of CONTRACT.md, ``release`` (its id) and ``release_from``, in the order of release.

    Which files to read is told by each manifest, never by what lies in the folder; a mart counts if it has the columns of a cell.
    """
    types = {"release": "str", "release_from": "str", **CELL}
    frames = [pd.DataFrame(columns=list(types))]
    for release in listing(home):
        folder = home.releases / release.id
        for path in sorted(read(folder).files):
            if path.startswith(f"{MARTS}/") and set(CELL) <= set(pq.read_schema(folder / path).names):
                rows = pd.read_parquet(folder / path, columns=list(CELL))
                frames.append(rows.assign(release=release.id, release_from=str(release.release_from or "")))
    return pd.concat([frame[list(types)].astype(types) for frame in frames], ignore_index=True)

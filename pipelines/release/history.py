"""What earlier releases have already told the world, as one frame: the next judge must hold it against the new figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def changes(
    home: Home, inputs: Iterable[tuple[str, str, str, str]], fingerprints: Mapping[str, str], titles: Mapping[str, str]
) -> pd.DataFrame:
    """Why a figure may be told otherwise than by a release that stands: ``release``, ``period``, ``why``, a row where something changed.

    ``inputs``: dataset, period, academy and hash of every file in use now; ``fingerprints`` of the catalogue and policy now; ``titles`` of the
    datasets. Which academy sent another file is not told.
    """
    now = set(inputs)
    rows = []
    for told in standing(home):
        manifest = read(home.releases / told.id)
        then = {(item.dataset, item.period, item.urn, item.sha256) for item in manifest.inputs}
        rules = {"all": "What is counted was declared anew.", "policy": "The disclosure policy was changed."}
        changed = [words for name, words in rules.items() if manifest.catalogue.get(name) != fingerprints.get(name)]
        for period in sorted({item[1] for item in then | now}):
            datasets = sorted({titles.get(item[0], item[0]) for item in then ^ now if item[1] == period})
            files = [f"Files were replaced, added or withdrawn: {', '.join(datasets)}."] if datasets else []
            if files or changed:
                rows.append((told.id, period, " ".join(files + changed)))
    return pd.DataFrame(rows, columns=["release", "period", "why"]).astype("str")


def _rounded(manifest: Manifest, population: pd.Series[str]) -> pd.Series[bool]:
    """Which rows a release printed rounded: none, all, or those of the populations that its manifest names."""
    said = manifest.disclosure.model_extra or {}
    named = said.get("rounded_populations")
    return population.isin(named) if named else pd.Series(bool(said.get("rounding")), index=population.index)

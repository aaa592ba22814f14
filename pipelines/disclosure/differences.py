"""Two populations of the same tables and the latent differences between them. What may be shown of either is decided elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.disclosure import naming
from pipelines.disclosure.relations import Geography, Space, places


def differences(links: pd.DataFrame, world: Geography) -> pd.DataFrame:
    """Latent statistics of two populations: who is only in the one, who only in the other.

    In a population that is declared `nested` nobody can stand outside its base, so its `only_here` is no secret and no unknown. Where
    `links` does not say, one of which nobody ever does is taken as nested: an intruder may suspect as much.
    """
    if links.empty:
        return pd.DataFrame()
    links = links.reset_index(drop=True)
    place = places(links, world)
    outside = links["only_here"].astype("Float64").fillna(0).to_numpy(float)
    never_outside = pd.Series(outside).groupby(links["population"]).transform("max") == 0
    nested = links["nested"].astype(bool) if "nested" in links else never_outside
    outsiders = links[nested.to_numpy(bool) & (outside > 0)]
    if len(outsiders):
        raise ValueError(f"A population that is declared nested has people outside its base: {naming.rows(outsiders)}.")
    found = []
    for kind, kept in (("only_here", ~nested.to_numpy()), ("only_base", np.ones(len(links), dtype=bool))):
        value = links[kind].astype("Float64").fillna(0).to_numpy(float)
        name = links["population"] + "|" + kind + ":" + links["base"]
        found.append(place.assign(family=name, kind=kind, value=value, n=value, published=False)[kept])
    return pd.concat(found, ignore_index=True)


def link_entries(
    links: pd.DataFrame,
    index: pd.Index[int],
    space: Space,
    start: int,
    value: np.ndarray,
) -> tuple[pd.DataFrame, int]:
    """n(population) + only_base = n(base) + only_here, wherever both counts are statistics."""
    empty = pd.DataFrame({"equation": [], "statistic": [], "coefficient": []})
    if links.empty:
        return empty, 0
    links = links.reset_index(drop=True)
    place = places(links, space.world)
    place["period"] = space.periods.get_indexer(pd.Index(place["period"]))

    def ids(names: pd.Series) -> np.ndarray:
        family = space.families.get_indexer(pd.Index(names))
        found = index.get_indexer(pd.Index(space.keys(place.assign(family=np.maximum(family, 0)))))
        return np.where(family >= 0, found, -1)

    here, base = ids(links["population"] + "|n"), ids(links["base"] + "|n")
    only_here = ids(links["population"] + "|only_here:" + links["base"])
    only_base = ids(links["population"] + "|only_base:" + links["base"])
    both = np.flatnonzero((here >= 0) & (base >= 0))
    number = pd.Series(start + np.arange(len(both)))
    found = []
    for column, sign in ((here, 1.0), (only_base, 1.0), (base, -1.0), (only_here, -1.0)):
        present = column[both] >= 0
        found.append(pd.DataFrame({"equation": number[present], "statistic": column[both][present], "coefficient": sign}))
    entries = pd.concat(found)
    balance = (entries["coefficient"] * value[entries["statistic"].astype(int)]).groupby(entries["equation"]).sum()
    off = balance.index[balance.abs() > 0.5].astype(int) - start
    if len(off):
        raise ValueError(f"Two populations and their difference contradict each other: {naming.rows(links.iloc[both[off]])}.")
    return entries, len(both)

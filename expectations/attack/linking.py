"""One linear system out of a release: statistics, their sums, complements and population differences. Solving it is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from expectations.attack.linear import UNBOUNDED, Bools, System
from expectations.attack.reading import PLACE, Release
from expectations.attack.relations import area_sums, complete, group_sums, period_sums
from expectations.attack.statistics import STATISTIC, key_of, statistics

COMPLEMENT = "comp:"
DIFFERENCE = "without:"
REACHED = "num:"


@dataclass(frozen=True)
class Linked:
    """``table`` names the unknown at each position of ``system`` (gaps in incomplete lines come after, unnamed).

    ``attacked`` marks what an intruder is after: hidden published statistics and every unpublished one. The first ``sums`` lines of the
    system are sums over groups, areas or periods.
    """

    table: pd.DataFrame
    system: System
    attacked: Bools
    sums: int


def link(release: Release, earlier: pd.DataFrame | None = None) -> Linked:
    """The linked system of a release; ``earlier`` is a table of statistics known from releases before it."""
    table = statistics(release)
    if earlier is not None:
        table = _with_earlier(table, earlier)
    table = complete(table, release.groups, release.areas)
    sums = [group_sums(table, release.groups), area_sums(table, release.areas), period_sums(table, release.periods)]
    lines = pd.concat(_numbered(sums), ignore_index=True)
    complements = _complements(table)
    differences = _differences(table, nested(release.populations))
    extra = pd.concat([complements, differences], ignore_index=True)
    named = pd.concat([table, extra[[*STATISTIC, "lower", "upper", "hidden"]]], ignore_index=True)
    system = _system(named, lines, extra, first_extra=len(table))
    fixed = (named["upper"] - named["lower"] < 0.5).to_numpy(dtype=bool)
    return Linked(named, system, ~fixed, system.matrix.shape[0] - len(extra))


def nested(populations: pd.DataFrame) -> dict[str, str]:
    """Sub-population to base, where the reference table declares that everyone in the one is in the other (column ``nested``)."""
    if "nested" not in populations.columns:
        return {}
    declared = populations[populations["nested"].fillna(False).astype(bool) & (populations["base"] != "")]
    return dict(zip(declared["population"], declared["base"], strict=True))


def _with_earlier(table: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """``table`` with what earlier releases printed for statistics that this one hides, and the statistics that only they have."""
    both = pd.concat([table.assign(turn=0), earlier.assign(turn=1)], ignore_index=True)
    both["open"] = both["upper"] - both["lower"] > 0.5
    # The newest printed number wins; a hidden one is replaced by any printed before.
    both = both.sort_values(["open", "turn"], kind="stable").drop_duplicates(STATISTIC)
    return both.drop(columns=["turn", "open"]).sort_values(STATISTIC, kind="stable").reset_index(drop=True)


def _complements(table: pd.DataFrame) -> pd.DataFrame:
    """For each rate: those who did not reach it. Columns of a statistic plus ``whole`` and ``part``, positions in ``table``."""
    reached = table["family"].str.startswith(REACHED).to_numpy(dtype=bool)
    rates = table.loc[reached, STATISTIC].assign(part=np.flatnonzero(reached))
    rates["family"] = COMPLEMENT + rates["family"].str.removeprefix(REACHED)
    return _of_whole(rates, table)


def _differences(table: pd.DataFrame, bases: dict[str, str]) -> pd.DataFrame:
    """For each nested population: those of the base who are not in it, at every place where both are counted."""
    nested_ones = ((table["family"] == "n") & table["population"].isin(list(bases))).to_numpy(dtype=bool)
    rows = table.loc[nested_ones, STATISTIC].assign(part=np.flatnonzero(nested_ones))
    rows = rows.assign(family=DIFFERENCE + rows["population"], population=rows["population"].map(bases))
    return _of_whole(rows, table)


def _of_whole(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """``rows`` with the position of how many people there are at their place, as unknowns; rows without such a number are left out."""
    people = np.flatnonzero(table["family"] == "n")
    positions = pd.Series(people, index=key_of(table.iloc[people], PLACE))
    rows = rows.assign(whole=key_of(rows, PLACE).map(positions), lower=0.0, upper=np.inf, hidden=False)
    return rows[rows["whole"].notna()].astype({"whole": "int64"})


def _numbered(ties: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """The lines of several tables numbered one after the other."""
    first, out = 0, []
    for table in ties:
        out.append(table.assign(line=table["line"] + first))
        first += int(table["line"].max() + 1) if len(table) else 0
    return out


def _system(named: pd.DataFrame, lines: pd.DataFrame, extra: pd.DataFrame, first_extra: int) -> System:
    """Equations: total - parts (- gap) = 0 for each line; whole - part - extra = 0 for each complement and difference."""
    heads = lines.drop_duplicates("line")
    gaps = heads.loc[heads["gap"], "line"].to_numpy()
    count = int(lines["line"].max() + 1) if len(lines) else 0
    positions = np.arange(len(extra))
    rows: list[Any] = [heads["line"], lines["line"], gaps, *([count + positions] * 3)]
    columns: list[Any] = [
        heads["total"], lines["part"], len(named) + np.arange(len(gaps)),
        extra["whole"], extra["part"], first_extra + positions,
    ]  # fmt: skip
    signs = [1.0, -1.0, -1.0, 1.0, -1.0, -1.0]
    data = np.concatenate([np.full(len(part), sign) for part, sign in zip(rows, signs, strict=True)])
    shape = (count + len(extra), len(named) + len(gaps))
    where = (np.concatenate([np.asarray(part) for part in rows]).astype(int), np.concatenate(columns).astype(int))
    lower = np.concatenate([named["lower"].to_numpy(float), np.zeros(len(gaps))])
    upper = np.concatenate([named["upper"].to_numpy(float), np.full(len(gaps), np.inf)])
    matrix = sparse.csr_matrix((data, where), shape=shape)
    return System(matrix, np.zeros(shape[0]), lower, np.minimum(upper, UNBOUNDED))

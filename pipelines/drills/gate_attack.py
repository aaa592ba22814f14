"""An attack by whoever stands at the gate: which groups of the few who joined or left an academy follow from two publications.

Written straight from the definition, by linear programming over everything printed, apart from the product: it imports nothing of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import linprog

CELL = ["area_level", "area_code", "characteristic", "group_code"]
SIDES = ("joined", "left")


class World:
    """Every filling of the unknown counts that a reader must think possible: named columns, and equations between them."""

    def __init__(self) -> None:
        self.names: dict[tuple[object, ...], int] = {}
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.rows: list[tuple[list[int], list[float], float]] = []

    def column(self, name: tuple[object, ...], lower: float, upper: float = np.inf) -> None:
        self.names[name] = len(self.lower)
        self.lower.append(lower)
        self.upper.append(upper)

    def equation(self, terms: list[tuple[tuple[object, ...], float]], right: float = 0.0) -> None:
        self.rows.append(([self.names[name] for name, _ in terms], [sign for _, sign in terms], right))

    def certain(self, wanted: list[int]) -> np.ndarray:
        """Which wanted columns have one possible value. Random directions first: what moves under one is not certain."""
        entries = [(row, column, value) for row, (ids, signs, _) in enumerate(self.rows) for column, value in zip(ids, signs, strict=True)]
        row, column, value = (np.array(part) for part in zip(*entries, strict=True))
        matrix = sp.csr_matrix((value, (row, column)), shape=(len(self.rows), len(self.lower)))
        bounds = np.column_stack([self.lower, self.upper])

        def corner(cost: np.ndarray) -> np.ndarray:
            found = linprog(cost, A_eq=matrix, b_eq=[right for *_, right in self.rows], bounds=bounds, method="highs")
            if found.status == 3:  # no end in this direction
                return np.full(len(cost), np.nan)
            if found.status != 0:
                raise ValueError("The publications contradict each other.")
            return np.asarray(found.x)

        draw = np.random.default_rng(0)
        seen = [corner(np.where(np.isin(np.arange(len(bounds)), wanted), draw.random(len(bounds)) - 0.3, 0.0)) for _ in range(4)]
        low, high = np.nanmin(seen, axis=0), np.nanmax(seen, axis=0)
        found = []
        for target in wanted:
            if not high[target] - low[target] > 0.01:
                cost = np.zeros(len(bounds))
                cost[target] = 1.0
                ends = [corner(sign * cost)[target] for sign in (1.0, -1.0)]
                low[target], high[target] = np.nanmin([low[target], ends[0]]), np.inf if np.isnan(ends[1]) else max(high[target], ends[1])
            found.append(high[target] - low[target] < 0.01)
        return np.array(found, dtype=bool)


def isolated(versions: list[pd.DataFrame], moves: list[pd.DataFrame], groups: pd.DataFrame, zeros_shown: bool, k: int) -> pd.DataFrame:
    """The joiners and leavers of academies, 1..k-1 in a group, whose number is certain.

    versions: counts as columns CELL, people, printed; each follows the one before. moves: per step CELL, joined, left. The totals that
    joined and left an area, by characteristic, are known to this reader.
    """
    world = World()
    for at, version in enumerate(versions):
        for cell, people, printed in _rows(version, "people", "printed"):
            world.column((at, *cell), people if printed else float(zeros_shown and people > 0), people if printed else np.inf)
        _sums(world, at, version, groups)
    small, where = [], []
    for at, step in enumerate(moves):
        for cell, joined, left in _rows(step, *SIDES):
            for side, people in zip(SIDES, (joined, left), strict=True):
                world.column((at, side, *cell), 0.0)
                if cell[0] == "academy" and cell[2] != "all" and 1 <= people < k:
                    small.append(world.names[at, side, *cell])
                    where.append((at, side, *cell))
            world.equation([((at + 1, *cell), 1.0), ((at, *cell), -1.0), ((at, "joined", *cell), -1.0), ((at, "left", *cell), 1.0)])
        for _, part in step.groupby(CELL[:3]):
            for side in SIDES:
                names = [(at, side, *cell) for cell in part[CELL].itertuples(index=False, name=None)]
                world.equation([(name, 1.0) for name in names], float(part[side].sum()))
    found = world.certain(small) if small else np.zeros(0, dtype=bool)
    return pd.DataFrame(where, columns=["step", "side", *CELL])[found]


def _rows(frame: pd.DataFrame, *names: str):  # type: ignore[no-untyped-def]
    for row in frame[[*CELL, *names]].itertuples(index=False, name=None):
        yield row[:4], *row[4:]


def _sums(world: World, at: int, version: pd.DataFrame, groups: pd.DataFrame) -> None:
    """Groups add up to the group above, academies to the trust."""
    above = groups.set_index(["characteristic", "group_code"])[["parent_characteristic", "parent_group_code"]]
    parts = version.join(above, on=["characteristic", "group_code"])
    parts = parts[parts["parent_characteristic"] != ""]
    for keys, part in parts.groupby([*CELL[:2], "parent_characteristic", "parent_group_code", "characteristic"]):
        names = [(at, *cell) for cell in part[CELL].itertuples(index=False, name=None)]
        world.equation([((at, *keys[:4]), 1.0), *((name, -1.0) for name in names)])
    for keys, part in version[version["area_level"] == "academy"].groupby(CELL[2:]):
        names = [(at, *cell) for cell in part[CELL].itertuples(index=False, name=None)]
        world.equation([((at, "trust", "T", *keys), 1.0), *((name, -1.0) for name in names)])

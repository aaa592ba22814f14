"""Random trusts as tables of figures: invented people counted in every way that a release counts them, and releases made from them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from expectations.attack.reading import CELL, Disclosure, Release, canonical
from pipelines.disclosure import Policy, Protected, protect

MINORS = {"A1": "A", "A2": "A", "B1": "B", "W1": "W", "W2": "W"}
GROUPS = {"sex": ("F", "M", "U"), "fsm": ("N", "Y"), "ethnicity_major": ("A", "B", "W"), "ethnicity": tuple(MINORS)}
SHAPES = [("all", "all"), *((name, "all") for name in GROUPS), ("fsm", "sex")]
MEASURES = pd.DataFrame(
    [
        ("headcount", "headcount", False, np.nan, np.nan),
        ("absent", "rate", False, np.nan, np.nan),
        ("excluded", "rate", True, np.nan, np.nan),
        ("score", "mean", False, 0.0, 100.0),
    ],
    columns=["measure", "kind", "sensitive", "scale_min", "scale_max"],
)
PERIOD = "2025-26"
PLACE = ["area_level", "area_code", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]


@dataclass(frozen=True)
class Figures:
    """What :func:`pipelines.disclosure.protect` is given. ``cells``: one row per figure with its true numbers; the rest declares them."""

    cells: pd.DataFrame
    groups: pd.DataFrame
    areas: pd.DataFrame
    measures: pd.DataFrame = field(default_factory=lambda: MEASURES)

    @property
    def populations(self) -> pd.DataFrame:
        return pd.DataFrame({"population": ["pupils"], "base": [""]})

    def protected(self, policy: Policy) -> Protected:
        return protect(self.cells, pd.DataFrame(), self.groups, self.areas, self.measures, self.populations, policy)

    def release(self, cells: pd.DataFrame, report: dict[str, object]) -> Release:
        """``cells`` as an attacker finds them in a release."""
        block = {"k": report["k"], "level": report["level"], "zero_hidden": report["zero_hidden"]}
        return Release(
            canonical(cells.reindex(columns=CELL)),
            self.groups,
            self.areas,
            self.measures.assign(decimals=1),
            self.populations.assign(nested=False),
            Disclosure.of(block),
        )


def random_trust(seed: int) -> Figures:
    """Two to four academies of ten to a hundred pupils; in some groups nobody, in some everybody, has an outcome."""
    draw = np.random.default_rng(seed)
    people = []
    for number in range(int(draw.integers(2, 5))):
        size = int(draw.integers(10, 101))
        minor = draw.choice(list(MINORS), size, p=draw.dirichlet([2, 1, 1, 8, 1]))
        frame = pd.DataFrame(
            {
                "academy": f"90040{number}",
                "sex": draw.choice(GROUPS["sex"], size, p=[0.5, 0.49, 0.01]),
                "fsm": draw.choice(GROUPS["fsm"], size, p=[0.75, 0.25]),
                "ethnicity": minor,
                "ethnicity_major": [MINORS[code] for code in minor],
                "absent": draw.random(size) < draw.choice([0.0, 0.1, 0.4, 1.0], p=[0.1, 0.4, 0.4, 0.1]),
                "excluded": draw.random(size) < draw.choice([0.0, 0.05, 1.0], p=[0.2, 0.7, 0.1]),
                "score": np.round(draw.normal(50, 15, size).clip(0, 100)),
            }
        )
        frame.loc[frame["ethnicity"] == draw.choice(list(MINORS)), "absent"] = bool(draw.integers(0, 2))
        people.append(frame)
    return counted(pd.concat(people, ignore_index=True))


def counted(people: pd.DataFrame) -> Figures:
    """Every figure of ``people`` (academy, the characteristics of ``GROUPS``, absent, excluded, score): trust and academies, noughts included."""
    names = sorted(people["academy"].unique())
    areas = [("trust", "T", "", ""), *(("academy", name, "trust", "T") for name in names)]
    groups = [("all", "all", "", "")]
    groups += [(name, code, "all", "all") for name in ("sex", "fsm", "ethnicity_major") for code in GROUPS[name]]
    groups += [("ethnicity", code, "ethnicity_major", major) for code, major in MINORS.items()]
    placed = pd.concat(
        [people.assign(area_level="trust", area_code="T"), people.assign(area_level="academy", area_code=people["academy"])]
    ).assign(all="all")
    dense = [
        (level, area, one, group, two, cross)
        for (level, area, *_), (one, two) in itertools.product(areas, SHAPES)
        for group, cross in itertools.product(GROUPS.get(one, ("all",)), GROUPS.get(two, ("all",)))
    ]
    table = pd.DataFrame(dense, columns=PLACE)
    shapes = []
    for one, two in SHAPES:
        by = ["area_level", "area_code", one, *([two] if two != one else [])]
        found = placed.groupby(by).agg(n=("sex", "size"), absent=("absent", "sum"), excluded=("excluded", "sum"), score=("score", "sum"))
        found = found.reset_index().assign(characteristic=one, cross_characteristic=two)
        found = found.assign(group_code=found[one], cross_group_code=found[two])
        shapes.append(found[[*PLACE, "n", "absent", "excluded", "score"]])
    table = table.merge(pd.concat(shapes), on=PLACE, how="left").fillna({"n": 0, "absent": 0, "excluded": 0, "score": 0})
    return Figures(
        _cells(table),
        pd.DataFrame(groups, columns=["characteristic", "group_code", "parent_characteristic", "parent_group_code"]),
        pd.DataFrame(areas, columns=["area_level", "area_code", "parent_level", "parent_code"]),
    )


def small_tables(most: int) -> Iterator[tuple[int, int, int, int]]:
    """Every table of two academies by two groups with up to ``most`` pupils in each."""
    counts = range(most + 1)
    return itertools.product(counts, counts, counts, counts)


def two_by_two(counts: tuple[int, int, int, int]) -> Figures:
    """The headcounts of two academies by two groups of free meals, with all their totals."""
    rows = [
        ("academy", area, "fsm", group, count)
        for (area, group), count in zip(itertools.product(("A", "B"), GROUPS["fsm"]), counts, strict=True)
    ]
    table = pd.DataFrame(rows, columns=[*PLACE[:4], "n"])
    table = pd.concat([table, table.assign(area_level="trust", area_code="T")])
    table = pd.concat([table, table.assign(characteristic="all", group_code="all")])
    table = table.groupby(PLACE[:4], as_index=False)["n"].sum().assign(cross_characteristic="all", cross_group_code="all")
    groups = [("all", "all", "", ""), ("fsm", "N", "all", "all"), ("fsm", "Y", "all", "all")]
    areas = [("trust", "T", "", ""), ("academy", "A", "trust", "T"), ("academy", "B", "trust", "T")]
    return Figures(
        _headcount(table),
        pd.DataFrame(groups, columns=["characteristic", "group_code", "parent_characteristic", "parent_group_code"]),
        pd.DataFrame(areas, columns=["area_level", "area_code", "parent_level", "parent_code"]),
        MEASURES[:1],
    )


def _cells(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of every measure, as ``protect`` wants them."""
    n = table["n"].astype("Int64")
    people = table["n"].where(table["n"] > 0)
    frames = [_headcount(table)]
    for name in ("absent", "excluded"):
        frames.append(_row(table, name, "rate", table[name].astype("Int64"), n, table[name] / people))
    frames.append(_row(table, "score", "mean", pd.Series(pd.NA, table.index, dtype="Int64"), n, table["score"] / people, smallest=n))
    return pd.concat(frames, ignore_index=True)


def _headcount(table: pd.DataFrame) -> pd.DataFrame:
    n = table["n"].astype("Int64")
    return _row(table, "headcount", "headcount", n, pd.Series(pd.NA, table.index, dtype="Int64"), table["n"])


def _row(
    table: pd.DataFrame, measure: str, kind: str, numerator: pd.Series, denominator: pd.Series, value: pd.Series, smallest: pd.Series | None = None
) -> pd.DataFrame:  # fmt: skip
    return table[PLACE].assign(
        population="pupils",
        period=PERIOD,
        measure=measure,
        kind=kind,
        numerator=numerator,
        denominator=denominator,
        value=value.astype(float),
        low=np.nan,
        high=np.nan,
        sd=np.nan,
        smallest=pd.Series(pd.NA, table.index, dtype="Int64") if smallest is None else smallest,
        largest_share=np.nan,
        published=True,
    )

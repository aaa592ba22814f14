"""From findings to a report: which fixed numbers are breaches, which ranges are too narrow. Finding them is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from expectations.attack.linear import Bools, Ints
from expectations.attack.linking import REACHED, Linked
from expectations.attack.reading import PLACE, Release
from expectations.attack.report import AttackReport, Narrow, Recovered
from expectations.attack.solving import Findings

WIDTHS = ((1, 3, "1 to 2"), (3, 5, "3 to 4"), (5, 9, "5 to 8"), (9, np.inf, "9 and more"))


def too_close(linked: Linked, found: Findings, k: int, small: Bools | None = None) -> Bools:
    """Hidden statistics that could be small and whose range is settled and narrower than P5 asks; of those ``small`` where that is known."""
    named = len(linked.attacked)
    lowest, highest = found.lowest[:named], found.highest[:named]
    short = (highest < k - 1e-6) | (highest - lowest < k - 1 - 1e-6)
    could_be = (lowest < k) & (highest >= 1)
    return np.asarray(
        linked.attacked & ~found.fixed[:named] & found.settled[:named] & short & (could_be if small is None else could_be & small)
    )


def judged(
    linked: Linked, found: Findings, release: Release, small_ones: Bools | None = None, excused: Bools | None = None
) -> AttackReport:
    """The report on the counts of a release. ``small_ones``: which statistics truly are small; ``excused``: which nothing could widen.

    A breach is a count of 1 to k-1 that has one possible value, be it hidden, a complement, a difference or a part; and for a
    sensitive measure a hidden numerator of nobody or everybody in a group of k or more.
    """
    k = release.disclosure.k
    named = len(linked.attacked)
    value, highest = found.lowest[:named], found.highest[:named]
    fixed = found.fixed[:named] & linked.attacked
    small = fixed & (value >= 1) & (value < k)
    breach = small | _whole_groups(linked, found, release, k)
    width = np.floor(highest + 1e-6) - np.ceil(value - 1e-6)
    narrow = too_close(linked, found, k, small_ones)
    spared = np.zeros(named, dtype=bool) if excused is None else excused
    late = found.unbounded[:named] & ~found.unsure[:named] & ~fixed
    hidden = linked.table["hidden"].to_numpy(dtype=bool)
    problems = ("the published numbers contradict each other",) if found.contradictions else ()
    return AttackReport(
        k=k,
        level=release.disclosure.level,
        told=small_ones is not None,
        statistics=named,
        attacked=int(linked.attacked.sum()),
        recovered=tuple(
            Recovered(place(row), row["family"], str(way))
            for row, way in zip(rows_of(linked.table, breach), found.way[:named][breach], strict=True)
        ),
        regained=int((fixed & hidden & ~breach).sum()),
        narrow=tuple(
            Narrow(place(row), row["family"], bool(least > 1e-6 and top < k - 1e-6), bool(free))
            for row, least, top, free in zip(rows_of(linked.table, narrow), value[narrow], highest[narrow], spared[narrow], strict=True)
        ),
        widths={name: int((narrow & (width >= low) & (width < high)).sum()) for low, high, name in WIDTHS},
        unanswered=int(found.unsure[:named].sum()),
        unbounded_in_time=int(late.sum()),
        problems=problems,
    )


def place(row: Mapping[str, str]) -> dict[str, str]:
    """The coordinates of a statistic."""
    return {column: str(row[column]) for column in PLACE}


def rows_of(table: pd.DataFrame, chosen: Bools | Ints) -> list[dict[str, str]]:
    """Coordinates and family of the statistics chosen, by mask or by position."""
    return [{str(name): str(value) for name, value in row.items()} for row in table.loc[chosen, [*PLACE, "family"]].to_dict("records")]


def _whole_groups(linked: Linked, found: Findings, release: Release, k: int) -> Bools:
    """Hidden numerators of sensitive measures that are certain to be nobody or everybody of a known group of k or more."""
    table = linked.table
    named = len(table)
    measures = release.measures
    sensitive = set(measures.loc[measures["sensitive"].astype(bool), "measure"]) if "sensitive" in measures else set()
    state = table.assign(value=found.lowest[:named], certain=found.fixed[:named], position=np.arange(named))
    people = state.loc[(state["family"] == "n") & state["certain"], [*PLACE, "value"]]
    reached = state[state["family"].isin({REACHED + measure for measure in sensitive}) & state["hidden"] & state["certain"]]
    both = reached.merge(people, on=PLACE, suffixes=("", "_people"))
    everybody = both["value"] == both["value_people"]
    whole = both[(both["value_people"] >= k) & ((both["value"] == 0) | everybody)]
    breach = np.zeros(named, dtype=bool)
    breach[whole["position"].to_numpy(dtype=int)] = True
    return breach

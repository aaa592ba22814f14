"""What protection cost: cells and people hidden, by table and area level, the price and its bound. Nothing is decided or hidden here.

Two forms. The whole report is internal. `public` is what a manifest or a workbook may carry, and it is short on purpose:

- Per table and area level: cells published, shown, hidden and without data. Whoever holds the tables can count these, so they tell nothing.
- Never which rule hid how many, not for one table and not for a whole release in rounded form (P3). A table of one hidden cell that is
  primary says 1 to k-1. A release-wide share of secondaries, rounded to 5 per cent, is an inequality over all hidden cells at once, and where
  it is tight it pins every one of them: `tests/unit/disclosure/test_loss.py` builds such a release from 104 hidden cells.
- Never people behind hidden figures. Where the total is shown the reader has it by subtraction; where it is not, it is one more
  equation that nobody protected.
- Never the price or its bound: 10 + 10 log2(1 + n) is a function of hidden counts, and with few of them gives them back. How far the price
  may lie above the cheapest is a ratio of two unknowns; it is told in steps of 5 per cent, upwards, and not of fewer than `MANY` hidden cells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.disclosure import naming, past
from pipelines.disclosure.cells import Tables
from pipelines.disclosure.linked import Floats, Mask, take
from pipelines.disclosure.policy import Policy
from pipelines.disclosure.primary import Primary
from pipelines.disclosure.secondary import Pattern

TABLE = ["population", "measure", "characteristic", "cross_characteristic"]
LEVEL = ["area_level"]
FOR_OTHERS = ("secondary", "closure", "mean_follows_count", past.HELD)
"""Rules that hide a row for the sake of another."""
SHOWN, HIDDEN = ("shown", "u"), ("c", "low")
COUNTED = ("published", "shown", "hidden", "no_data", "share_shown")
"""What anybody can count in the published tables."""
MANY, STEP = 100, 0.05


@dataclass(frozen=True)
class Effort:
    """What the engine says of its own work: what its pattern costs, a lower bound on the cost of any safe pattern, whether its own is
    proven cheapest, and the work spent and allowed in nominal seconds; None for what it does not know."""

    cost: float | None = None
    bound: float | None = None
    proven: bool | None = None
    spent: float | None = None
    allowed: float | None = None


UNKNOWN = Effort()


def report(
    rows: pd.DataFrame,
    shown: pd.DataFrame,
    tables: Tables,
    primary: Primary,
    pattern: Pattern,
    policy: Policy,
    effort: Effort = UNKNOWN,
) -> dict[str, Any]:
    """The internal report as plain values. `rows`: the published rows with their true numbers; `shown`: the same with status and rule."""
    secret = (shown["status"] == "c").to_numpy()
    second = shown["rule"].isin(FOR_OTHERS).to_numpy()
    linked = tables.linked
    zero = np.flatnonzero(linked.zero_families(pattern.hidden | fallen(rows, shown, tables)))
    beyond = pattern.hidden & linked.published & ~primary.hidden
    return {
        "k": policy.k,
        "level": policy.level,
        "cells": len(shown),
        "statistics": len(linked),
        "equations": int(linked.equations.shape[0]),
        "hidden": {"primary": int((secret & ~second).sum()), "secondary": int((secret & second).sum())},
        "rules": {str(name): int(number) for name, number in shown.loc[secret, "rule"].value_counts().sort_index().items()},
        "loss": {
            "tables": _by(TABLE, rows, shown),
            "area_levels": _by(LEVEL, rows, shown),
            "price": _price(linked.cost, beyond, effort),
        },
        "zero_hidden": [list(tables.families[code]) for code in zero],
        "families_hidden_whole": [list(tables.families[code]) for code in pattern.whole_families],
        "families_whose_zeros_had_to_be_hidden": [list(tables.families[code]) for code in pattern.opened_families],
        "unprotected": int(pattern.unprotected.sum()),
        "unprotected_places": resting_on(rows, tables, pattern.unprotected),
        "audits": pattern.rounds,
    }


def fallen(rows: pd.DataFrame, shown: pd.DataFrame, tables: Tables) -> Mask:
    """Statistics that no row of this release prints, though one would: those of the pattern, and what was told before and falls with its row."""
    at, secret = rows.index.to_numpy(), (shown["status"] == "c").to_numpy()
    found = np.zeros(len(tables.linked), dtype=bool)
    for ids, is_there in ((tables.row_own[at][secret], True), (tables.row_own[at][~secret], False), (tables.row_count[at][~secret], False)):
        found[ids[ids >= 0]] = is_there
    return found


def resting_on(rows: pd.DataFrame, tables: Tables, statistics: Mask) -> list[str]:
    """The places of the rows (a part of those that `tables` were built from) that print one of these statistics, or have it as complement."""
    at = rows.index.to_numpy()
    found = [take(statistics, ids[at], False) for ids in (tables.row_count, tables.row_own, tables.row_rest)]
    return naming.row_places(rows[np.logical_or.reduce(found)])


def _by(names: list[str], rows: pd.DataFrame, shown: pd.DataFrame) -> list[dict[str, Any]]:
    """One entry per table or level, in alphabetical order. People are counted once for every figure that rests on them."""
    people = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"]).astype("Float64").fillna(0).to_numpy(float)
    hidden, second = shown["status"].isin(HIDDEN), shown["rule"].isin(FOR_OTHERS)
    counted = shown[names].assign(
        published=1,
        shown=shown["status"].isin(SHOWN),
        hidden=hidden,
        primary=hidden & ~second,
        secondary=hidden & second,
        people=people,
        people_hidden=np.where(hidden, people, 0.0),
    )
    found = counted.groupby(names).sum().astype(int).reset_index()
    found["no_data"] = found["published"] - found["shown"] - found["hidden"]
    found["share_shown"] = (found["shown"] / (found["shown"] + found["hidden"]).where(lambda cells: cells > 0)).round(3)
    plain = found.astype(object).where(found.notna(), None)
    return [{str(name): entry for name, entry in row.items()} for row in plain.to_dict("records")]


def _price(cost: Floats, beyond: Mask, effort: Effort) -> dict[str, Any]:
    paid = float(cost[beyond].sum()) if effort.cost is None else effort.cost
    gap = None if effort.bound is None else 0.0 if paid <= effort.bound else 1 - effort.bound / paid
    return {  # gap: the share of the cost that is not proven to be needed
        "statistics": int(beyond.sum()),
        "cost": paid,
        "bound": effort.bound,
        "gap": gap,
        "proven": effort.proven,
        "spent": effort.spent,
        "allowed": effort.allowed,
    }


def public(internal: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader may know of the loss, from a report: what anybody can count, and how far at most from the cheapest."""
    loss = internal["loss"]
    told: dict[str, Any] = {
        kind: [{name: entry[name] for name in (*names, *COUNTED)} for entry in loss[kind]]
        for kind, names in (("tables", TABLE), ("area_levels", LEVEL))
    }
    gap, hidden = loss["price"]["gap"], sum(entry["hidden"] for entry in loss["area_levels"])
    told["dearer_than_cheapest_at_most"] = None if gap is None or gap >= 1 or hidden < MANY else _upwards(gap / (1 - gap))
    return told


def _upwards(share: float) -> float:
    """To the next whole step, the first being the least: 0 would say that the pattern is the cheapest of all."""
    return round(max(math.ceil(share / STEP - 1e-9), 1) * STEP, 2)

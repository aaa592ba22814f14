"""Which populations are rounded, and what their rows then print. The arithmetic of rounding and of its audit are modules of their own.

HESA's rounding (counts to the nearest 5, percentages of fewer than 22.5 people and averages of 7 or fewer withheld) and Ofqual's
(1 to 4 shown as a mark of its own, percentages from rounded counts) give the conventions; a rounded number here may be the farther
neighbour, because totals agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipelines.disclosure.cells import Tables
from pipelines.disclosure.linked import Mask, take
from pipelines.disclosure.policy import Policy
from pipelines.disclosure.primary import Primary, at_scale_end, small
from pipelines.disclosure.rounded_audit import Knowledge, RoundedAudit, audit_rounded
from pipelines.disclosure.rounding import Rounded, controlled
from pipelines.disclosure.secondary import Pattern

LEAST_PERCENTAGE = 22.5
"""HESA: no percentage of a rounded number of people under this."""
LEAST_MEAN = 7
"""HESA: no average of so few, or fewer."""
COUNTED = ("headcount", "rate", "mean")
PASSES = 5


@dataclass(frozen=True)
class Plan:
    """The populations that are rounded, and why: per linked group its populations and the share that hiding would have hidden (None
    where the policy rounds without asking)."""

    populations: frozenset[str]
    reasons: tuple[tuple[tuple[str, ...], float | None], ...]

    def statistics(self, tables: Tables) -> Mask:
        """The statistics of these populations; none of another population shares an equation with them."""
        family = np.array([population in self.populations for population, _ in tables.families], dtype=bool)
        return family[tables.linked.family] if len(family) else np.zeros(len(tables.linked), dtype=bool)


NOTHING = Plan(frozenset(), ())


def linked_groups(links: pd.DataFrame, populations: pd.DataFrame) -> list[tuple[str, ...]]:
    """Populations that subtraction ties, in order of name: rounded together or not at all."""
    group = {name: {name} for name in populations["population"].astype(str)}
    pairs = [frame[["population", "base"]] for frame in (populations, links) if {"population", "base"} <= set(frame.columns)]
    for name, base in pd.concat([pd.DataFrame(columns=["population", "base"]), *pairs]).drop_duplicates().itertuples(index=False):
        if isinstance(base, str) and base in group and name in group and group[name] is not group[base]:
            group[name] |= group[base]
            for member in group[name]:
                group[member] = group[name]
    return sorted({tuple(sorted(members)) for members in group.values()})


def plan(rows: pd.DataFrame, status: np.ndarray | None, links: pd.DataFrame, populations: pd.DataFrame, policy: Policy) -> Plan:
    """What the policy rounds. status: of the rows as hiding leaves them; None before anything is hidden (then only `always` applies).

    The share counts the published rows that would be `c` among those with anybody; it is taken over a linked group, and a group is
    rounded whole if the policy names one of its populations.
    """
    declared = policy.rounding
    if declared is None or (declared.hidden_share is not None and status is None):
        return NOTHING
    state = np.full(len(rows), "", dtype=object) if status is None else status
    strange = set(declared.populations or ()) - set(populations["population"])
    if strange:
        raise ValueError(f"The policy rounds populations that are not declared: {', '.join(sorted(strange))}.")
    present = set(rows["population"])
    chosen: list[tuple[tuple[str, ...], float | None]] = []
    for members in linked_groups(links, populations):
        here = tuple(name for name in members if name in present)
        if not here or (declared.populations is not None and not set(members) & set(declared.populations)):
            continue
        if declared.hidden_share is None:
            chosen.append((here, None))
            continue
        counted = rows["published"].astype(bool).to_numpy() & rows["population"].isin(here).to_numpy() & ~np.isin(state, ["x", "z"])
        share = float(np.mean(state[counted] == "c")) if counted.any() else 0.0
        if share > declared.hidden_share:
            chosen.append((here, share))
    return Plan(frozenset(name for members, _ in chosen for name in members), tuple(chosen))


def without(pattern: Pattern, tables: Tables, mask: Mask) -> Pattern:
    """A pattern of hiding that leaves the rounded statistics alone."""
    gone = set(np.unique(tables.linked.family[mask]).tolist())
    keep = [[family for family in families if family not in gone] for families in (pattern.whole_families, pattern.opened_families)]
    return replace(
        pattern, hidden=pattern.hidden & ~mask, unprotected=pattern.unprotected & ~mask, whole_families=keep[0], opened_families=keep[1]
    )


def set_aside(primary: Primary, mask: Mask) -> Primary:
    """The primaries that hiding has to protect: those of rounded populations are protected otherwise."""
    return replace(primary, hidden=primary.hidden & ~mask, latent=primary.latent & ~mask)


def printed(
    shown: pd.DataFrame, tables: Tables, primary: Primary, measures: pd.DataFrame, chosen: Plan, policy: Policy
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """`shown` (rows with status and rule) with the rows of rounded populations as they are printed, and what the report says of it.

    Ranges (`low`, `high`) are taken away, because they would give back the count; they may be made again from the rounded numbers.
    Raises NotRoundable if no additive rounding is found.
    """
    if policy.rounding is None or not chosen.populations:
        return shown, {"rounding": None, "rounded": [], "rounded_populations": []}
    mask, system = chosen.statistics(tables), tables.linked
    base = policy.rounding.base
    names = [f"{population} ({family})" for population, family in tables.families]
    rounded = controlled(system, base, policy.rounding.budget, mask, names=names)
    sensitive = set(measures.loc[measures["sensitive"].astype(bool), "measure"])
    hidden = np.zeros(len(system), dtype=bool)
    status, rule = _statuses(shown, tables, primary, measures, rounded, hidden, sensitive, chosen, policy)
    for _ in range(PASSES):
        found = _audit(shown, status, tables, primary, rounded, hidden, mask, policy)
        more = _around(tables, found.determined) & mask & ~hidden
        if not more.any():
            break
        hidden = system.close(hidden | more)
        status, rule = _statuses(shown, tables, primary, measures, rounded, hidden, sensitive, chosen, policy)
    result = _numbers(shown.assign(status=status, rule=rule), tables, rounded, chosen)
    return result, _told(result, tables, rounded, found, chosen, base)


def _statuses(
    shown: pd.DataFrame,
    tables: Tables,
    primary: Primary,
    measures: pd.DataFrame,
    rounded: Rounded,
    hidden: Mask,
    sensitive: set[str],
    chosen: Plan,
    policy: Policy,
) -> tuple[np.ndarray, np.ndarray]:
    """Status and rule per row. Nothing printed depends on a number of which a row prints only the rounded one, but where a rule says so."""
    count, own = tables.row_count, tables.row_own
    value = tables.linked.value
    n, part, rest = (take(value, ids, 0.0) for ids in (count, own, tables.row_rest))
    near_n, near_part = (take(rounded.value, ids, np.nan) for ids in (count, own))
    kind = shown["kind"].to_numpy()
    inside = shown["population"].isin(chosen.populations).to_numpy() & np.isin(kind, COUNTED) & ~shown["status"].isin(["x", "z"]).to_numpy()
    rate, mean = inside & (kind == "rate"), inside & (kind == "mean")
    few = small(n, policy.k)
    some = n >= policy.k
    status, rule = shown["status"].to_numpy(object).copy(), shown["rule"].to_numpy(object).copy()
    status[inside], rule[inside] = "shown", None
    status[(rate | mean) & (near_n < policy.unreliable_below)] = "u"
    status[(rate & small(part, policy.k)) | (inside & few)] = "low"

    def hide(which: Mask, name: str) -> None:
        status[which], rule[which] = "c", name

    hide(rate & some & (near_n < LEAST_PERCENTAGE), "few_for_percentage")
    near_ends = (part < policy.k) | (rest < policy.k) | (near_part == 0) | (near_part == near_n)
    hide(rate & some & near_ends & shown["measure"].isin(sensitive).to_numpy(), "whole_group")
    least = max(policy.k, policy.mean_minimum)
    hide(mean & some & ((n < least) | (near_n < least) | (near_n <= LEAST_MEAN)), "threshold")
    dominated = take(primary.rule, own, "")
    hide(mean & some & (dominated == "dominance"), "dominance")
    end = np.zeros(len(shown), dtype=bool)
    end[mean] = at_scale_end(shown[mean], measures, near_n[mean])
    hide(mean & some & (end | (dominated == "scale_end")), "scale_end")
    hide(inside & (take(hidden, count, False) | take(hidden, own, False)), "determined")
    return status, rule


def _audit(
    shown: pd.DataFrame,
    status: np.ndarray,
    tables: Tables,
    primary: Primary,
    rounded: Rounded,
    hidden: Mask,
    mask: Mask,
    policy: Policy,
) -> RoundedAudit:
    """The reader's view of the printed rows: a numerator in a `c` row is unknown, a count only where every row of it is hidden."""
    assert policy.rounding is not None
    system = tables.linked
    rates = (shown["kind"] == "rate").to_numpy() & (tables.row_own >= 0)
    unseen = hidden.copy()
    unseen[tables.row_own[rates & (status == "c")]] = True
    few = small(system.value, policy.k) & system.counts
    low = few & system.published & ~unseen & mask
    private = (system.published & ~tables.settled) | primary.latent
    whole = np.zeros(len(system), dtype=bool)
    named = rates & (status == "c") & np.isin(take(primary.rule, tables.row_own, ""), ["whole_group"])
    whole[tables.row_own[named]] = True
    knowledge = Knowledge(low, unseen & ~tables.settled & mask, tables.settled & system.counts & mask, policy.k)
    targets = mask & ((few & private) | whole)
    return audit_rounded(system, rounded, knowledge, targets, policy.rounding.base, policy.rounding.budget)


def _around(tables: Tables, determined: Mask) -> Mask:
    """What to hide for a count that is certain: itself and every published count in an equation with it."""
    system = tables.linked
    touched = np.abs(system.equations) @ determined.astype(float) > 0
    near = np.abs(system.equations[touched]).sum(axis=0)
    return np.asarray((np.asarray(near).ravel() > 0) & system.published & system.counts & ~tables.settled)


def _numbers(shown: pd.DataFrame, tables: Tables, rounded: Rounded, chosen: Plan) -> pd.DataFrame:
    """Every count of a rounded population replaced by its rounded number, and a percentage by that of rounded numbers."""
    shown = shown.copy()
    inside = shown["population"].isin(chosen.populations).to_numpy()
    near_n, near_own = (take(rounded.value, ids, np.nan) for ids in (tables.row_count, tables.row_own))
    for kind, column, number in (
        ("headcount", "numerator", near_n),
        ("headcount", "value", near_n),
        ("rate", "numerator", near_own),
        ("rate", "denominator", near_n),
        ("mean", "denominator", near_n),
    ):
        rows = inside & (shown["kind"] == kind).to_numpy()
        shown.loc[rows, column] = number[rows]
    rates = inside & (shown["kind"] == "rate").to_numpy()
    share = np.divide(near_own, near_n, out=np.full(len(shown), np.nan), where=near_n > 0)
    shown.loc[rates, "value"] = share[rates]
    shown.loc[inside & shown["kind"].isin(COUNTED).to_numpy(), ["low", "high"]] = None
    return shown


def _told(result: pd.DataFrame, tables: Tables, rounded: Rounded, found: RoundedAudit, chosen: Plan, base: int) -> dict[str, Any]:
    """The report's part: plain values. A `c` of a rounded population may hide nobody, by rule and not by chance, so every such family is named."""
    inside = result["population"].isin(chosen.populations) & result["published"].astype(bool)
    secret = result[inside & (result["status"] == "c") & result["kind"].isin(["headcount", "rate"])]
    families = sorted({(row.population, "n" if row.kind == "headcount" else f"num:{row.measure}") for row in secret.itertuples()})
    counted = secret.loc[(secret["rule"] == "determined"), "population"]
    families = sorted({*families, *((population, "n") for population in counted)})
    return {
        "rounding": base,
        "rounding_reach": int(np.max(rounded.reach[chosen.statistics(tables)], initial=0)),
        "rounded": [{"populations": list(members), "share": share} for members, share in chosen.reasons],
        "rounded_populations": sorted(chosen.populations),
        "rounded_stage": rounded.stage,
        "rounded_distance": rounded.distance,
        "rounded_proven": rounded.proven,
        "low": int((inside & (result["status"] == "low")).sum()),
        "rounded_determined": int(found.determined.sum()),
        "rounded_narrow": int(found.narrow.sum()),
        "rounded_checked": found.checked,
        "zero_hidden_by_rule": [list(pair) for pair in families],
    }

"""What earlier releases change for the protection of this one (P9): what is known, what is lost, what is kept, what is held and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipelines.disclosure import audit
from pipelines.disclosure.cells import Tables
from pipelines.disclosure.linked import Ids, Linked, Mask
from pipelines.disclosure.movements import SIDES, Moved, corrected, gate_totals, moved, restated
from pipelines.disclosure.moving import BETWEEN, linked_with
from pipelines.disclosure.policy import Policy
from pipelines.disclosure.primary import Primary
from pipelines.disclosure.told import Told, told, unchanged
from pipelines.disclosure.worth import steadied

HELD = "movement"
"""The internal rule of a figure that is hidden because it moved by too few people since an earlier release."""
WOULD_TELL = "beside that one it would tell who they are"
AREA, PERIOD = ["area_level", "area_code"], ["population", "period"]


@dataclass(frozen=True)
class Past:
    """before: the system without history. known: statistics whose present number every reader has from an earlier release. earlier: what
    was told of each statistic. moves, movement: the rows of ``movements`` and which statistics are latent parts of them. releases: ids, in
    order. movers: what the gate insider knows, for a judge."""

    before: Linked
    known: Mask
    earlier: Told
    moves: Moved
    movement: Mask
    releases: list[str]
    movers: pd.DataFrame


@dataclass(frozen=True)
class Start:
    """Where the engine starts: the system in which everything already known is known, what must be hidden, what may not be worked out.

    lost: statistics that no pattern can protect any more, because of earlier releases alone. withheld: what an earlier release hid and only
    whoever stands at the gate can work out since. It protects nobody, and is not printed: a reader who stands elsewhere would learn more.
    """

    system: Linked
    hidden: Mask
    latent: Mask
    lost: Mask
    withheld: Mask


def remember(
    tables: Tables, released: pd.DataFrame | None, movements: pd.DataFrame | None, measures: pd.DataFrame, policy: Policy
) -> tuple[Tables, Past | None]:
    """The tables with everything that earlier releases add to them; unchanged, and None, where there is no earlier release.

    A figure is known if it still is what was last shown and nothing around it (its area and characteristic) was corrected since.
    """
    if released is None or released.empty:
        return tables, None
    space, statistics, system = tables.space, tables.statistics, tables.linked
    earlier = told(released, measures, statistics, space)
    same = unchanged(earlier, system.value)
    corrections = restated(statistics, space, earlier)
    known = system.published & same & ~corrected(corrections, space, earlier)
    releases = list(pd.unique(released["release"]))
    numbers = pd.Series(pd.factorize(released["release"])[0], index=released["population"] + "|" + released["period"])
    last = {str(name): int(number) for name, number in numbers.groupby(level=0).max().items()}
    nobody = pd.DataFrame(columns=["population", "period", "earlier_period"])
    moves = moved(statistics, space, corrections, nobody if movements is None else movements, known | tables.settled, last)
    extended, new = linked_with(settled(system, known), moves, space)
    extra = len(new)
    last_time = np.where(earlier.shown, 1, np.where(earlier.hidden, -1, earlier.before))
    cost = np.concatenate([steadied(system.cost, last_time, policy.stability), np.zeros(extra)])
    wider = replace(
        tables,
        linked=replace(extended, cost=cost),
        statistics=pd.concat([statistics, new.assign(published=False, n=new["value"])], ignore_index=True),
        settled=np.concatenate([tables.settled, np.zeros(extra, dtype=bool)]),
    )
    movement = wider.statistics["kind"].isin(SIDES).to_numpy()
    known = np.concatenate([known, np.zeros(extra, dtype=bool)])
    return wider, Past(system, known, earlier, moves, movement, releases, gate_totals(moves, space, tables.families, releases))


def start(tables: Tables, primary: Primary, past: Past | None, policy: Policy) -> Start:
    """What the engine is to protect, given the past.

    Known figures are no unknowns: they protect nobody. What would be worked out even if everything were hidden, and only because of
    earlier releases, is lost, and as good as known. If the policy asks for stability, what a release of the same period hid stays hidden,
    and so does what it printed nowhere and nobody could work out: as a rule the count under a hidden rate. Nothing is to be sought anew.
    """
    none = np.zeros(len(tables.linked), dtype=bool)
    if past is None:
        return Start(tables.linked, primary.hidden, primary.latent, none, none)
    latent = primary.latent & (tables.statistics["kind"] != BETWEEN).to_numpy()
    system = settled(tables.linked, past.known)
    hidden = primary.hidden & ~past.known
    certain = _whatever_is_hidden(system, hidden)
    lost = certain & (hidden | latent)
    if (lost & ~past.movement).any():
        size = len(past.before)
        lost[:size] &= ~_whatever_is_hidden(past.before, primary.hidden[:size])
    new = none[len(past.earlier.hidden) :]
    may_be_hidden = system.candidate & system.published
    kept, unprinted = (np.concatenate([told, new]) & may_be_hidden for told in (past.earlier.hidden, past.earlier.unprinted))
    system = settled(system, lost | (certain & system.candidate))
    hidden, latent = hidden & ~lost, latent & ~lost
    if policy.stability > 1:
        hidden |= kept & system.candidate
        nowhere = hidden | (unprinted & system.candidate)
        hidden |= nowhere & ~audit.fixed(system, system.close(nowhere))
    return Start(system, hidden, latent, lost, kept & certain)


def _whatever_is_hidden(system: Linked, primary: Mask) -> Mask:
    """Statistics that follow even if everything that may be hidden is. A zero that follows lets nobody think of others as nought."""
    certain = np.zeros(len(system), dtype=bool)
    while True:
        everything = (primary | (system.candidate & system.published)) & ~certain
        nought = system.zero_families(everything)
        certain |= audit.fixed(system, everything)
        if (system.zero_families(everything & ~certain) == nought).all():
            return certain


def settled(system: Linked, known: Mask) -> Linked:
    """The system in which these statistics are known to every reader: never hidden for others' sake, nor with others."""
    return replace(system, candidate=system.candidate & ~known, implies=system.implies[~known[system.implies[:, 1]]])


def held(tables: Tables, primary: Primary, past: Past | None, begun: Start, hidden: Mask) -> pd.DataFrame:
    """Statistics (now) that are hidden because of a movement, and the row of `moves` that says which.

    Those that no rule hides, but with whose number, were all but the primaries shown, their own few joiners or leavers would be known.
    With `lost` true, those whose joiners or leavers follow whatever is hidden.
    """
    if past is None:
        return pd.DataFrame({"now": [], "row": [], "lost": []}, dtype=int)
    bare = begun.system.close(primary.hidden & ~past.known & ~begun.lost)
    told_by_themselves = audit.fixed(begun.system, bare) & past.movement & begun.latent
    latent = past.moves.latent
    found = latent[told_by_themselves[latent["statistic"]]]
    now = past.moves.rows["now"].to_numpy(int)[found["row"]]
    mine = hidden[now] & (primary.rule[now] == "")
    rows = found["row"].to_numpy(int)[mine]
    gone = latent.loc[begun.lost[latent["statistic"]], "row"].to_numpy(int)
    every = pd.DataFrame({"row": np.concatenate([rows, gone]), "lost": np.arange(len(rows) + len(gone)) >= len(rows)})
    return every.assign(now=past.moves.rows["now"].to_numpy(int)[every["row"]]).drop_duplicates()


def report(rows: pd.DataFrame, tables: Tables, past: Past | None, begun: Start, primary: Primary, why: pd.DataFrame) -> dict[str, Any]:
    """The past in the protection report: counts, and `held` for a person, without any figure. `rows` are the rows of `cells`."""
    if past is None:
        return {"earlier_releases": [], "held": [], "told_before": 0, "lost": 0}
    published = rows["published"].astype(bool).to_numpy()
    own, count = tables.row_own[published], tables.row_count[published]
    known_by_rule = primary.hidden & (past.known | begun.lost)
    return {
        "earlier_releases": past.releases,
        "held": _sentences(rows[published], own, count, past, why.drop_duplicates()),
        "told_before": int(known_by_rule[own[own >= 0]].sum()),
        "lost": int(begun.lost.sum()),
    }


def _sentences(rows: pd.DataFrame, own: Ids, count: Ids, past: Past, why: pd.DataFrame) -> list[dict[str, str]]:
    place = [*PERIOD, *AREA, "measure", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]
    printed, counts = rows[place].astype(str), rows["kind"] != "mean"
    of_people = why[why["lost"].astype(bool)]  # those that a rate is of, who may be printed nowhere else
    printed = pd.concat([printed.assign(now=own)[counts].merge(why), printed.assign(now=count)[counts].merge(of_people)]).drop_duplicates()
    moves = past.moves.rows.loc[printed["row"], ["earlier", "release"]].assign(lost=printed["lost"].to_numpy(bool))
    found = []
    for cell, earlier, release, lost in zip(printed[place].to_dict("records"), *(moves[name] for name in moves), strict=True):
        since = f"the figure for {earlier}" if earlier else "the figure that is corrected"
        what = "who they are follows whatever is hidden, so only withdrawing that release helps" if lost else WOULD_TELL
        reason = f"Too few people joined or left since {since} in release {past.releases[release]}: {what}."
        found.append({str(name): text for name, text in cell.items()} | {"earlier_release": past.releases[release], "reason": reason})
    return sorted(found, key=lambda entry: tuple(entry.values()))

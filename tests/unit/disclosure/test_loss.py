"""Information loss: the internal report adds up, the public one tells what anybody can count and nothing else, coarser tables are priced."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
from made_trust import made_trust

from pipelines.disclosure import Policy, loss, protect
from pipelines.disclosure.cells import build
from pipelines.disclosure.coarser import finer, winnings
from pipelines.disclosure.primary import primaries
from pipelines.disclosure.secondary import Pattern

POLICY = Policy(k=10, level="exact")


@pytest.fixture(scope="module")
def frames():
    made = dict(made_trust(seed=2, academies=4, roll=60).__dict__)
    del made["persons"]
    return made


@pytest.fixture(scope="module")
def protected(frames):
    return protect(**frames, policy=POLICY)


def test_tables_and_area_levels_both_add_up_to_the_release(protected):
    told = protected.report["loss"]
    for entries in (told["tables"], told["area_levels"]):
        total = pd.DataFrame(entries).drop(columns="share_shown").select_dtypes("number").sum()
        assert total["published"] == protected.report["cells"] == len(protected.cells)
        assert total["shown"] + total["hidden"] + total["no_data"] == total["published"]
        assert {"primary": total["primary"], "secondary": total["secondary"]} == protected.report["hidden"]
    assert json.loads(json.dumps(protected.report)) == protected.report


def test_people_hidden_are_those_the_hidden_rows_rested_on(frames, protected):
    published = frames["cells"][frames["cells"]["published"]].reset_index(drop=True)
    hidden = (protected.cells["status"] == "c").to_numpy()
    for entry in protected.report["loss"]["tables"]:
        mine = pd.Series(True, index=published.index)
        for name in loss.TABLE:
            mine &= published[name] == entry[name]
        counts = published["numerator"] if entry["measure"] == "headcount" else published["denominator"]
        assert entry["people_hidden"] == counts[mine & hidden].sum()
        assert entry["people"] == counts[mine].sum()


def test_the_price_is_that_of_what_is_hidden_beyond_the_primaries_and_the_gap_that_above_the_bound(frames, protected):
    cells = frames["cells"].reset_index(drop=True)
    tables = build(cells, frames["links"], frames["groups"], frames["areas"], frames["measures"], POLICY)
    primary = primaries(tables, cells, frames["measures"], POLICY)
    linked = tables.linked
    pattern = Pattern(primary.hidden | linked.candidate, primary.hidden & False)
    published = cells["published"]
    rows, shown = cells[published].reset_index(drop=True), protected.cells
    dear = float(linked.cost[linked.candidate & ~primary.hidden].sum())
    told = loss.report(rows, shown, tables, primary, pattern, POLICY, loss.Effort(bound=dear / 2, proven=False, spent=3.0, allowed=4.0))
    assert told["loss"]["price"] == {
        "statistics": int((linked.candidate & ~primary.hidden).sum()),
        "cost": dear, "bound": dear / 2, "gap": 0.5, "proven": False, "spent": 3.0, "allowed": 4.0,
    }  # fmt: skip
    assert loss.public(told)["dearer_than_cheapest_at_most"] == 1.0
    price = protected.report["loss"]["price"]
    assert 0 < price["bound"] <= price["cost"]
    assert price["proven"] in (True, False)
    assert loss.public(protected.report)["dearer_than_cheapest_at_most"] >= loss.STEP


def test_what_cannot_be_protected_is_listed_by_place_for_a_person(frames):
    """An academy whose every number is public but one: nothing can keep that one from being worked out."""
    cells = frames["cells"]
    sexes = cells[(cells["measure"] == "headcount") & (cells["population"] == "pupils") & (cells["cross_characteristic"] == "all")]
    sexes = sexes[sexes["characteristic"].isin(["all", "sex"]) & (sexes["area_level"] == "trust")]
    public = [{"group_code": code} for code in ("all", "F", "M")]
    policy = replace(POLICY, public_totals=public)
    few = frames | {"cells": sexes.reset_index(drop=True), "links": frames["links"].iloc[:0]}
    report = protect(**few, policy=policy).report
    assert report["unprotected"] == 1
    assert report["unprotected_places"] == ["pupils, headcount, 2020-21, trust T, sex=U"]
    assert report["narrow_places"] == report["unprotected_places"]


@pytest.mark.parametrize(("gap", "told"), [(0.0, 0.05), (0.02, 0.05), (0.05, 0.1), (0.5, 1.0), (1.0, None)])
def test_the_gap_is_told_upwards_in_steps_and_never_as_none(protected, gap, told):
    report = json.loads(json.dumps(protected.report))
    report["loss"]["price"]["gap"] = gap
    assert loss.public(report)["dearer_than_cheapest_at_most"] == told
    for level in report["loss"]["area_levels"]:
        level["hidden"] = 1
    assert loss.public(report)["dearer_than_cheapest_at_most"] is None


def test_what_is_told_outside_can_be_counted_in_the_published_tables_without_any_rule_or_number(protected):
    outside = protected.cells[[*loss.TABLE, "area_level", "status"]]
    for kind, names in (("tables", loss.TABLE), ("area_levels", ["area_level"])):
        for entry in loss.public(protected.report)[kind]:
            assert set(entry) == {*names, *loss.COUNTED}
            mine = outside[(outside[names] == [entry[name] for name in names]).all(axis=1)]["status"]
            counted = {"published": len(mine), "shown": mine.isin(["shown", "u"]).sum(), "hidden": (mine == "c").sum()}
            assert {name: entry[name] for name in counted} == counted
            assert entry["no_data"] == mine.isin(["x", "z"]).sum()


def block(small: int, other: int, row: int, column: int) -> list[tuple[int, ...]]:
    """Every table of 2 by 2 counts of at least 1 with these margins: what a reader knows of four hidden cells in a square."""
    return [
        (small + step, row - small - step, column - small - step, other + step)
        for step in range(-small + 1, row)
        if min(small + step, row - small - step, column - small - step, other + step) >= 1
    ]


def ranges(worlds: list[tuple[int, ...]]) -> list[tuple[int, int]]:
    return [(min(values), max(values)) for values in zip(*worlds, strict=True)]


def test_control_primaries_by_table_would_tell_what_is_hidden():
    """Two tables share a total of 40; each hides one cell, one of them a primary. With the tables' counts of primaries it is 1 to 9."""
    k = 10
    worlds = [(first, 40 - first) for first in range(1, 40)]
    assert ranges(worlds)[0] == (1, 39)
    told = [world for world in worlds if (world[0] < k, world[1] < k) == (True, False)]
    assert ranges(told)[0] == (1, 9)


def test_control_even_a_rounded_share_of_secondaries_in_a_whole_release_would_tell_what_is_hidden():
    """26 squares of four hidden cells. In 13 both of a diagonal are primaries, in 13 one is: 65 of 104 hidden cells are secondary.

    "60 per cent of the hidden cells are secondary, to the nearest 5" then means at least 39 primaries. There cannot be more, so every square
    has as many as it can, and the diagonals of the first kind are small, which nothing else said.
    """
    k = 10
    kinds = {"two": block(3, 3, 30, 45), "one": block(3, 60, 30, 45)}
    most = {name: max(sum(value < k for value in world) for world in worlds) for name, worlds in kinds.items()}
    truth = {"two": (3, 27, 42, 3), "one": (3, 27, 42, 60)}
    hidden, primary = 0, 0
    for name, world in truth.items():
        assert world in kinds[name]
        hidden, primary = hidden + 13 * 4, primary + 13 * sum(value < k for value in world)
    assert (hidden, primary) == (104, 39)
    for low, high in ranges(kinds["two"]):
        assert high >= k and high - low >= k - 1  # every cell is safe at level interval from the tables alone

    share = round((hidden - primary) / hidden / 0.05) * 0.05
    possible = [many for many in range(hidden + 1) if round((hidden - many) / hidden / 0.05) * 0.05 == share]
    assert round(share, 2) == 0.60
    consistent = [
        world for world in kinds["two"] if sum(value < k for value in world) + 12 * most["two"] + 13 * most["one"] >= min(possible)
    ]
    assert ranges(consistent)[0] == ranges(consistent)[3] == (1, k - 1)


def test_a_coarser_grouping_is_priced_exactly_by_protecting_again_without_the_finer_table(frames, protected):
    found = winnings(protected, **frames, policy=POLICY, most=20, seconds=600)
    assert [entry["without"] for entry in found] == [
        "pupils by ethnicity_major and sex", "pupils by ethnicity", "pupils by group in each academy", "stable by group in each academy",
    ]  # fmt: skip
    hidden = [entry["hidden"] for entry in found]
    assert hidden[0] >= hidden[1] and hidden[2] >= hidden[3]

    minor = found[1]
    mine = frames["cells"]["characteristic"] == "ethnicity"
    links = frames["links"]
    without = frames | {"cells": frames["cells"][~mine], "links": links[links["characteristic"] != "ethnicity"]}
    after, before = protect(**without, policy=POLICY).cells, protected.cells
    of_it = before["characteristic"] == "ethnicity"
    shown = [int(cells["status"].isin(["shown", "u"]).sum()) for cells in (before[of_it], before[~of_it], after)]
    assert minor == {
        "without": "pupils by ethnicity", "keeps": "by ethnicity_major", "given_up": shown[0], "won": shown[2] - shown[1],
        "hidden": int((before[of_it]["status"] == "c").sum()), "still_hidden": int((after["status"] == "c").sum()),
    }  # fmt: skip
    assert minor["won"] > 0


def test_only_as_many_coarser_groupings_are_priced_as_asked_and_as_time_allows(frames, protected):
    assert [entry["won"] for entry in winnings(protected, **frames, policy=POLICY, most=2, seconds=0)] == [None, None]
    known = replace(protected, report=protected.report | {"seconds": 0.01})
    first, second = winnings(known, **frames, policy=POLICY, most=2, seconds=0.01)  # as long as protection is said to have taken
    assert first["won"] is not None
    assert second["won"] is None


def test_nothing_is_coarser_where_nothing_is_finer(frames):
    trust = frames["cells"][(frames["cells"]["area_level"] == "trust") & (frames["cells"]["cross_characteristic"] == "all")]
    plain = trust[trust["characteristic"] != "ethnicity"]
    assert list(finer(plain, frames["groups"], frames["areas"])) == []
    names = [table.named for table in finer(trust, frames["groups"], frames["areas"])]
    assert names == ["pupils by ethnicity"]

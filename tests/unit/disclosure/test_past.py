"""Protection over time: what was told before, corrections, joiners and leavers, stability; and that all sets are one publication."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from made_trust import made_trust

from pipelines.disclosure import Policy, audit, past, protect
from pipelines.disclosure.cells import build
from pipelines.disclosure.movements import MOVERS
from pipelines.disclosure.primary import primaries
from pipelines.drills.gate_attack import isolated
from pipelines.drills.moving_trust import Trust
from pipelines.drills.terms import CELL, NIGHTLY, POLICY, TERMLY, Pace, simulate

PUBLIC = [{"measure": "headcount", "population": "pupils", "characteristic": "all"}]
PLACE = ["population", "period", "measure", *CELL, "cross_characteristic", "cross_group_code"]


def release(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    return cells.assign(release=name, release_from="")


def changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Rows whose status is not what it was."""
    both = before.merge(after, on=PLACE, suffixes=("", "_after"))
    return both[both["status"] != both["status_after"]]


def one_academy(**groups: tuple[int, ...]) -> dict[str, pd.DataFrame]:
    """The frames of two academies, A as given (characteristic -> counts) and a large steady B, in one period."""
    rows, declared = [], [("all", "all", "", "")]
    for name, counts in groups.items():
        declared += [(name, str(at), "all", "all") for at in range(len(counts))]
        rows += [("A", name, str(at), count) for at, count in enumerate(counts)]
        rows += [("B", name, str(at), 100 + 7 * at) for at in range(len(counts))]
    sizes = {"A": sum(next(iter(groups.values()))), "B": sum(100 + 7 * at for at in range(len(next(iter(groups.values())))))}
    rows += [(academy, "all", "all", size) for academy, size in sizes.items()]
    academies = pd.DataFrame(rows, columns=["area_code", "characteristic", "group_code", "numerator"]).assign(area_level="academy")
    trust = academies.groupby(["characteristic", "group_code"], as_index=False)["numerator"].sum().assign(area_level="trust", area_code="T")
    cells = pd.concat([academies, trust], ignore_index=True).astype({"numerator": "Int64"})
    return {
        "cells": cells.assign(
            population="pupils", period="2025-26", measure="headcount", kind="headcount", cross_characteristic="all", cross_group_code="all",
            denominator=pd.array([pd.NA] * len(cells), dtype="Int64"), value=cells["numerator"].astype(float), low=np.nan, high=np.nan,
            sd=np.nan, smallest=pd.array([pd.NA] * len(cells), dtype="Int64"), largest_share=np.nan, published=True,
        ),
        "links": pd.DataFrame(),
        "groups": pd.DataFrame(declared, columns=["characteristic", "group_code", "parent_characteristic", "parent_group_code"]),
        "areas": pd.DataFrame(
            [("trust", "T", "", ""), ("academy", "A", "trust", "T"), ("academy", "B", "trust", "T")],
            columns=["area_level", "area_code", "parent_level", "parent_code"],
        ),
        "measures": pd.DataFrame(
            [("headcount", "headcount", False, np.nan, np.nan)], columns=["measure", "kind", "sensitive", "scale_min", "scale_max"]
        ),
        "populations": pd.DataFrame({"population": ["pupils"], "base": [""]}),
    }  # fmt: skip


def status(cells: pd.DataFrame, area: str, group: str) -> str:
    found = cells.query("area_code == @area and group_code == @group")
    assert len(found) == 1
    return str(found["status"].iloc[0])


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy(k=10, level="exact", stability=2.0, public_totals=PUBLIC)


def test_releasing_the_same_figures_again_changes_no_status() -> None:
    frames = made_trust(seed=3, academies=4, roll=60, periods=2)
    given_ = {name: value for name, value in vars(frames).items() if name != "persons"}
    steady = Policy(k=10, level="exact", stability=2.0)
    first = protect(policy=steady, **given_)
    again = protect(policy=steady, released=release(first.cells, "r1"), **given_)
    assert (first.cells["status"] == "c").any()
    assert changed(first.cells, again.cells).empty
    assert again.report["held"] == [] and again.report["told_before"] == 0 and again.report["unprotected"] == 0


def test_whatever_no_row_of_a_release_printed_is_where_the_next_begins() -> None:
    """Counts that only rates print too: all that shows one lies hidden, so the next need not look for what to hide in its stead."""
    frames = made_trust(seed=3, academies=4, roll=60, periods=2)
    given_ = {name: value for name, value in vars(frames).items() if name != "persons"}
    cells = given_["cells"] = frames.cells[frames.cells["measure"] == "suspended"].reset_index(drop=True)
    steady = Policy(k=10, level="exact", stability=2.0)
    released = release(protect(policy=steady, **given_).cells, "r1")
    tables = build(cells, frames.links, frames.groups, frames.areas, frames.measures, steady)
    tables, told = past.remember(tables, released, None, frames.measures, steady)
    begun = past.start(tables, primaries(tables, cells, frames.measures, steady), told, steady)
    of_rows = cells[PLACE].merge(released[[*PLACE, "status"]], how="left", on=PLACE)["status"].to_numpy()
    printed, hidden = (np.zeros(len(tables.linked), dtype=bool) for _ in range(2))
    for ids in (tables.row_own, tables.row_count):
        for found, statuses in ((printed, ("shown", "u", "z", "x")), (hidden, ("c",))):
            found[ids[(ids >= 0) & np.isin(of_rows, statuses)]] = True
    unprinted = hidden & ~printed & begun.system.candidate
    safe = unprinted & ~audit.fixed(begun.system, unprinted)
    counts = ~np.isin(np.arange(len(safe)), tables.row_own)
    assert (safe & ~counts).sum() > 20 and (safe & counts).sum() > 20
    assert begun.hidden[safe].all() and not begun.hidden[printed].any()


def test_without_an_earlier_release_nothing_of_the_past_is_said(policy: Policy) -> None:
    frames = one_academy(sex=(40, 60))
    alone = protect(policy=policy, **frames)
    empty = protect(policy=policy, released=release(alone.cells, "r1").iloc[:0], **frames)
    assert empty.cells.equals(alone.cells)
    assert empty.report["earlier_releases"] == [] and empty.movers.empty


def test_a_corrected_figure_that_would_tell_of_one_pupil_is_held_and_says_why(policy: Policy) -> None:
    first = protect(policy=policy, **one_academy(sex=(40, 60)))
    assert set(first.cells["status"]) == {"shown"}
    second = protect(policy=policy, released=release(first.cells, "r1"), **one_academy(sex=(41, 60)))
    assert status(second.cells, "A", "0") == "c"
    assert status(second.cells, "A", "all") == status(second.cells, "B", "0") == "shown"
    assert set(second.cells.query("area_code == 'A' and group_code == '0'")["rule"]) == {"movement"}
    (held,) = [item for item in second.report["held"] if item["area_code"] == "A"]
    assert (held["group_code"], held["earlier_release"]) == ("0", "r1")
    assert "too few people" in held["reason"].lower() and not any(digit in held["reason"].replace("r1", "") for digit in "0123456789")


def girls_only(here: int) -> dict[str, pd.DataFrame]:
    """Two academies of girls, A with so many."""
    frames = one_academy(sex=(here, 0))
    cells = frames["cells"]
    for (area, group), count in {("B", "1"): 0, ("T", "1"): 0, ("B", "all"): 100, ("T", "all"): here + 100}.items():
        cells.loc[(cells["area_code"] == area) & (cells["group_code"] == group), ["numerator", "value"]] = count
    return {**frames, "cells": cells}


def test_where_everybody_is_in_one_group_who_joined_it_is_no_news(policy: Policy) -> None:
    first = protect(policy=policy, **girls_only(40))
    second = protect(policy=policy, released=release(first.cells, "r1"), **girls_only(41))
    assert set(second.cells["status"]) == {"shown"}
    assert second.report["lost"] == 0 and second.report["held"] == []


def with_rates(frames: dict[str, pd.DataFrame], reached: dict[tuple[str, str], int]) -> dict[str, pd.DataFrame]:
    """The same with a rate of every count; ``reached``: the numerators of the academies' groups."""
    counts = frames["cells"].set_index(["area_code", "group_code"])["numerator"]
    sums = [
        sum(n for (academy, of), n in reached.items() if area in (academy, "T") and group in (of, "all")) for area, group in counts.index
    ]
    rows = frames["cells"].assign(measure="suspended", kind="rate", numerator=sums, denominator=counts.to_numpy())
    rows = rows.assign(value=rows["numerator"] / rows["denominator"]).astype({"numerator": "Int64", "denominator": "Int64"})
    measure = frames["measures"].assign(measure="suspended", kind="rate")
    return frames | {
        "cells": pd.concat([frames["cells"], rows], ignore_index=True),
        "measures": pd.concat([frames["measures"], measure], ignore_index=True),
    }


def test_a_nought_that_was_told_and_falls_with_its_count_is_declared_as_hidden(policy: Policy) -> None:
    reached = {("A", "0"): 0, ("A", "1"): 20, ("B", "0"): 30, ("B", "1"): 40}
    first = protect(policy=policy, **with_rates(one_academy(sex=(40, 60)), reached))
    assert set(first.cells["status"]) == {"shown"} and first.report["zero_hidden"] == []
    second = protect(policy=policy, released=release(first.cells, "r1"), **with_rates(one_academy(sex=(41, 60)), reached))
    row = second.cells.query("area_code == 'A' and group_code == '0' and measure == 'suspended'")
    assert row["rule"].tolist() == ["closure"]
    assert second.report["zero_hidden"] == [["pupils", "num:suspended"]]


@pytest.mark.parametrize("nobody", [False, True])
def test_who_left_is_not_told_by_what_stands_next_to_a_denominator_that_was_hidden(policy: Policy, nobody: bool) -> None:
    """Only rates print the counts of these people: what was hidden then is a number nobody has, not a group that was not there."""
    reached = {("A", "0"): 15, ("A", "1"): 20, ("A", "2"): 0, ("B", "0"): 30, ("B", "1"): 40, ("B", "2"): 50}

    def nested(*of_a: int) -> dict[str, pd.DataFrame]:
        frames = with_rates(one_academy(sex=of_a), reached)
        cells = frames["cells"].assign(population=np.where(frames["cells"]["kind"] == "rate", "returned", "pupils"))
        key = ["period", "area_level", "area_code", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]
        links = cells.loc[cells["kind"] == "rate", key].assign(population="returned", base="pupils", only_here=0, only_base=0)
        populations = pd.DataFrame({"population": ["pupils", "returned"], "base": ["", "pupils"]})
        return frames | {"cells": cells, "links": links, "populations": populations}

    told = release(protect(policy=policy, **nested(40, 60, 0)).cells, "r1")
    hidden = (told["kind"] == "rate") & told["area_code"].isin(["A", "T"]) & told["group_code"].isin(["0", "2"])
    told.loc[hidden, ["numerator", "denominator", "value"]] = None
    told.loc[hidden, "status"] = "c"
    if nobody:  # then the groups that have a number, or hide one, are not all there are
        told.loc[(told["kind"] == "rate") & (told["group_code"] == "2"), "status"] = "z"
    second = protect(policy=policy, released=told, **nested(39, 60, 0))
    assert second.report["lost"] == 0
    pupils = second.cells[second.cells["population"] == "pupils"]
    assert [status(pupils, "A", group) for group in ("all", "0", "1")] == ["shown", "c", "c"]


def test_a_correction_by_many_either_way_is_shown(policy: Policy) -> None:
    first = protect(policy=policy, **one_academy(sex=(40, 60)))
    second = protect(policy=policy, released=release(first.cells, "r1"), **one_academy(sex=(55, 75)))
    assert set(second.cells["status"]) == {"shown"}
    assert second.report["held"] == []


def test_what_was_told_and_is_now_too_small_is_hidden_but_protects_nobody() -> None:
    loose, strict = (Policy(k=k, level="exact", public_totals=PUBLIC) for k in (5, 10))
    first = protect(policy=loose, **one_academy(sex=(7, 93), fsm=(3, 97)))
    assert set(first.cells.query("characteristic == 'sex'")["status"]) == {"shown"}
    second = protect(policy=strict, released=release(first.cells, "r1"), **one_academy(sex=(7, 93), fsm=(3, 97)))
    sex, fsm = (second.cells.query("characteristic == @name") for name in ("sex", "fsm"))
    assert status(sex, "A", "0") == "c"  # by rule, though everyone has it
    assert status(sex, "A", "1") == "shown"  # so hiding this would protect nobody
    assert second.report["told_before"] == 1
    assert status(fsm, "A", "0") == status(fsm, "A", "1") == "c"
    assert second.report["unprotected"] == 0


def test_a_pupil_whose_outcome_was_told_of_the_wrong_group_is_not_told_of_by_the_correction() -> None:
    frames = made_trust(seed=20, academies=3, roll=200, all_through=False, means=())
    given_ = {name: value for name, value in vars(frames).items() if name != "persons"}
    first = protect(policy=Policy(k=10, level="exact", stability=2.0), **given_)
    wrong = release(first.cells, "r1")
    phase = frames.areas.query("area_level == 'academy' and area_code == '1001' and parent_level == 'phase'")["parent_code"].iloc[0]
    of = wrong["area_code"].isin(["1001", phase, "T"]) & (wrong["measure"] == "suspended") & (wrong["characteristic"] == "fsm")
    of &= wrong["population"] == "pupils"
    assert wrong.loc[of, "numerator"].notna().sum() == 6
    wrong.loc[of & (wrong["group_code"] == "Y"), "numerator"] -= 1  # the release said one fewer here, and one more there
    wrong.loc[of & (wrong["group_code"] == "N"), "numerator"] += 1
    second = protect(policy=Policy(k=10, level="exact", stability=2.0), released=wrong, **given_)
    held = second.cells[of.to_numpy() & (second.cells["area_code"] == "1001")]
    assert set(held["status"]) == {"c"} and "movement" in set(held["rule"])  # who the pupil is would follow
    others = changed(first.cells, second.cells)
    assert set(others["measure"]) == {"suspended"} and set(others["characteristic"]) == {"fsm"}


def test_a_rounded_number_of_an_earlier_release_is_not_the_number(policy: Policy) -> None:
    first = protect(policy=policy, **one_academy(sex=(40, 60)))
    second = protect(policy=policy, released=release(first.cells, "r1").assign(rounded=True), **one_academy(sex=(41, 60)))
    assert set(second.cells["status"]) == {"shown"}


def test_movements_that_do_not_explain_the_change_are_refused() -> None:
    trust = Trust(np.random.default_rng(4))
    trust.begin("t1", 2, 40, 50)
    first = protect(policy=POLICY, **(trust.frames() | {"movements": None}))
    trust.move_on("t2", 2, 2, 0)
    frames = trust.frames()
    frames["movements"].loc[0, "joined"] += 1
    with pytest.raises(ValueError, match="do not explain"):
        protect(policy=POLICY, released=release(first.cells, "r1"), **frames)


@pytest.mark.parametrize("seed", [2, 5])
def test_what_only_somebody_at_the_gate_can_work_out_since_stays_hidden(seed: int) -> None:
    """Two terms are released together, so not held against one another, and later once more, when the first was told before the second."""
    trust = Trust(np.random.default_rng(seed))
    trust.begin("t1", 3, 40, 90)
    trust.move_on("t2", 2, 2, 0)
    steady = Policy(k=10, level="exact", stability=2.0)
    first = protect(policy=steady, **(trust.frames() | {"movements": None}))
    again = protect(policy=steady, released=release(first.cells, "r1"), **trust.frames())
    assert again.report["lost"] > 0
    assert changed(first.cells[first.cells["status"] == "c"], again.cells).empty


def test_the_judge_is_told_the_movers_of_every_area_and_characteristic() -> None:
    trust = Trust(np.random.default_rng(4))
    trust.begin("t1", 2, 60, 90)
    first = protect(policy=POLICY, **(trust.frames() | {"movements": None}))
    trust.move_on("t2", 3, 3, 2)
    frames = trust.frames()
    movers = protect(policy=POLICY, released=release(first.cells, "r1"), **frames).movers
    assert list(movers.columns) == MOVERS
    true = frames["movements"].groupby(["area_code", "characteristic"])[["joined", "left"]].sum()
    told = movers.set_index(["area_code", "characteristic"])[["joined", "left"]]
    assert set(movers["earlier_release"]) == {"r1"} and len(told) == len(true)
    assert (told.loc[true.index].to_numpy() == true.to_numpy()).all()


@settings(max_examples=10, deadline=None, derandomize=True, phases=(Phase.generate,))
@given(seed=st.integers(0, 10_000), joiners=st.integers(0, 4), leavers=st.integers(0, 4), changers=st.integers(0, 2))
def test_no_joiner_or_leaver_is_isolated_whatever_moves(seed: int, joiners: int, leavers: int, changers: int) -> None:
    lines = simulate(2, seed, Pace(joiners, leavers, changers, changers), academies=2, smallest=40, largest=120)
    assert [line.isolated for line in lines] == [0, 0]


def test_three_terms_isolate_nobody_and_without_protection_over_time_they_would() -> None:
    lines = simulate(3, 1, TERMLY, academies=4, smallest=100, largest=250)
    assert [line.isolated for line in lines] == [0, 0, 0]
    assert min(line.isolated_alone for line in lines[1:]) > 0
    assert sum(line.held for line in lines) > 0 and all(line.shown > line.figures / 3 for line in lines)
    assert sum(line.isolated_alone for line in simulate(2, 1, NIGHTLY, academies=4, smallest=100, largest=250)) > 0


def test_the_attack_of_the_simulation_finds_what_enumeration_finds() -> None:
    """Two groups and a known total: every filling is tried; the attack calls certain exactly what has one value in all of them."""
    groups = pd.DataFrame(
        [("all", "all", "", ""), ("sex", "F", "all", "all"), ("sex", "M", "all", "all")],
        columns=["characteristic", "group_code", "parent_characteristic", "parent_group_code"],
    )
    for printed, joined, left in itertools.product((True, False), ((1, 0), (1, 1), (0, 2)), ((0, 0), (1, 0))):
        then = np.array([12, 20])
        now = then + joined - left
        versions = [_counts(then, True), _counts(now, printed)]
        step = (
            versions[0][CELL]
            .assign(joined=[sum(joined), *joined] * 2, left=[sum(left), *left] * 2)
            .astype({"joined": float, "left": float})
        )
        found = isolated(versions, [step], groups, True, 10)
        worlds = [
            (f, sum(joined) - f, g, sum(left) - g)
            for f in range(sum(joined) + 1)
            for g in range(sum(left) + 1)
            if not printed or then[0] + f - g == now[0]
        ]
        certain = {
            ("joined", code) for at, code in enumerate("FM") if len({w[at] for w in worlds}) == 1 and joined[at]
        } | {("left", code) for at, code in enumerate("FM") if len({w[2 + at] for w in worlds}) == 1 and left[at]}  # fmt: skip
        assert set(zip(found["side"], found["group_code"], strict=True)) == certain, (printed, joined, left)


def _counts(people: np.ndarray, printed: bool) -> pd.DataFrame:
    rows = [("all", "all", people.sum(), True), ("sex", "F", people[0], printed), ("sex", "M", people[1], printed)]
    both = [(level, code, *row) for level, code in (("trust", "T"), ("academy", "A")) for row in rows]
    return pd.DataFrame(both, columns=[*CELL, "people", "printed"]).astype({"people": float})


def test_a_small_change_of_the_data_flips_few_statuses(policy: Policy) -> None:
    trust = Trust(np.random.default_rng(2))
    trust.begin("t1", 5, 100, 250)
    first = protect(policy=POLICY, **(trust.frames() | {"movements": None}))
    trust.change("t1", 1)
    second = protect(policy=POLICY, released=release(first.cells, "r1"), **trust.frames())
    assert 0 < len(changed(first.cells, second.cells)) <= 12
    assert second.report["unprotected"] == 0


def test_a_figure_that_one_set_shows_is_known_everywhere() -> None:
    """Every row of a draft is one publication: a row printed again in another set or mart neither adds an unknown nor changes a status."""
    frames = made_trust(seed=7, academies=3, roll=60)
    given_ = {name: value for name, value in vars(frames).items() if name != "persons"}
    whole = protect(policy=Policy(k=10, level="exact"), **given_)
    public = frames.cells[frames.cells["area_level"] == "trust"]  # the public set, printed a second time
    twice = protect(policy=Policy(k=10, level="exact"), **(given_ | {"cells": pd.concat([frames.cells, public], ignore_index=True)}))
    assert twice.report["statistics"] == whole.report["statistics"]
    again = twice.cells.tail(len(public)).reset_index(drop=True)
    assert again["status"].tolist() == whole.cells.merge(public[PLACE], on=PLACE, how="right")["status"].tolist()
    other = public.head(1).assign(numerator=public["numerator"].head(1) + 1)
    with pytest.raises(ValueError, match="different numbers"):
        protect(policy=Policy(k=10, level="exact"), **(given_ | {"cells": pd.concat([frames.cells, other], ignore_index=True)}))

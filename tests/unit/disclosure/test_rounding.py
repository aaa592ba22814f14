"""Rounding in which totals agree, what a reader can still work out of it, and the rows of rounded populations."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_trust import made_trust

from pipelines.disclosure import Policy, Rounding, protect
from pipelines.disclosure.__main__ import main
from pipelines.disclosure.linked import Linked
from pipelines.disclosure.rounded import linked_groups
from pipelines.disclosure.rounded_audit import Knowledge, audit_rounded
from pipelines.disclosure.rounding import NotRoundable, controlled, nearest

PUBLIC = [{"measure": "headcount", "population": "pupils", "characteristic": "all"}]


def system(value, equations, published=None) -> Linked:
    """A system of counts; equations as rows of coefficients."""
    n = len(value)
    return Linked(
        value=np.array(value, dtype=float),
        equations=sp.csr_matrix(np.array(equations, dtype=float).reshape(-1, n)),
        published=np.ones(n, dtype=bool) if published is None else np.array(published, dtype=bool),
        candidate=np.ones(n, dtype=bool),
        cost=np.ones(n),
        family=np.zeros(n, dtype=np.int64),
        counts=np.ones(n, dtype=bool),
        floor=np.zeros(n),
        ceiling=np.full(n, np.inf),
        implies=np.empty((0, 2), dtype=np.int64),
        lines=np.ones(len(equations), dtype=bool),
    )


def two_way(inner: np.ndarray) -> Linked:
    """A table with its margins and grand total: inner cells first, then rows, columns, total."""
    r, c = inner.shape
    at = np.arange(r * c).reshape(r, c)
    n = r * c + r + c + 1
    lines = [({*at[i]}, r * c + i) for i in range(r)] + [({*at[:, j]}, r * c + r + j) for j in range(c)]
    lines += [({*range(r * c, r * c + r)}, n - 1), ({*range(r * c + r, n - 1)}, n - 1)]
    rows = [[1.0 if k == total else -1.0 if k in parts else 0.0 for k in range(n)] for parts, total in lines]
    return system([*inner.ravel(), *inner.sum(axis=1), *inner.sum(axis=0), inner.sum()], rows)


tables = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.lists(st.integers(0, 23), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda cells: np.array(cells).reshape(shape)
    )
)


@st.composite
def hierarchies(draw) -> Linked:
    """A tree of areas crossed with groups that have finer groups: every margin at every level, some statistics latent."""
    areas = [draw(st.lists(st.integers(1, 3), min_size=1, max_size=2)) for _ in range(draw(st.integers(1, 2)))]
    groups = draw(st.lists(st.integers(1, 2), min_size=1, max_size=2))
    area_sums = _margins([sum(phase) for phase in areas], [size for phase in areas for size in phase])
    group_sums = _margins(groups, [])
    leaves = draw(
        st.lists(
            st.sampled_from([0, 0, 1, 2, 3, 4, 5, 7, 9, 12, 40]),
            min_size=area_sums.shape[1] * group_sums.shape[1],
            max_size=area_sums.shape[1] * group_sums.shape[1],
        )
    )
    value = np.kron(area_sums, group_sums) @ np.array(leaves)
    lines = np.vstack([np.kron(_lines(area_sums), np.eye(len(group_sums))), np.kron(np.eye(len(area_sums)), _lines(group_sums))])
    published = draw(st.lists(st.sampled_from([True, True, True, False]), min_size=len(value), max_size=len(value)))
    return system(value, lines, published)


def _margins(upper: list[int], lower: list[int]) -> np.ndarray:
    """Total, then each of the upper level, then each of the lower (if any), then leaves, as sums of leaves."""
    leaves = sum(upper)
    levels = [[leaves], upper, lower, [1] * leaves]
    rows = []
    for sizes in filter(None, levels):
        ends = np.cumsum(sizes)
        rows += [(np.arange(leaves) >= end - size) & (np.arange(leaves) < end) for size, end in zip(sizes, ends, strict=True)]
    return np.array(rows, dtype=float)


def _lines(sums: np.ndarray) -> np.ndarray:
    """Each row of `sums` as the sum of its leaves."""
    total = len(sums) - sums.shape[1]
    return np.hstack([np.eye(total), -sums[:total]])


@settings(max_examples=60, deadline=None)
@given(hierarchies(), st.sampled_from([3, 5, 10]))
def test_rounded_hierarchies_add_up_within_the_declared_reach_and_the_same_each_time(given_system, base):
    one, two = (controlled(given_system, base) for _ in range(2))
    assert np.array_equal(one.value, two.value)
    assert np.array_equal(one.value % base, np.zeros(len(one.value)))
    assert (given_system.equations @ one.value == 0).all()
    off = np.abs(one.value - given_system.value)[given_system.published]
    assert (off <= one.reach[given_system.published]).all()
    assert (one.value >= 0).all()
    assert (one.value[given_system.published & (given_system.value == 0)] == 0).all()
    assert (one.value[given_system.published & (given_system.value >= base)] > 0).all()
    assert one.proven
    if one.stage == "neighbours":
        assert (off < base).all()
        assert (one.value == given_system.value)[given_system.published & (given_system.value % base == 0)].all()
    assert one.distance >= np.abs(nearest(given_system.value, base) - given_system.value)[given_system.published].sum() - 1e-9


@settings(max_examples=60, deadline=None)
@given(tables)
def test_a_table_with_its_margins_always_has_a_rounding_between_neighbours(inner):
    found = controlled(two_way(inner), 5)
    assert found.stage == "neighbours"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 17), min_size=4, max_size=6).filter(lambda cells: len(cells) != 5))
def test_the_distance_is_the_least_there_is(cells):
    inner = np.array(cells).reshape(2, -1)
    table = two_way(inner)
    choices = [sorted({5 * (v // 5), -(-v // 5) * 5}) for v in cells]
    best = np.inf
    for chosen in itertools.product(*choices):
        rounded = two_way(np.array(chosen).reshape(inner.shape)).value
        if (np.abs(rounded - table.value) < 5).all():
            best = min(best, float(np.abs(rounded - table.value).sum()))
    assert controlled(table, 5).distance == pytest.approx(best)


ODD = system([1, 1, 1, 2, 2, 2], [[-1, -1, 0, 1, 0, 0], [0, -1, -1, 0, 1, 0], [-1, 0, -1, 0, 0, 1]])
"""Three counts of 1 and their sums by twos: to base 2 the sums may not move, and an odd circle has no half."""


def test_linked_tables_without_a_rounding_between_neighbours_take_the_next_multiple_and_say_so():
    found = controlled(ODD, 2)
    assert found.stage == "next multiples"
    assert (found.reach == 3).all()
    assert (ODD.equations @ found.value == 0).all()
    assert (np.abs(found.value - ODD.value) < 4).all()


def test_what_no_multiples_satisfy_is_refused_by_name_or_has_its_gap_recorded():
    stuck = system([3.0], [[1.0]])
    with pytest.raises(NotRoundable, match=r"pupils.*1 linked"):
        controlled(stuck, 5, names=["pupils"])
    found = controlled(stuck, 5, allow_gaps=True)
    assert found.stage == "with gaps"
    assert found.gaps[0] == found.value[0] - 3 != 0


@pytest.mark.parametrize(("value", "base", "words"), [([1.0], 1, "at least 2"), ([1.5], 5, "whole number")])
def test_bad_input_to_rounding_is_a_sentence(value, base, words):
    with pytest.raises(ValueError, match=words):
        controlled(system(value, []), base)


def worlds(table: Linked, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Every whole-number table that a reader can think of, by enumeration."""
    ranges = [np.arange(low, high + 1) for low, high in zip(lower, upper, strict=True)]
    every = np.array(list(itertools.product(*ranges)))
    return every[(every @ table.equations.toarray().T == 0).all(axis=1)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(st.integers(0, 12), min_size=2, max_size=3), st.booleans(), st.sampled_from([5, 7]))
def test_the_audit_agrees_with_enumeration(cells, public, k):
    table = system([*cells, sum(cells)], [[*[-1.0] * len(cells), 1.0]])
    found = controlled(table, 5)
    value = table.value
    few = (value >= 1) & (value < k)
    known = np.zeros(len(value), dtype=bool)
    known[-1] = public
    knowledge = Knowledge(few, np.zeros(len(value), dtype=bool), known, k)
    lower = np.where(few, 1, np.where(value == 0, 0, np.maximum(found.value - found.reach, k)))
    upper = np.where(few, k - 1, np.where(value == 0, 0, found.value + found.reach))
    lower[known], upper[known] = value[known], value[known]
    possible = worlds(table, lower, upper)
    report = audit_rounded(table, found, knowledge, few & ~known, 5)
    assert report.checked == (few & ~known).sum()
    for at in np.flatnonzero(few & ~known):
        seen = np.unique(possible[:, at])
        assert report.determined[at] == (len(seen) == 1)
        assert report.narrow[at] == (seen.max() - seen.min() < min(4, k - 2))


def test_two_people_of_a_public_two_are_certain():
    table = system([1, 1, 2], [[-1, -1, 1]])
    few, known = np.array([True, True, False]), np.array([False, False, True])
    knowledge = Knowledge(few, np.zeros(3, dtype=bool), known, 10)
    assert audit_rounded(table, controlled(table, 5), knowledge, few, 5).determined.tolist() == [True, True, False]
    hidden = Knowledge(np.zeros(3, dtype=bool), few, known, 10)
    assert not audit_rounded(table, controlled(table, 5), hidden, few, 5).determined.any()


def run(frames, policy):
    return protect(frames.cells, frames.links, frames.groups, frames.areas, frames.measures, frames.populations, policy)


@pytest.fixture(scope="module")
def frames():
    return made_trust(seed=2, academies=4, roll=60, rates=("suspended", "sensitive_absence"))


@pytest.fixture(scope="module", params=[5, 10])
def rounded(frames, request):
    policy = Policy(k=request.param, level="exact", rounding=Rounding(5), public_totals=PUBLIC)
    return policy, run(frames, policy)


def exact(frames) -> pd.DataFrame:
    return frames.cells[frames.cells["published"]].reset_index(drop=True)


def test_every_printed_count_is_a_multiple_also_the_public_ones_and_none_is_small(frames, rounded):
    policy, protected = rounded
    cells, truth = protected.cells, exact(frames)
    for column in ("numerator", "denominator"):
        printed = cells[column].dropna().astype(float)
        assert len(printed) > 50
        assert (printed % 5 == 0).all()
        assert (np.abs(printed - truth.loc[printed.index, column].astype(float)) < 5).all()
        own = truth.loc[printed.index, column].astype(float)
        assert not ((own >= 1) & (own < policy.k)).any()
    public = cells[(cells["measure"] == "headcount") & (cells["population"] == "pupils") & (cells["characteristic"] == "all")]
    assert public["status"].eq("shown").all()
    assert (public["numerator"].astype(float) != truth.loc[public.index, "numerator"].astype(float)).any()


def test_small_counts_are_low_and_no_other_headcount_is(frames, rounded):
    policy, protected = rounded
    heads = protected.cells["kind"] == "headcount"
    true = exact(frames).loc[heads, "numerator"].astype(int)
    assert ((protected.cells.loc[heads, "status"] == "low") == ((true >= 1) & (true < policy.k))).all()


def test_shown_parts_add_up_to_their_shown_total(rounded):
    heads = rounded[1].cells[lambda cells: (cells["kind"] == "headcount") & (cells["cross_characteristic"] == "all")]
    key = ["population", "period", "area_level", "area_code"]
    totals = heads[heads["characteristic"] == "all"].set_index(key)["numerator"].astype(float)
    lines = heads[heads["characteristic"].isin(["sex", "fsm", "ethnicity"])].groupby([*key, "characteristic"])
    whole = [(name[:4], line["numerator"].astype(float).sum()) for name, line in lines if line["status"].eq("shown").all()]
    assert len(whole) > 5
    assert all(totals[name] == parts for name, parts in whole)


def test_percentages_are_of_rounded_counts_and_of_enough_people(rounded):
    rates = rounded[1].cells[lambda cells: (cells["kind"] == "rate") & cells["value"].notna()]
    assert len(rates) > 20
    assert (rates["value"] == rates["numerator"].astype(float) / rates["denominator"].astype(float)).all()
    assert (rates["denominator"] > 22.5).all()
    assert rates[["low", "high"]].isna().all(axis=None)


def test_a_sensitive_measure_shows_no_whole_group_and_its_hidden_rows_may_be_nobody(frames, rounded):
    policy, protected = rounded
    named = protected.cells["measure"] == "sensitive_absence"
    shown = protected.cells[named & protected.cells["value"].notna()]
    assert len(shown)
    assert ((shown["value"] > 0) & (shown["value"] < 1)).all()
    assert ["pupils", "num:sensitive_absence"] in protected.report["zero_hidden"]
    many = exact(frames)["denominator"].astype("Float64").fillna(0).ge(policy.k)
    assert not (named & many.to_numpy() & (protected.cells["status"] == "low")).any()


def test_means_rest_on_ten_people_and_keep_their_value(frames, rounded):
    policy, protected = rounded
    means = protected.cells[(protected.cells["kind"] == "mean") & protected.cells["value"].notna()]
    truth = exact(frames).loc[means.index]
    assert (means["value"] == truth["value"]).all()
    assert (truth["denominator"].astype(int) >= max(10, policy.k)).all()
    assert (means["denominator"] >= 10).all()


def test_nothing_small_is_certain_and_the_report_says_how_it_was_rounded(rounded):
    report = rounded[1].report
    assert report["rounded_determined"] == report["unprotected"] == 0
    assert report["rounded_checked"] > 100
    assert (report["rounding"], report["rounding_reach"]) == (5, 4)
    assert report["rounded"] == [{"populations": ["pupils", "stable"], "share": None}]
    assert json.loads(json.dumps(report)) == report


def test_counts_that_public_totals_give_away_are_hidden_with_what_stands_beside_them():
    tiny = made_trust(seed=0, academies=3, roll=2, all_through=False, rates=(), means=(), crosses=())
    protected = run(tiny, Policy(k=10, level="exact", rounding=Rounding(5), public_totals=PUBLIC))
    given_away = protected.cells["rule"] == "determined"
    assert given_away.any()
    assert ["pupils", "n"] in protected.report["zero_hidden"]
    assert protected.report["unprotected"] == protected.report["rounded_determined"] == 0
    stuck = made_trust(seed=3, academies=3, roll=2, all_through=False, rates=(), means=(), crosses=())
    assert run(stuck, Policy(k=10, level="exact", rounding=Rounding(5), public_totals=PUBLIC)).report["unprotected"] > 0
    truth = exact(tiny).loc[given_away, "numerator"].astype(int)
    assert (truth == 0).any()
    assert (truth > 0).any()


@pytest.mark.parametrize(("share", "applies"), [(0.3, True), (0.9, False)])
def test_rounding_takes_the_place_of_hiding_only_from_the_declared_share(frames, share, applies):
    hiding = run(frames, Policy(k=10, level="exact"))
    policy = Policy(k=10, level="exact", rounding=Rounding(5, hidden_share=share, populations=("stable",)))
    protected = run(frames, policy)
    if not applies:
        assert protected.cells.equals(hiding.cells)
        assert protected.report["rounded_populations"] == []
        return
    counted = ~hiding.cells["status"].isin(["x", "z"])
    reason = protected.report["rounded"][0]
    assert reason["populations"] == ["pupils", "stable"]
    assert reason["share"] == pytest.approx((hiding.cells.loc[counted, "status"] == "c").mean())
    assert protected.report["unprotected"] == 0


def test_populations_that_nothing_ties_are_rounded_apart(frames):
    other = frames.cells[(frames.cells["population"] == "stable")].assign(population="staff")
    populations = pd.concat([frames.populations, pd.DataFrame([{"population": "staff", "base": ""}])], ignore_index=True)
    both = frames.__class__(**{**frames.__dict__, "cells": pd.concat([frames.cells, other]), "populations": populations})
    assert linked_groups(frames.links, populations) == [("pupils", "stable"), ("staff",)]
    first = Policy(k=10, level="exact", budget=0)  # the first safe pattern: what more time finds depends on how many share it
    hiding = run(both, first)
    protected = run(both, replace(first, rounding=Rounding(5, populations=("staff",))))
    pupils = protected.cells["population"] != "staff"
    assert protected.cells[pupils].equals(hiding.cells[pupils])
    assert (protected.cells.loc[~pupils, "numerator"].dropna().astype(int) % 5 == 0).all()
    assert protected.report["rounded_populations"] == ["staff"]
    with pytest.raises(ValueError, match="not declared: governors"):
        run(frames, Policy(k=10, level="exact", rounding=Rounding(5, populations=("governors",))))


@pytest.mark.parametrize(("k", "base", "share"), [(10, 1, None), (10, 5, 1.5), (5, 10, None)])
def test_a_rounding_that_makes_no_sense_is_refused(k, base, share):
    with pytest.raises(ValueError, match=r"base|share|threshold"):
        Policy(k=k, level="exact", rounding=Rounding(base, hidden_share=share))


def test_a_problem_is_rounded_from_the_command_line(tmp_path, capsys):
    problem = {
        "format": "csp-linked-1",
        "name": "made up",
        "policy": {"primary": "1..4", "need_hi": 5, "need_width": 4, "lower_bound": 1, "zeros_suppressible": False},
        "columns": ["id", "table", "labels", "value", "primary", "published", "suppressible", "cost"],
        "cells": [[1, "t", [], 16, 0, 1, 1, 1], [2, "t", [], 7, 0, 1, 1, 1], [3, "t", [], 9, 0, 1, 1, 1]],
        "relations": [[1, [2, 3]]],
    }
    source, out = tmp_path / "problem.json", tmp_path / "rounded.json"
    source.write_text(json.dumps(problem))
    assert main(["round", str(source), "--base", "5", "--budget", "5", "-o", str(out)]) == 0
    written = json.loads(out.read_text())
    assert written["cells"] == [[1, 15], [2, 5], [3, 10]]
    assert written["reach"] == 4
    assert written["stage"] == "neighbours"
    assert written["certain"] == []
    problem["cells"] = [[1, "t", [], 2, 1, 1, 0, 1], [2, "t", [], 1, 1, 1, 1, 1], [3, "t", [], 1, 1, 1, 1, 1]]
    source.write_text(json.dumps(problem))
    assert main(["round", str(source), "--base", "5", "-o", str(out)]) == 1
    assert json.loads(out.read_text())["certain"] == [2, 3]
    assert main(["round", str(source), "--base", "1", "-o", str(tmp_path / "none.json")]) == 2
    assert "at least 2" in capsys.readouterr().err
    assert not (tmp_path / "none.json").exists()

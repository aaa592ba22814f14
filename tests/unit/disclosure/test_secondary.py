"""Nothing hidden can be worked out: judged by an attacker that shares no code with the engine."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.sparse as sp
from attacker import fillings, interval
from hypothesis import given, settings
from hypothesis import strategies as st
from made_trust import made_trust

from pipelines.disclosure import audit, secondary
from pipelines.disclosure.cells import build
from pipelines.disclosure.linked import Linked
from pipelines.disclosure.primary import primaries, small


def table(inner: np.ndarray) -> Linked:
    """A two-way table with margins and total as a linked system."""
    rows, columns = inner.shape
    full = np.zeros((rows + 1, columns + 1))
    full[1:, 1:] = inner
    full[0, 1:], full[1:, 0], full[0, 0] = inner.sum(0), inner.sum(1), inner.sum()
    at = np.arange(full.size).reshape(full.shape)
    equations = np.zeros((rows + columns + 2, full.size))
    for number, (whole, parts) in enumerate(
        [(at[r, 0], at[r, 1:]) for r in range(rows + 1)] + [(at[0, c], at[1:, c]) for c in range(columns + 1)]
    ):
        equations[number, whole], equations[number, parts] = 1, -1
    value = full.ravel()
    everything = np.ones(full.size, dtype=bool)
    return Linked(
        value=value, equations=sp.csr_matrix(equations), published=everything, candidate=everything,
        cost=np.floor(10 + 10 * np.log2(1 + value)), family=np.zeros(full.size, dtype=np.int64), counts=everything,
        floor=np.zeros(full.size), ceiling=np.full(full.size, np.inf), implies=np.empty((0, 2), dtype=np.int64),
        lines=np.ones(len(equations), dtype=bool),
    )  # fmt: skip


def recoverable(system: Linked, hidden: np.ndarray, which: np.ndarray) -> list[int]:
    found = []
    for target in np.flatnonzero(which):
        low, high = interval(system, hidden, int(target))
        if high - low < 1e-6 * max(1.0, abs(low)):
            found.append(int(target))
    return found


small_tables = st.integers(2, 4).flatmap(
    lambda rows: st.integers(2, 4).flatmap(
        lambda columns: st.lists(st.integers(0, 12), min_size=rows * columns, max_size=rows * columns).map(
            lambda cells: np.array(cells, dtype=float).reshape(rows, columns)
        )
    )
)


@settings(max_examples=35, deadline=None, derandomize=True)
@given(small_tables)
def test_no_hidden_cell_of_a_table_can_be_worked_out(inner):
    system = table(inner)
    primary = small(system.value, 5)
    pattern = secondary.exact(system, primary, np.zeros_like(primary))
    assert (pattern.hidden | ~primary).all()
    assert recoverable(system, pattern.hidden, pattern.hidden & ~pattern.unprotected) == []


@settings(max_examples=35, deadline=None, derandomize=True)
@given(small_tables, st.randoms(use_true_random=False))
def test_the_audit_finds_exactly_what_an_attacker_finds(inner, random):
    system = table(inner)
    hidden = np.array([random.random() < 0.45 for _ in range(len(system))])
    assert np.flatnonzero(audit.fixed(system, hidden)).tolist() == recoverable(system, hidden, hidden)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 2), min_size=4, max_size=6), st.randoms(use_true_random=False))
def test_the_audit_agrees_with_the_enumeration_of_every_possible_table(cells, random):
    system = table(np.array(cells[: len(cells) // 2 * 2], dtype=float).reshape(2, -1))
    hidden = np.zeros(len(system), dtype=bool)
    hidden[random.sample(range(len(system)), 4)] = True
    worlds = fillings(system, hidden, most=16)
    unique = np.array([len(set(worlds[:, at])) == 1 for at in range(len(system))])
    assert np.flatnonzero(audit.fixed(system, hidden)).tolist() == np.flatnonzero(unique & hidden).tolist()


@pytest.mark.parametrize("seed", range(4))
def test_nothing_hidden_in_a_made_trust_can_be_worked_out(seed, policy):
    frames = made_trust(seed=seed, academies=3, roll=50, crosses=() if seed % 2 else (("sex", "fsm"),))
    tables = build(frames.cells, frames.links, frames.groups, frames.areas, frames.measures, policy)
    primary = primaries(tables, frames.cells, frames.measures, policy)
    pattern = secondary.exact(tables.linked, primary.hidden, primary.latent)
    assert not pattern.unprotected.any()
    draw = np.random.default_rng(seed)
    protected = np.flatnonzero(pattern.hidden | primary.latent)
    sample = np.zeros(len(tables.linked), dtype=bool)
    sample[draw.choice(protected, min(35, len(protected)), replace=False)] = True
    assert recoverable(tables.linked, pattern.hidden, sample) == []


def test_primaries_alone_would_be_recovered_by_subtraction():
    system = table(np.array([[3.0, 20.0], [15.0, 30.0]]))
    primary = small(system.value, 5)
    assert audit.fixed(system, primary).sum() == 1


def test_showing_one_secondary_again_trips_the_audit():
    system = table(np.array([[3.0, 20.0, 14.0], [15.0, 30.0, 11.0], [12.0, 13.0, 2.0]]))
    primary = small(system.value, 5)
    hidden = secondary.exact(system, primary, np.zeros_like(primary), insider_third=False).hidden
    assert not audit.fixed(system, hidden).any()
    for shown_again in np.flatnonzero(hidden & ~primary):
        leaky = hidden.copy()
        leaky[shown_again] = False
        assert audit.fixed(system, leaky).any()


def test_a_zero_is_never_hidden_to_protect_another_where_zeros_are_shown():
    system = table(np.array([[3.0, 0.0, 25.0], [0.0, 20.0, 25.0], [25.0, 25.0, 0.0]]))
    pattern = secondary.exact(system, small(system.value, 5), np.zeros(len(system), dtype=bool))
    assert not pattern.hidden[system.value == 0].any()


def test_where_only_a_nought_helps_one_is_hidden_and_not_the_family():
    """Two hidden ones under a total of two that was told before: 1 and 1, unless either may be nought. Elsewhere in the family a nought may move."""
    value = np.array([2, 1, 1, 12, 0, 5, 7], dtype=float)
    equations = np.array([[1, -1, -1, 0, 0, 0, 0], [0, 0, 0, 1, -1, -1, -1]], dtype=float)
    system = dataclasses.replace(
        table(np.ones((2, 2))), value=value, equations=sp.csr_matrix(equations), cost=value + 10, candidate=value != 2,
        **{name: np.ones(len(value), dtype=bool) for name in ("published", "counts")}, lines=np.ones(2, dtype=bool),
        family=np.zeros(len(value), dtype=np.int64), floor=np.zeros(len(value)), ceiling=np.full(len(value), np.inf),
    )  # fmt: skip
    ones = value == 1
    found = secondary.exact(system, ones, np.zeros(len(value), dtype=bool), insider_third=False)
    assert not found.unprotected.any() and not found.whole_families
    assert found.hidden.tolist() == [False, True, True, False, True, True, False]
    assert not recoverable(system, found.hidden, found.hidden)


def test_a_lower_bound_of_one_is_reckoned_with():
    """Two ones under a shown 2: with zeros shown both are 1 for sure, so the 2 must be hidden too."""
    system = table(np.array([[1.0, 1.0], [30.0, 30.0]]))
    inner_only = np.isin(np.arange(9), [4, 5, 7, 8])
    assert audit.fixed(system, inner_only).sum() == 4
    pattern = secondary.exact(system, small(system.value, 5), np.zeros(9, dtype=bool))
    assert recoverable(system, pattern.hidden, pattern.hidden) == []


def test_a_single_person_cannot_work_out_the_other_hidden_cell():
    system = table(np.array([[1.0, 20.0, 21.0, 22.0], [30.0, 31.0, 32.0, 33.0], [34.0, 35.0, 36.0, 37.0]]))
    primary = small(system.value, 5)
    for third, least in ((True, 3), (False, 2)):
        hidden = secondary.exact(system, primary, np.zeros_like(primary), insider_third=third).hidden.reshape(4, 5)
        assert hidden[1].sum() == least


def test_a_total_that_another_table_tells_is_no_third_for_a_single_person():
    """Teachers by ethnicity are printed without their total, which teachers by sex give away: 1 and 3 beside 70 and 262 need a third."""
    value = np.array([336.0, 1.0, 3.0, 70.0, 262.0, 336.0, 0.0])
    equations = np.array([[1, -1, -1, -1, -1, 0, 0], [1, 0, 0, 0, 0, -1, -1]])
    total, by_ethnicity = np.arange(7) == 0, np.isin(np.arange(7), [1, 2, 3, 4])
    system = dataclasses.replace(
        table(np.zeros((1, 1))), value=value, equations=sp.csr_matrix(equations), published=~total, candidate=by_ethnicity,
        cost=1 + value, family=np.zeros(7, dtype=np.int64), counts=np.ones(7, dtype=bool), floor=np.zeros(7),
        ceiling=np.full(7, np.inf), lines=np.ones(2, dtype=bool),
    )  # fmt: skip
    for third, expected in ((True, [1, 2, 3]), (False, [1, 2])):
        pattern = secondary.exact(system, small(value, 10) & by_ethnicity, np.zeros(7, dtype=bool), insider_third=third)
        assert np.flatnonzero(pattern.hidden).tolist() == expected


def test_the_same_input_gives_the_same_pattern(policy):
    frames = made_trust(seed=8, academies=4, roll=40)
    patterns = []
    for _ in range(2):
        tables = build(frames.cells, frames.links, frames.groups, frames.areas, frames.measures, policy)
        primary = primaries(tables, frames.cells, frames.measures, policy)
        patterns.append(secondary.exact(tables.linked, primary.hidden, primary.latent).hidden)
    assert (patterns[0] == patterns[1]).all()


def test_what_public_totals_give_away_is_counted_and_not_passed_over():
    """A column of 3 and 0 under a public 3, in a row under a public 3: no pattern can hide the 3."""
    system = table(np.array([[3.0, 0.0], [0.0, 0.0]]))
    margins = np.isin(np.arange(9), [0, 1, 2, 3, 6])
    public = dataclasses.replace(system, candidate=~margins)
    primary = small(system.value, 5) & ~margins
    pattern = secondary.exact(public, primary, np.zeros_like(primary))
    assert pattern.unprotected[4]
    assert pattern.whole_families == [0]

"""The solver behind the attack against brute force: every table small enough to list all its solutions."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from expectations.attack import attack
from expectations.attack.algebra import determined
from expectations.attack.bounds import Need, Room, interior, make_room
from expectations.attack.linear import UNBOUNDED, Contradiction, System, components, subtract_lines, tighten
from expectations.attack.problems import attack_problem
from expectations.attack.programme import OutOfTime
from expectations.attack.solving import Findings, solve

LONG = 60.0


def table_system(cells: np.ndarray, hidden: np.ndarray, least: int) -> tuple[System, np.ndarray]:
    """A two-way table with its margins shown and some inner cells hidden, and the true values; margins are the last unknowns."""
    height, width = cells.shape
    inner = np.arange(height * width).reshape(height, width)
    lines = [*inner, *inner.T]
    matrix = np.zeros((len(lines), height * width + len(lines)))
    for number, line in enumerate(lines):
        matrix[number, line] = -1
        matrix[number, height * width + number] = 1
    values = np.concatenate([cells.ravel(), *([cells.ravel()[line].sum()] for line in lines)]).astype(float)
    open_ = np.concatenate([hidden.ravel(), np.zeros(len(lines), dtype=bool)])
    lower, upper = np.where(open_, least, values), np.where(open_, UNBOUNDED, values)
    return System(sparse.csr_matrix(matrix), np.zeros(len(lines)), lower.astype(float), upper.astype(float)), values


def every_solution(system: System, values: np.ndarray) -> np.ndarray:
    """All whole solutions, by trying every combination of the hidden cells up to the largest number shown in a line of theirs."""
    open_ = np.flatnonzero(~system.fixed)
    dense = system.matrix.toarray()
    most = [int(values[np.abs(dense[dense[:, cell] != 0]).max(axis=0) > 0].max()) for cell in open_]
    options = [np.arange(int(system.lower[cell]), top + 1) for cell, top in zip(open_, most, strict=True)]
    combinations = np.array(list(itertools.product(*options)))
    points = np.repeat(values[None, :], len(combinations), axis=0)
    points[:, open_] = combinations
    return points[np.abs(points @ dense.T - system.rhs).max(axis=1) < 1e-9]


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[System, np.ndarray]:
    shape = draw(st.sampled_from([(2, 2), (2, 3), (3, 2)]))
    size = shape[0] * shape[1]
    least = draw(st.sampled_from([0, 1]))
    cells = np.array(draw(st.lists(st.integers(least, 3), min_size=size, max_size=size))).reshape(shape)
    chosen = draw(st.sets(st.integers(0, size - 1), max_size=5))
    hidden = np.isin(np.arange(size), list(chosen)).reshape(shape)
    return table_system(cells, hidden, least)


def solved(system: System, seconds: float = LONG) -> Findings:
    count = len(system.lower)
    return solve(system, np.ones(count, dtype=bool), Need(np.full(count, 10.0), np.full(count, 9.0)), seconds, seconds)


@settings(max_examples=40, deadline=None)
@given(small_tables())
def test_the_attack_fixes_exactly_what_brute_force_fixes(case: tuple[System, np.ndarray]) -> None:
    """Two-way tables are totally unimodular: their linear bounds are attained by whole tables, so both must agree exactly."""
    system, values = case
    solutions = every_solution(system, values)
    found = solved(system)
    assert found.contradictions == 0
    assert np.array_equal(found.fixed, solutions.min(axis=0) == solutions.max(axis=0))
    assert np.array_equal(found.lowest[found.fixed], values[found.fixed])


@settings(max_examples=40, deadline=None)
@given(small_tables())
def test_settled_ranges_hold_every_solution_and_others_are_witnessed(case: tuple[System, np.ndarray]) -> None:
    system, values = case
    solutions = every_solution(system, values)
    found = solved(system)
    assert np.all(found.lowest[~found.settled] >= solutions.min(axis=0)[~found.settled] - 1e-6)
    assert np.all(found.highest[~found.settled] <= solutions.max(axis=0)[~found.settled] + 1e-6)
    assert np.all(found.lowest[found.settled] <= solutions.min(axis=0)[found.settled] + 1e-6)
    assert np.all(found.highest[found.settled] >= solutions.max(axis=0)[found.settled] - 1e-6)


@settings(max_examples=40, deadline=None)
@given(small_tables())
def test_every_range_too_narrow_for_brute_force_is_found(case: tuple[System, np.ndarray]) -> None:
    system, values = case
    solutions = every_solution(system, values)
    lowest, highest = solutions.min(axis=0), solutions.max(axis=0)
    found = solved(system)
    short = (highest < 10) | (highest - lowest < 9)
    assert np.array_equal(found.settled & ~found.fixed, short & ~found.fixed)


@settings(max_examples=40, deadline=None)
@given(small_tables())
def test_narrowed_ranges_hold_every_solution(case: tuple[System, np.ndarray]) -> None:
    system, values = case
    solutions = every_solution(system, values)
    narrowed = tighten(subtract_lines(system))
    assert np.all(narrowed.lower <= solutions.min(axis=0))
    assert np.all(narrowed.upper >= solutions.max(axis=0))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5), st.integers(1, 7), st.data())
def test_exact_algebra_agrees_with_rank(height: int, width: int, data: st.DataObject) -> None:
    """An unknown is determined when adding its unit row does not raise the rank."""
    entries = data.draw(st.lists(st.integers(-1, 1), min_size=height * width, max_size=height * width))
    matrix = np.array(entries, dtype=float).reshape(height, width)
    rank = np.linalg.matrix_rank(matrix)
    by_rank = [np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank for unit in np.eye(width)]
    assert determined(sparse.csr_matrix(matrix)).tolist() == by_rank


@settings(max_examples=40, deadline=None)
@given(small_tables())
def test_the_interior_point_solves_the_system_and_pins_only_what_is_pinned(case: tuple[System, np.ndarray]) -> None:
    system, values = case
    solutions = every_solution(system, values)
    for part, where in components(system):
        point, pinned = interior(part, time.monotonic() + LONG)
        assert np.allclose(part.matrix @ point, part.rhs, atol=1e-5)
        assert np.all(point >= part.lower - 1e-6)
        assert np.array_equal(pinned, solutions.max(axis=0)[where] == part.lower)


def test_a_single_hidden_cell_falls_to_line_subtraction() -> None:
    system, _ = table_system(np.array([[3, 20], [20, 20]]), np.array([[True, False], [False, False]]), 1)
    assert solved(system).way[0] == "lines"


def test_a_remainder_of_nought_fixes_every_part() -> None:
    system, _ = table_system(np.array([[1, 1], [1, 1]]), np.ones((2, 2), dtype=bool), 1)
    assert set(solved(system).way[:4]) == {"remainders"}


def test_two_lines_that_share_all_but_one_unknown_fall_to_algebra() -> None:
    """a + b + c and a + b + d are shown, and so is c + d: neither line has one unknown left, yet c and d follow."""
    matrix = sparse.csr_matrix(np.array([[1.0, 1, 1, 0], [1, 1, 0, 1], [0, 0, 1, 1]]))
    values = np.array([30.0, 40.0, 7.0, 20.0])
    found = solved(System(matrix, matrix @ values, np.zeros(4), np.full(4, UNBOUNDED)))
    assert found.way.tolist() == ["", "", "algebra", "algebra"]
    assert found.lowest[2:].tolist() == [7.0, 20.0]


def test_a_published_line_that_does_not_hold_is_a_contradiction() -> None:
    matrix = sparse.csr_matrix(np.array([[1.0, -1.0, -1.0]]))
    known = np.array([10.0, 4.0, 5.0])
    with pytest.raises(Contradiction):
        subtract_lines(System(matrix, np.zeros(1), known, known))


def test_numbers_that_leave_no_solution_are_a_contradiction() -> None:
    matrix = sparse.csr_matrix(np.array([[1.0, 1.0]]))
    with pytest.raises(Contradiction):
        tighten(System(matrix, np.array([1.0]), np.ones(2), np.full(2, UNBOUNDED)))


def test_no_time_leaves_questions_unanswered_and_nothing_certified() -> None:
    system, _ = table_system(np.array([[4, 20], [15, 20]]), np.ones((2, 2), dtype=bool), 1)
    found = solved(system, seconds=0.0)
    assert found.unsure[:4].all()
    assert not found.fixed[:4].any()


def test_room_keeps_what_was_witnessed_when_time_runs_out() -> None:
    system, _ = table_system(np.array([[4, 20], [15, 20]]), np.ones((2, 2), dtype=bool), 1)
    part, _ = components(system)[0]
    room = Room(np.array([4.0, 20, 15, 20]), np.array([4.0, 20, 15, 20]), np.zeros(4, dtype=bool))
    with pytest.raises(OutOfTime):
        make_room(part, room, np.ones(4, dtype=bool), Need(np.full(4, 10.0), np.full(4, 9.0)), time.monotonic() - 1)
    assert room.lowest.tolist() == [4.0, 20.0, 15.0, 20.0]


def problem(folder: Path, suppressed: list[int]) -> tuple[Path, Path]:
    """A two-way table with one primary as a ``csp-linked-1`` problem, and a pattern for it."""
    values = {0: 3, 1: 20, 2: 20, 3: 20, 4: 23, 5: 40, 6: 23, 7: 40, 8: 63}
    cells = [[number, "t", {}, value, int(value < 5), 1, int(number < 4), 10] for number, value in values.items()]
    stated = {
        "format": "csp-linked-1", "name": "small", "k": 5,
        "policy": {"need_hi": 5, "need_width": 4, "lower_bound": 0},
        "columns": ["id", "table", "labels", "value", "primary", "published", "suppressible", "cost"],
        "cells": cells,
        "relations": [[4, [0, 1]], [5, [2, 3]], [6, [0, 2]], [7, [1, 3]], [8, [4, 5]], [8, [6, 7]]],
    }  # fmt: skip
    (folder / "problem.json").write_text(json.dumps(stated))
    (folder / "pattern.json").write_text(json.dumps({"suppressed": suppressed}))
    return folder / "problem.json", folder / "pattern.json"


def test_a_pattern_of_primaries_alone_is_recovered(tmp_path: Path) -> None:
    report = attack_problem(*problem(tmp_path, [0]))
    assert [item.way for item in report.recovered] == ["lines"]
    assert not report.passed


def test_a_rectangle_protects_its_primary(tmp_path: Path) -> None:
    assert attack_problem(*problem(tmp_path, [0, 1, 2, 3])).passed


def test_a_primary_that_is_not_hidden_is_a_problem(tmp_path: Path) -> None:
    assert not attack_problem(*problem(tmp_path, [])).passed


def test_a_pattern_that_hides_what_must_stay_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must stay shown"):
        attack_problem(*problem(tmp_path, [0, 8]))


def test_a_folder_without_a_release_has_not_passed(tmp_path: Path) -> None:
    report = attack(tmp_path)
    assert not report.passed
    assert report.problems


@pytest.mark.parametrize("block", [{}, {"k": 10}, {"k": 1, "level": "exact"}, {"k": 10, "level": "none"}, {"k": "10", "level": "exact"}])
def test_a_disclosure_block_that_says_too_little_has_not_passed(block: dict[str, object], tmp_path: Path) -> None:
    assert not attack(tmp_path, disclosure=block).passed

"""Small numbers broken on purpose: each drill must say that its promise is not kept."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest

from pipelines.disclosure import protect
from pipelines.drills import disclosure, tables, terms
from pipelines.drills.disclosure import FAULTS, POLICIES, derived_are_hidden, disobeyed, told_of_hidden, unfounded
from pipelines.drills.promise import Case
from pipelines.drills.scene import Scene


class Unreleased(Scene):
    """A scene without a whole release: the case before it is what is asked for."""

    def released(self) -> Any:
        raise AssertionError("only random trusts are asked for here")


@pytest.fixture(scope="module")
def made() -> tables.Figures:
    return tables.random_trust(107)


@pytest.fixture
def unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A suppressor that hides nothing for others' sake."""

    def forgets(self: tables.Figures, policy: Any) -> Any:
        done = protect(self.cells, pd.DataFrame(), self.groups, self.areas, self.measures, self.populations, policy)
        return dataclasses.replace(done, cells=disclosure.shown_again(self, done.cells, done.cells["rule"] == "secondary"))

    monkeypatch.setattr(tables.Figures, "protected", forgets)


def first(drill: Any, scene: Scene, number: int) -> list[Case]:
    cases = drill(scene)
    return [next(cases) for _ in range(number)]


def test_a_shown_small_count_breaks_promise_15(made: tables.Figures) -> None:
    safe = made.protected(POLICIES["exact"]).cells
    assert disobeyed(safe, made, 10) == []
    told = disclosure.shown_again(made, safe, (safe["rule"] == "threshold") & (safe["measure"] == "headcount"))
    assert disobeyed(told, made, 10) == ["a count under the threshold is shown"]
    assert "a row is missing" in disobeyed(safe.iloc[1:], made, 10)
    assert "a row that is not shown holds a number" in disobeyed(safe.assign(value=1.0), made, 10)
    zeros = disclosure.shown_again(made, safe, safe["rule"] == "whole_group")
    assert "a whole group is shown of a sensitive measure" in disobeyed(zeros, made, 10)


def test_a_suppressor_that_forgets_secondaries_breaks_promise_16(unprotected: None, tmp_path: Any) -> None:
    assert not all(case.passed for case in first(disclosure.attack_fails, Unreleased(tmp_path), 1))


def test_an_attack_that_finds_nothing_breaks_promise_16(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(disclosure, "_attacked", lambda name, *_: Case(name, True))
    cases = first(disclosure.attack_fails, Unreleased(tmp_path), 1 + len(FAULTS))
    assert [case.name for case in cases if not case.passed]


def test_releases_protected_one_by_one_break_promise_17(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    real = terms.publish
    monkeypatch.setattr(terms, "publish", lambda trust, earlier, jointly: real(trust, earlier, False))
    (case,) = first(disclosure.nothing_by_comparison, Scene(tmp_path), 1)
    assert not case.passed


def test_a_share_without_its_counts_breaks_promise_18(made: tables.Figures) -> None:
    safe = made.protected(POLICIES["exact"]).cells
    assert unfounded(safe) == []
    hidden = (safe["status"] == "c") & (safe["kind"] == "rate")
    assert unfounded(safe.assign(value=safe["value"].mask(hidden, 0.25))) == ["a share or mean of a hidden row is printed"]
    other = safe.assign(value=safe["value"].mask(safe["kind"] == "rate", safe["value"] + 0.01))
    assert unfounded(other) == ["a share is not the quotient of its printed counts"]


def test_a_gap_of_a_hidden_figure_breaks_promise_18(made: tables.Figures, tmp_path: Any) -> None:
    cells = made.protected(POLICIES["exact"]).cells
    place = [*disclosure.PAST, "cross_characteristic"]
    hidden = cells.loc[(cells["status"] == "c") & (cells["cross_characteristic"] == "all"), place]
    shown = cells.loc[(cells["status"] == "shown") & (cells["cross_characteristic"] == "all"), place]
    assert told_of_hidden(shown.assign(gap=0.1), hidden) == 0
    assert told_of_hidden(hidden.assign(gap=float("nan")), hidden) == 0
    assert told_of_hidden(hidden.assign(gap=0.1), hidden) == len(hidden) > 0
    (tmp_path / "marts").mkdir()
    cells.reindex(columns=disclosure.CELL).to_parquet(tmp_path / "marts" / "mart_pupil_outcomes.parquet")
    hidden.assign(gap=0.1).drop(columns="cross_characteristic").to_parquet(tmp_path / "marts" / "mart_gaps.parquet")
    (tmp_path / "manifest.json").write_text('{"disclosure": {"rules": {}}}')
    assert [case.passed for case in derived_are_hidden(tmp_path)] == [False, False]

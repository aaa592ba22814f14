"""Small numbers: the suppressor and the attacker, who share no code, set against each other on trusts and tables that chance makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from expectations.attack.attacker import attack_release
from expectations.attack.reading import CELL, NUMBERS, PRINTED, Disclosure, Release, canonical
from expectations.attack.statistics import statistics
from expectations.release import judge_attack, judge_release
from pipelines.disclosure import Policy, Protected
from pipelines.disclosure.told import PLACE
from pipelines.drills import tables
from pipelines.drills.moving_trust import Trust
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.drills.tables import Figures
from pipelines.drills.terms import NIGHTLY, TERMLY, Pace, Published, publish, simulate
from pipelines.orchestration import steps
from pipelines.orchestration.opened import Opened

K = 10
POLICIES = {level: Policy(k=K, level=level, budget=0.2) for level in ("exact", "interval")}  # type: ignore[arg-type]
SMALLEST = Policy(k=3, level="exact", budget=0.05)
TRUSTS, MOST = range(200), 5
PAST = ["population", "period", "area_level", "area_code", "measure", "characteristic", "group_code"]
Fault = Callable[[Figures, Protected], pd.DataFrame]


def policy_is_obeyed(scene: Scene) -> Iterator[Case]:
    """15: random trusts at both levels, every small table, and a whole release, judged by the policy's own words."""
    for seed in scene.some(TRUSTS, 3):
        for level, policy in POLICIES.items():
            made = tables.random_trust(seed)
            broken = disobeyed(made.protected(policy).cells, made, policy.k)
            yield Case(f"trust {seed}, level {level}", not broken, "; ".join(broken))
    for counts in scene.some(list(tables.small_tables(MOST)), 12):
        made = tables.two_by_two(counts)
        broken = disobeyed(made.protected(SMALLEST).cells, made, SMALLEST.k)
        yield Case(f"table {counts}", not broken, "; ".join(broken))
    verdict = judge_release(scene.released().releases / "current")
    yield Case("a whole release before gate 2", verdict.passed, ", ".join(verdict.failed))


def disobeyed(cells: pd.DataFrame, made: Figures, k: int) -> list[str]:
    """The rules that a published row breaks, in words. ``k``: the threshold. A nought, and everybody, are shown where no measure is sensitive."""
    rows = cells.merge(made.measures[["measure", "sensitive"]], on="measure")
    shown = rows["status"].isin(PRINTED)
    counts, people = rows["numerator"].astype("Float64"), rows["denominator"].astype("Float64")
    rate = rows["kind"] == "rate"
    few = pd.concat([counts, people.where(rows["kind"] != "headcount"), (people - counts).where(rate)], axis=1)
    small = ((few >= 1) & (few < k)).fillna(False).any(axis=1)
    whole = rate & rows["sensitive"] & ((counts == 0) | (counts == people)).fillna(False) & (people >= k).fillna(False)
    told = {
        "a count under the threshold is shown": shown & small,
        "a whole group is shown of a sensitive measure": shown & whole,
        "a mean of too few is shown": shown & (rows["kind"] == "mean") & (people < k).fillna(True),
        "a row that is not shown holds a number": ~shown & rows[NUMBERS].notna().any(axis=1),
        "a row is missing": pd.Series([len(rows) != len(made.cells)] * len(rows), dtype=bool),
    }
    return [words for words, where in told.items() if where.any()]


def attack_fails(scene: Scene) -> Iterator[Case]:
    """16: an attack told which counts are small recovers nothing of what was protected, and finds every fault that is planted."""
    for seed in scene.some(TRUSTS, 3):
        for level, policy in POLICIES.items():
            made = tables.random_trust(seed)
            protected = made.protected(policy)
            yield _attacked(f"trust {seed}, level {level}", made, protected.cells, protected.report)
            if level == "exact":
                for name, fault in FAULTS.items():
                    faulty = fault(made, protected)
                    if not faulty.equals(protected.cells):
                        found = _attacked(f"trust {seed}, {name}", made, faulty, protected.report)
                        yield Case(found.name, not found.passed, "the attack found nothing" if found.passed else "")
    for counts in scene.some(list(tables.small_tables(MOST)), 12):
        made = tables.two_by_two(counts)
        protected = made.protected(SMALLEST)
        yield _attacked(f"table {counts}", made, protected.cells, protected.report)
    opened = Opened.at(scene.released().root)
    verdict = judge_attack(opened.home.releases / "current", truth=steps.unprotected(opened, opened.whole))
    yield Case("a whole release, all tables and files together", verdict.passed, ", ".join(verdict.failed))


def _attacked(name: str, made: Figures, cells: pd.DataFrame, report: dict[str, Any]) -> Case:
    found = attack_release(made.release(cells, report), truth=made.cells, seconds=120, width_seconds=120)
    problems = [f"{len(found.recovered)} recovered"] if found.recovered else []
    problems += [f"{len(found.told_by_oneself)} told to somebody counted alone"] if found.told_by_oneself else []
    problems += [] if found.passed or problems else [f"{found.too_narrow} too narrow, {found.unanswered} unanswered"]
    return Case(name, found.passed, "; ".join(problems))


def no_secondaries(made: Figures, protected: Protected) -> pd.DataFrame:
    """Only what is small by itself is hidden."""
    return shown_again(made, protected.cells, protected.cells["rule"] == "secondary")


def one_line_forgotten(made: Figures, protected: Protected) -> pd.DataFrame:
    """In one academy the secondaries of one characteristic are left out, where one small count is hidden under a printed total."""
    for company in companies(protected.cells):
        return shown_again(made, protected.cells, protected.cells.index.to_series().isin(company.index))
    return protected.cells


def rates_forgotten(made: Figures, protected: Protected) -> pd.DataFrame:
    """Such secondaries are hidden as headcounts, and told by the rates that rest on them."""
    cells = protected.cells
    rates = cells[(cells["rule"] == "closure") & (cells["measure"] == "absent")]
    for company in companies(cells):
        told = rates.reset_index().merge(company[PLACE])["index"]
        if len(told) == len(company):
            return shown_again(made, cells, cells.index.to_series().isin(told))
    return cells


def companies(cells: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The headcounts that are hidden for the sake of a single small one in the same line, whose total is printed: without them it is told.

    A secondary that shares its line with more unknowns may be one too many, and its telling nothing.
    """
    heads = cells[(cells["measure"] == "headcount") & (cells["area_level"] == "academy") & (cells["cross_characteristic"] == "all")]
    totals = heads.loc[(heads["characteristic"] == "all") & (heads["status"] == "shown"), "area_code"]
    for (area, _), line in heads[heads["characteristic"] != "all"].groupby(["area_code", "characteristic"]):
        second = line["rule"] == "secondary"
        if area in set(totals) and ((line["status"] == "c") & ~second).sum() == 1 and second.any():
            yield line[second]


FAULTS: dict[str, Fault] = {
    "no secondaries": no_secondaries,
    "the secondaries of one line left out": one_line_forgotten,
    "hidden counts told by their rates": rates_forgotten,
}


def shown_again(made: Figures, cells: pd.DataFrame, which: pd.Series) -> pd.DataFrame:
    """``cells`` with those rows printed after all, with the numbers they truly have."""
    key = [*PLACE, "measure"]
    true = cells[key].merge(made.cells, on=key, how="left", validate="one_to_one")
    told = cells.copy()
    told.loc[which, NUMBERS] = true.loc[which.to_numpy(), NUMBERS].to_numpy()
    told.loc[which, "status"] = "shown"
    return told


def nothing_by_comparison(scene: Scene) -> Iterator[Case]:
    """17: release after release of a trust that people join, leave and are corrected in; each attacked together with all before it, and
    by whoever stands at the gate and knows how many came and went."""
    found_alone = 0
    for seed in scene.some(range(40), 2):
        for name, pace in (("termly", TERMLY), ("nightly", NIGHTLY)):
            terms = 6 if scene.full else 3
            lines = simulate(terms, seed, pace, academies=3, smallest=60, largest=160)
            told, alone = sum(line.isolated for line in lines), sum(line.isolated_alone for line in lines)
            found_alone += alone
            yield Case(f"{terms} {name} releases of trust {seed}, at the gate", told == 0, f"{told} people found" if told else "")
            yield from _jointly(seed, pace, name, terms)
    yield Case("the same attack finds people where releases are protected one by one", found_alone > 0, f"{found_alone} found")


def _jointly(seed: int, pace: Pace, name: str, terms: int) -> Iterator[Case]:
    trust = Trust(np.random.default_rng(seed))
    series: list[Published] = []
    before: list[pd.DataFrame] = []
    for number in range(terms):
        period = f"term {number + 1:02d}"
        if number:
            trust.move_on(period, pace.joiners, pace.leavers, pace.changers)
            trust.change(f"term {number:02d}", pace.corrections)
        else:
            trust.begin(period, 3, 60, 160)
        series.append(publish(trust, series, True))
        release = _release_of(trust, series[-1])
        found = attack_release(release, before, seconds=120, truth=trust.frames()["cells"])
        yield Case(
            f"{name} release {number + 1} of trust {seed}, with all before it",
            found.passed,
            "" if found.passed else f"{len(found.recovered)} recovered",
        )
        before.append(statistics(release))


def _release_of(trust: Trust, published: Published) -> Release:
    frames = trust.frames()
    block = {"k": K, "level": "exact", "zero_hidden": [] if published.zeros_shown else [("pupils", "n")]}
    return Release(
        canonical(published.cells.reindex(columns=CELL)),
        frames["groups"],
        frames["areas"],
        frames["measures"].assign(decimals=0),
        frames["populations"].assign(nested=False),
        Disclosure.of(block),
    )


def shares_give_nothing_away(scene: Scene) -> Iterator[Case]:
    """18: every printed share and mean rests on printed counts; an attacker with people and percentages alone, at any number of digits,
    fixes no hidden count; and what is derived from figures is hidden with them."""
    for seed in scene.some(TRUSTS, 5):
        made = tables.random_trust(seed)
        protected = made.protected(POLICIES["exact"])
        wrong = unfounded(protected.cells)
        yield Case(f"trust {seed}: every share is of printed counts", not wrong, "; ".join(wrong))
        rates = protected.cells["kind"] == "rate"
        for digits in (1, 2, 3, 15):
            percent = protected.cells["value"].where(~rates, protected.cells["value"].round(digits + 2))
            bare = protected.cells.assign(numerator=protected.cells["numerator"].where(~rates), value=percent)
            yield _attacked(
                f"trust {seed}: people and percentages of {digits} digits", made, _consistent(bare, protected.cells), protected.report
            )
    yield from derived_are_hidden(scene.released().releases / "current")


def _consistent(bare: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """``bare``, but with the numerator where the digits would say another one: a reader of the counts is never misled by rounding."""
    off = (bare["value"] * bare["denominator"].astype(float)).round() != cells["numerator"].astype(float)
    return bare.assign(numerator=bare["numerator"].mask(off & (bare["kind"] == "rate"), cells["numerator"]))


def unfounded(cells: pd.DataFrame) -> list[str]:
    """Shares and means that are printed without printed counts behind them, or that are not their quotient."""
    shown = cells[cells["status"].isin(PRINTED)]
    rates, rest = shown[shown["kind"] == "rate"], cells[~cells["status"].isin(PRINTED)]
    quotient = rates["numerator"].astype(float) / rates["denominator"].astype(float)
    told = {
        "a share is not the quotient of its printed counts": not np.allclose(rates["value"], quotient),
        "a mean is printed without its people": bool(shown.loc[shown["kind"] == "mean", "denominator"].isna().any()),
        "a share or mean of a hidden row is printed": bool(rest["value"].notna().any()),
    }
    return [words for words, wrong in told.items() if wrong]


def derived_are_hidden(release: Path) -> Iterator[Case]:
    """In the marts of ``release``: wherever a figure is hidden, no table made from figures prints it, its gap or its people."""
    marts = {path.stem: pd.read_parquet(path) for path in sorted((release / "marts").glob("mart_*.parquet"))}
    figures = pd.concat([table for table in marts.values() if set(CELL) <= set(table.columns)], ignore_index=True)
    hidden = figures[(figures["status"] == "c") & (figures["cross_characteristic"] == "all")]
    for name, table in marts.items():
        if set(CELL) <= set(table.columns) or not set(PAST) <= set(table.columns):
            continue
        told = told_of_hidden(table, hidden)
        yield Case(f"{name}: nothing of a hidden figure", told == 0, f"{told} rows" if told else "")
    private = json.dumps(json.loads((release / "manifest.json").read_text("utf-8"))["disclosure"])
    yield Case("the manifest says nothing of which rule hid what", '"rules"' not in private and '"rule"' not in private)


def told_of_hidden(table: pd.DataFrame, hidden: pd.DataFrame) -> int:
    """How many rows of a table of derived figures print a number of a figure that is ``hidden``."""
    numbers = [name for name in ("numerator", "value", "gap", "low", "high", "denominator") if name in table.columns]
    both = table.merge(hidden[PAST].drop_duplicates(), on=PAST)
    return int(both[numbers].notna().any(axis=1).sum())


DRILLS: dict[int, Drill] = {15: policy_is_obeyed, 16: attack_fails, 17: nothing_by_comparison, 18: shares_give_nothing_away}

"""protect() as its callers see it: rows, statuses, closure and the report."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from made_trust import made_trust

from pipelines.disclosure import Policy, protect


@pytest.fixture(scope="module")
def frames():
    return made_trust(seed=2, academies=4, roll=60)


@pytest.fixture(scope="module")
def protected(frames):
    return run(frames, Policy(k=10, level="exact"))


def run(frames, policy):
    return protect(frames.cells, frames.links, frames.groups, frames.areas, frames.measures, frames.populations, policy)


PLACE = ["population", "period", "area_level", "area_code", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]


def test_only_published_rows_come_back_each_with_a_status(frames, protected):
    assert len(protected.cells) == int(frames.cells["published"].sum())
    assert set(protected.cells["status"]) <= {"shown", "u", "c", "x", "z"}
    assert not {"smallest", "largest_share", "published"} & set(protected.cells.columns)


def test_a_number_is_there_if_and_only_if_the_row_is_shown(protected):
    shown = protected.cells["status"].isin(["shown", "u"])
    assert protected.cells.loc[shown, "value"].notna().all()
    assert protected.cells.loc[~shown, ["numerator", "denominator", "value", "low", "high", "sd"]].isna().all(axis=None)


def test_every_hidden_row_and_no_other_carries_its_rule(protected):
    assert (protected.cells["rule"].notna() == (protected.cells["status"] == "c")).all()


def test_a_hidden_count_takes_every_row_that_prints_it(protected):
    hidden = protected.cells[(protected.cells["measure"] == "headcount") & (protected.cells["status"] == "c")]
    both = hidden[PLACE].merge(protected.cells, on=PLACE)
    assert len(both) > len(hidden)
    assert (both["status"] == "c").all()


def test_no_count_under_the_threshold_survives(protected):
    rates = protected.cells[(protected.cells["kind"] == "rate") & protected.cells["status"].isin(["shown", "u"])]
    for count in (rates["numerator"], rates["denominator"], rates["denominator"] - rates["numerator"]):
        assert not ((count >= 1) & (count < 10)).any()
    heads = protected.cells[(protected.cells["kind"] == "headcount") & (protected.cells["status"] == "shown")]["numerator"]
    assert not ((heads >= 1) & (heads < 10)).any()


def test_small_differences_between_two_populations_cannot_be_subtracted(frames, protected):
    shown = protected.cells[(protected.cells["measure"] == "headcount") & (protected.cells["status"] == "shown")]
    here = shown[shown["population"] == "stable"].merge(shown[shown["population"] == "pupils"], on=PLACE[1:], suffixes=("", "_base"))
    movers = here["numerator_base"] - here["numerator"]
    assert len(movers) > 0
    assert not ((movers >= 1) & (movers < 10)).any()


def test_groups_of_ten_to_nineteen_are_shown_but_marked(protected):
    rates = protected.cells[(protected.cells["kind"] == "rate") & protected.cells["status"].isin(["shown", "u"])]
    assert ((rates["denominator"] < 20) == (rates["status"] == "u")).all()


def test_the_report_is_plain_and_the_same_twice_but_for_the_clock(frames, protected):
    again = run(frames, Policy(k=10, level="exact"))
    assert again.cells.equals(protected.cells)
    first, second = ({key: value for key, value in one.report.items() if key != "seconds"} for one in (protected, again))
    assert json.loads(json.dumps(first)) == second
    assert first["unprotected"] == 0
    assert first["hidden"]["primary"] + first["hidden"]["secondary"] == int((protected.cells["status"] == "c").sum())


def test_families_that_hide_a_zero_are_named(frames, protected):
    whole = frames.cells.reset_index(drop=True)[frames.cells["published"].to_numpy()].reset_index(drop=True)
    hidden = (protected.cells["status"] == "c") & (whole["numerator"] == 0)
    expected = {("pupils", "num:" + name) for name in whole.loc[hidden & (whole["kind"] == "rate"), "measure"]}
    assert {tuple(pair) for pair in protected.report["zero_hidden"]} == expected


def test_public_totals_stay_shown(frames):
    policy = Policy(k=10, level="exact", public_totals=[{"measure": "headcount", "population": "pupils", "characteristic": "all"}])
    cells = run(frames, policy).cells
    public = cells[(cells["measure"] == "headcount") & (cells["population"] == "pupils") & (cells["characteristic"] == "all")]
    assert len(public) > 4
    assert (public["status"] == "shown").all()


def test_an_undeclared_measure_or_population_is_refused(frames):
    policy = Policy(k=10, level="exact")
    with pytest.raises(ValueError, match="not declared"):
        run(frames.__class__(**{**frames.__dict__, "measures": frames.measures.iloc[:1]}), policy)
    with pytest.raises(ValueError, match="not declared"):
        run(frames.__class__(**{**frames.__dict__, "populations": frames.populations.iloc[:1]}), policy)


@pytest.mark.parametrize(("k", "level", "dominance"), [(1, "exact", 0.5), (10, "certain", 0.5), (10, "exact", 0.0)])
def test_a_policy_that_protects_nobody_is_refused(k, level, dominance):
    with pytest.raises(ValueError, match=r"threshold|level|Dominance"):
        Policy(k=k, level=level, dominance=dominance)


@pytest.mark.parametrize("level", ["exact", "interval"])
def test_the_order_in_which_rows_are_handed_over_decides_nothing(frames, level):
    policy = Policy(k=10, level=level)
    mixed = replace(frames, **{name: getattr(frames, name).sample(frac=1, random_state=7) for name in ("cells", "links")})
    one, other = (run(some, policy).cells.sort_values(["measure", *PLACE], ignore_index=True) for some in (frames, mixed))
    assert one["status"].equals(other["status"])

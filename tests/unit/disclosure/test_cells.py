"""The linked system says once what rows say many times, and refuses what contradicts itself."""

from __future__ import annotations

import numpy as np
import pytest
from made_trust import made_trust

from pipelines.disclosure.cells import build
from pipelines.disclosure.relations import NotAdditive


@pytest.fixture(scope="module")
def frames():
    return made_trust(seed=3, academies=3, roll=40)


def tables_of(frames, policy, **replaced):
    named = {name: replaced.get(name, getattr(frames, name)) for name in ("cells", "links", "groups", "areas", "measures")}
    return build(named["cells"], named["links"], named["groups"], named["areas"], named["measures"], policy)


def test_a_count_printed_by_headcount_rate_and_mean_is_one_statistic(frames, policy):
    tables = tables_of(frames, policy)
    place = ["period", "area_level", "area_code", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]
    pupils = frames.cells["population"] == "pupils"
    printed = frames.cells[pupils].assign(count=tables.row_count[pupils.to_numpy()]).groupby(place)["count"].agg(["nunique", "size"])
    assert (printed["nunique"] == 1).all()
    assert (printed["size"] == 3).all()
    assert (
        tables.statistics.duplicated(["family", "period", "area", "first", "second"], keep=False)[
            tables.statistics["kind"].isin(["n", "num", "sum"])
        ].sum()
        == 0
    )


def test_every_equation_holds_for_the_truth(frames, policy):
    linked = tables_of(frames, policy).linked
    assert linked.equations.shape[0] > 100
    np.testing.assert_allclose(linked.equations @ linked.value, 0, atol=1e-6)


def test_a_cross_adds_up_both_ways_and_minor_groups_add_up_to_major_ones(frames, policy):
    tables = tables_of(frames, policy)
    world = list(frames.groups["characteristic"] + "|" + frames.groups["group_code"])
    statistics = tables.statistics
    trust = statistics[(statistics["kind"] == "n") & (statistics["area"] == 0) & (statistics["family"] == statistics["family"].iloc[0])]
    place = {(world[int(a)], world[int(b)]): i for i, a, b in zip(trust.index, trust["first"], trust["second"], strict=True)}
    sums = {
        (int(row.indices[row.data > 0][0]), frozenset(row.indices[row.data < 0].tolist()))
        for row in (tables.linked.equations[i] for i in range(tables.linked.equations.shape[0]))
        if (row.data > 0).sum() == 1
    }

    def cell(*groups):
        return place[tuple(sorted(groups, key=world.index))]

    sexes = [f"sex|{code}" for code in "FMU"]
    majors = [f"ethnicity_major|{code}" for code in "ABW"]
    assert (cell("all|all", "sex|F"), frozenset(cell("sex|F", major) for major in majors)) in sums
    assert (cell("all|all", "ethnicity_major|A"), frozenset(cell(sex, "ethnicity_major|A") for sex in sexes)) in sums
    minors = frozenset(cell("all|all", f"ethnicity|{code}") for code in ("A1", "A2"))
    assert (cell("all|all", "ethnicity_major|A"), minors) in sums


def test_an_all_through_academy_counts_in_its_phases_through_its_atoms(frames, policy):
    tables = tables_of(frames, policy)
    codes = list((frames.areas["area_level"] + "|" + frames.areas["area_code"]).drop_duplicates())
    area = tables.statistics["area"].to_numpy()
    wholes = {}
    for number in range(tables.linked.equations.shape[0]):
        line = tables.linked.equations[number]
        parts = line.indices[line.data < 0]
        if not tables.linked.lines[number] or (line.data > 0).sum() != 1 or len(set(area[line.indices])) < 2:
            continue
        wholes.setdefault(codes[int(area[line.indices[line.data > 0][0]])], set()).add(frozenset(codes[int(a)] for a in area[parts]))
    assert wholes["phase|primary"] == {frozenset({"academy|1001", "academy_phase|1002|primary"})}
    assert wholes["phase|secondary"] == {frozenset({"academy|1000", "academy_phase|1002|secondary"})}
    assert wholes["academy|1002"] == {frozenset({"academy_phase|1002|primary", "academy_phase|1002|secondary"})}
    assert frozenset({"academy|1000", "academy|1001", "academy|1002"}) in wholes["trust|T"]


def test_atoms_complements_and_movers_are_never_published(frames, policy):
    tables = tables_of(frames, policy)
    statistics = tables.statistics
    atoms = statistics["area"].isin(
        [i for i, level in enumerate(frames.areas.drop_duplicates(["area_level", "area_code"])["area_level"]) if level == "academy_phase"]
    )
    latent = statistics["kind"].isin(["comp", "only_base", "only_here"]) | atoms
    assert latent.sum() > 100
    assert not tables.linked.published[latent].any()
    assert tables.linked.published[~latent].all()


def test_people_in_the_population_but_not_in_its_base_are_no_unknown_where_there_never_are_any(frames, policy):
    kinds = set(tables_of(frames, policy).statistics["kind"])
    assert "only_base" in kinds
    assert "only_here" not in kinds


def test_an_academy_without_tables_leaves_a_latent_rest_not_a_false_sum(frames, policy):
    missing = frames.cells[frames.cells["area_code"] != "1000"].reset_index(drop=True)
    tables = tables_of(frames, policy, cells=missing, links=frames.links[frames.links["area_code"] != "1000"])
    linked = tables.linked
    assert (tables.statistics["kind"] == "rest").any()
    np.testing.assert_allclose(linked.equations @ linked.value, 0, atol=1e-6)


def test_a_cross_of_minor_groups_brings_its_unprinted_major_cross_along(policy):
    frames = made_trust(seed=5, academies=2, crosses=(("sex", "ethnicity"),), means=())
    tables = tables_of(frames, policy)
    extra = tables.statistics[(tables.statistics["kind"] == "n") & ~tables.linked.published]
    world = list(frames.groups["characteristic"])
    assert {(world[int(a)], world[int(b)]) for a, b in zip(extra["first"], extra["second"], strict=True)} >= {("sex", "ethnicity_major")}


@pytest.mark.parametrize(
    ("column", "change", "error"),
    [("numerator", -1, "Two rows print different|not equal"), ("numerator", 10**6, "different numbers|not equal")],
)
def test_a_count_that_contradicts_the_others_is_refused(frames, policy, column, change, error):
    cells = frames.cells.copy()
    at = cells.index[(cells["kind"] == "headcount") & (cells["area_level"] == "academy") & (cells["numerator"] > 2)][0]
    cells.loc[at, column] += change
    with pytest.raises(ValueError, match=error):
        tables_of(frames, policy, cells=cells)


def test_totals_that_are_not_their_parts_are_refused(frames, policy):
    cells = frames.cells[frames.cells["kind"] == "headcount"].reset_index(drop=True)
    at = cells.index[(cells["population"] == "pupils") & (cells["area_level"] == "academy") & (cells["characteristic"] == "fsm")][0]
    cells.loc[at, "numerator"] += 1
    with pytest.raises(NotAdditive, match="do not equal the sum"):
        tables_of(frames, policy, cells=cells, links=frames.links.iloc[:0])


def test_a_negative_count_is_refused(frames, policy):
    cells = frames.cells[frames.cells["kind"] == "headcount"].reset_index(drop=True)
    cells.loc[0, "numerator"] = -3
    with pytest.raises(ValueError, match="negative"):
        tables_of(frames, policy, cells=cells)


def test_an_undeclared_area_or_group_is_refused(frames, policy):
    with pytest.raises(ValueError, match="dim_areas"):
        tables_of(frames, policy, areas=frames.areas[frames.areas["area_code"] != "1001"])
    with pytest.raises(ValueError, match="dim_groups"):
        tables_of(frames, policy, groups=frames.groups[frames.groups["group_code"] != "F"])

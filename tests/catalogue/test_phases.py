"""A phase is published as an area only where at least three academies teach it; otherwise it merges, or there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.catalogue import load
from pipelines.catalogue.tables import phase_areas, reference_tables

Declare = Callable[..., Path]
NURSERY, PRIMARY, SECONDARY, SIXTH_FORM = (
    ["N1", "N2"],
    ["R", *(str(year) for year in range(1, 7))],
    [str(year) for year in range(7, 12)],
    ["12", "13"],
)


def trust_of(declare: Declare, *taught: list[str]) -> Path:
    academies = [{"urn": f"{900000 + number}", "name": f"Academy {number}", "year_groups": years} for number, years in enumerate(taught)]
    return declare("academies.yml", code="S", name="Small", academies=academies)


MERGED = {
    "three of each stay apart": ([PRIMARY] * 3 + [SECONDARY] * 3, ["primary", "secondary"]),
    "too few nurseries merge with what follows": (
        [NURSERY + PRIMARY] * 2 + [PRIMARY] + [SECONDARY] * 3,
        ["early_years_and_primary", "secondary"],
    ),
    "too few sixth forms merge with what came before": (
        [PRIMARY] * 3 + [SECONDARY] * 2 + [SECONDARY + SIXTH_FORM] * 2,
        ["primary", "secondary_and_post_16"],
    ),
    "enough nurseries stay apart": ([NURSERY + PRIMARY] * 3, ["early_years", "primary"]),
    "two secondaries leave no phase but the trust": ([PRIMARY] * 4 + [SECONDARY] * 2, []),
    "a single phase is the trust": ([PRIMARY] * 5, []),
    "a single academy is the trust": ([PRIMARY + SECONDARY], []),
}


@pytest.mark.parametrize("case", MERGED)
def test_a_phase_of_fewer_than_three_academies_merges(declare: Declare, case: str) -> None:
    taught, codes = MERGED[case]
    assert [code for code, _, _ in phase_areas(load(trust_of(declare, *taught)))] == codes


@pytest.mark.parametrize("case", MERGED)
def test_every_published_phase_has_three_academies_and_every_year_taught_one_phase(declare: Declare, case: str) -> None:
    taught, _ = MERGED[case]
    areas = phase_areas(load(trust_of(declare, *taught)))
    years = [year for _, _, years in areas for year in years]
    assert len(years) == len(set(years))
    for _, _, of_phase in areas:
        assert sum(bool(set(of_phase) & set(academy)) for academy in taught) >= 3
    if areas:
        assert {year for academy in taught for year in academy} <= set(years)


def test_a_merged_phase_is_called_by_both_names(declare: Declare) -> None:
    catalogue = load(trust_of(declare, *([NURSERY + PRIMARY] * 2), PRIMARY, *([SECONDARY] * 3)))
    assert [label for _, label, _ in phase_areas(catalogue)] == ["Early years and primary", "Secondary"]


def test_without_phases_nobody_has_one(declare: Declare) -> None:
    tables = reference_tables(load(trust_of(declare, *([PRIMARY] * 5))))
    assert tables["phases"].empty
    assert set(tables["areas"]["area_level"]) == {"trust", "academy"}
    assert tables["academies"]["fallback_phase"].isna().all()
    assert (tables["academies"]["phases_taught"] == 0).all()

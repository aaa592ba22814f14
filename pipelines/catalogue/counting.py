"""What is counted and published, as reference tables: measures with their facts, families of cells, and years told together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from pipelines.catalogue.model import Catalogue, Characteristic, Measure, Population

ALL = "all"
POOLED_YEARS, NOT_COMPARABLE = 3, ("2019-20", "2020-21")


def pools(catalogue: Catalogue) -> list[tuple[str, str]]:
    """The last three academic years as one, ``(pool, period)``: none where there are fewer, or where one of them cannot be compared.

    Years of the pandemic have neither tests nor a usual attendance (DfE). A figure of three years counts a person once in each.
    """
    years = sorted(item.period for item in catalogue.calendar.periods if "_" not in item.period)[-POOLED_YEARS:]
    follow_on = all(int(later[:4]) == int(year[:4]) + 1 for year, later in pairwise(years))
    if len(years) < POOLED_YEARS or not follow_on or set(years) & set(NOT_COMPARABLE):
        return []
    return [(f"{years[-1]}_pool", year) for year in years]


def pooled(catalogue: Catalogue) -> pd.DataFrame:
    """One row for each rate and characteristic published for three years together; none where figures are rounded, or a break lies between."""
    years = {period for _, period in pools(catalogue)}
    rows = [
        (measure.name, population.name, characteristic)
        for measure, population in _measured(catalogue)
        if measure.pooled and not years & set(measure.pauses) and not _breaks_within(measure, years)
        for characteristic in (ALL, *measure.pooled)
    ]
    columns = ["measure", "population", "characteristic"]
    return pd.DataFrame(rows if years and not catalogue.policy.rounding else [], columns=columns).astype("string")


def _breaks_within(measure: Measure, years: set[str]) -> bool:
    """Whether the measure is defined anew after the first of the years."""
    return any(period in years and period != min(years) for period in measure.breaks)


def measure_facts(catalogue: Catalogue) -> pd.DataFrame:
    """One row for each measure and fact that it is made of."""
    rows = [(measure.name, fact) for measure in catalogue.measures.values() for fact in measure.facts]
    return pd.DataFrame(rows, columns=["measure", "fact"])


def _measured(catalogue: Catalogue) -> Iterator[tuple[Measure, Population]]:
    """Each measure with each population it is published for; an optional one where the policy asks for it."""
    for measure in catalogue.measures.values():
        if measure.optional and measure.name not in catalogue.policy.optional:
            continue
        if measure.population:
            yield measure, catalogue.populations[measure.population]
        else:
            yield from ((measure, population) for population in catalogue.populations.values() if population.composition)


def measures(catalogue: Catalogue) -> pd.DataFrame:
    """One row for each measure and population: how it is computed, and when a gap matters."""
    rows = []
    for measure, population in _measured(catalogue):
        matters = measure.matters
        rows.append(
            {
                "measure": measure.name,
                "number": measure.number,
                "label": measure.title,
                "kind": measure.kind,
                "population": population.name,
                "at_least": measure.at_least,
                "missing_counts_as": measure.missing_counts_as,
                "weight": measure.weight or "",
                "per": measure.per,
                "statistic": measure.statistic or "",
                "characteristic": measure.characteristic or "",
                "group_code": measure.group or "",
                "against_code": measure.against or "",
                "aim": measure.aim or "",
                "unit": measure.unit,
                "decimals": measure.decimals,
                "better": measure.better,
                "sensitive": measure.sensitive,
                "scale_min": measure.scale_min,
                "scale_max": measure.scale_max,
                "matters_statistic": matters.statistic if matters else None,
                "matters_low": matters.low if matters else None,
                "matters_high": matters.high if matters else None,
                "smallest_group": matters.smallest_group if matters else 0,
                "smallest_expected": matters.smallest_expected if matters else 0.0,
                "known_at_least": matters.known_at_least if matters else measure.known_at_least,
                "definition": measure.definition,
                "source": measure.source,
            }
        )
    numbers = (
        "at_least",
        "missing_counts_as",
        "scale_min",
        "scale_max",
        "matters_low",
        "matters_high",
        "smallest_expected",
        "known_at_least",
        "per",
    )
    return pd.DataFrame(rows).astype(dict.fromkeys(numbers, "float64") | {"matters_statistic": "string"})


def changes(catalogue: Catalogue) -> pd.DataFrame:
    """One row for each measure and period that it does not exist for, or from which it is defined anew."""
    rows = [
        (measure.name, period, change, why)
        for measure in catalogue.measures.values()
        for change, periods in (("pause", measure.pauses), ("break", measure.breaks))
        for period, why in periods.items()
    ]
    return pd.DataFrame(rows, columns=["measure", "period", "change", "why"]).astype("string")


def publications(catalogue: Catalogue) -> pd.DataFrame:
    """One row per family of cells that is published: measure, population, characteristic, cross and area level."""
    rows: list[tuple[str, ...]] = []
    for measure, population in _measured(catalogue):
        everyone = (population.name, measure.name, measure.kind)
        if measure.kind == "figure":
            rows += [(*everyone, measure.characteristic or "", cross, "trust") for cross in (ALL, measure.across) if cross]
            continue
        levels = [level for level in measure.areas if level in population.areas]
        rows += [(*everyone, ALL, ALL, level) for level in levels]
        for item in _applicable(catalogue, measure, population):
            here = [level for level in levels if level in item.areas and (level != "academy" or _at_academies(measure, item))]
            rows += [(*everyone, item.name, ALL, level) for level in here]
    kinds = {measure.name: measure.kind for measure in catalogue.measures.values()}
    for cross in catalogue.policy.crosses:
        if cross.population in catalogue.populations and cross.measure in kinds:
            names = (cross.population, cross.measure, kinds[cross.measure], cross.characteristic, cross.cross_characteristic)
            rows.append((*names, cross.area_level))
    levels_with_atoms = _with_atoms(rows)
    columns = ["population", "measure", "kind", "characteristic", "cross_characteristic", "area_level"]
    return pd.DataFrame(levels_with_atoms, columns=columns)


def _with_atoms(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Where both academies and phases are published, the part of an academy in a phase is counted too, never published."""
    academies = {row[:5] for row in rows if row[5] == "academy"}
    phases = {row[:5] for row in rows if row[5] == "phase"}
    return rows + [(*row, "academy_phase") for row in sorted(academies & phases) if row[2] in ("headcount", "rate", "mean")]


def _at_academies(measure: Measure, characteristic: Characteristic) -> bool:
    return measure.at_academies is None or characteristic.name in measure.at_academies


def _applicable(catalogue: Catalogue, measure: Measure, population: Population) -> Iterator[Characteristic]:
    for item in catalogue.characteristics.values():
        named = not measure.characteristics or item.name in measure.characteristics
        fits = not item.populations or population.name in item.populations
        if named and fits and population.subject in item.fields:
            yield item

"""The catalogue compiled to reference tables: data that dbt reads, so that no SQL or YAML is ever generated."""

from __future__ import annotations

import json

import pandas as pd

from pipelines.catalogue import counting
from pipelines.catalogue.benchmarks import Benchmark
from pipelines.catalogue.counting import ALL
from pipelines.catalogue.entry import OF_PUPILS
from pipelines.catalogue.model import Catalogue

FEWEST_ACADEMIES_IN_A_PHASE = 3


def reference_tables(catalogue: Catalogue) -> dict[str, pd.DataFrame]:
    """Every reference table by name, each with the columns and row order that its staging model expects."""
    return {
        "academies": _academies(catalogue),
        "areas": _areas(catalogue),
        "bars": _bars(catalogue),
        "benchmarks": _benchmarks(catalogue),
        "characteristics": _characteristics(catalogue),
        "code_marks": _code_marks(catalogue),
        "cohorts": pd.DataFrame([{"fact": cohort.fact, "year_group": cohort.year_group} for cohort in catalogue.cohorts]),
        "groups": _groups(catalogue),
        "group_members": _group_members(catalogue),
        "known_groups": _known_groups(catalogue),
        "measure_facts": counting.measure_facts(catalogue),
        "measure_changes": counting.changes(catalogue),
        "measures": counting.measures(catalogue),
        "objectives": _objectives(catalogue),
        "periods": _periods(catalogue),
        "phases": _phases(catalogue),
        "pooled": counting.pooled(catalogue),
        "pools": pd.DataFrame(counting.pools(catalogue), columns=["pool", "period"]).astype("string"),
        "policy": pd.DataFrame([{"policy": json.dumps(catalogue.policy.model_dump(mode="json"), sort_keys=True)}]),
        "population_facts": _population_facts(catalogue),
        "populations": _populations(catalogue),
        "publications": counting.publications(catalogue),
    }


def phase_areas(catalogue: Catalogue) -> list[tuple[str, str, tuple[str, ...]]]:
    """The phases published as areas, ``(code, label, year groups)``, in the order of the year groups.

    A phase taught by fewer than three academies merges with the next one (the last with the one before), because publishing it
    beside the others would be a statement about single academies. One phase alone is the trust, and is no area of its own.
    """
    merged = [([phase.code], [phase.title], phase.year_groups) for phase in catalogue.phases]
    merged = [area for area in merged if _academies_teaching(catalogue, area[2])]
    position = 0
    while position < len(merged) and len(merged) > 1:
        if _academies_teaching(catalogue, merged[position][2]) >= FEWEST_ACADEMIES_IN_A_PHASE:
            position += 1
            continue
        first = position if position + 1 < len(merged) else position - 1
        one, other = merged[first], merged[first + 1]
        merged[first : first + 2] = [(one[0] + other[0], one[1] + other[1], one[2] + other[2])]
        position = first
    if len(merged) < 2:
        return []
    return [("_and_".join(codes), _joined(titles), year_groups) for codes, titles, year_groups in merged]


def _joined(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else " and ".join([titles[0], *(title.lower() for title in titles[1:])])


def _academies_teaching(catalogue: Catalogue, year_groups: tuple[str, ...]) -> int:
    return sum(bool(set(academy.year_groups) & set(year_groups)) for academy in catalogue.trust.academies)


def _phases_of(catalogue: Catalogue, year_groups: tuple[str, ...]) -> list[str]:
    return [code for code, _, taught in phase_areas(catalogue) if set(taught) & set(year_groups)]


def _academies(catalogue: Catalogue) -> pd.DataFrame:
    """``fallback_phase``: where a pupil without a national curriculum year is placed, the academy's first phase.

    ``member_from``, ``member_until``: the first day in the trust and the first day no longer in it, where there are such days.
    """
    nobody: dict[str, object] = {"fallback_phase": None, "phases_taught": 0, "member_from": None, "member_until": None}
    central = catalogue.trust.central
    rows = [{"academy_urn": catalogue.trust.code, "label": central, **nobody}] if central else []
    for academy in catalogue.trust.academies:
        phases = _phases_of(catalogue, academy.year_groups)
        rows.append(
            {
                "academy_urn": academy.urn,
                "label": academy.name,
                "fallback_phase": phases[0] if phases else None,
                "phases_taught": len(phases),
                "member_from": academy.joined,
                "member_until": academy.left,
            }
        )
    return pd.DataFrame(rows).astype(
        {"fallback_phase": "string", "phases_taught": "int64", "member_from": "datetime64[us]", "member_until": "datetime64[us]"}
    )


def _areas(catalogue: Catalogue) -> pd.DataFrame:
    trust = catalogue.trust.code
    rows = [("trust", trust, catalogue.trust.name, "", "")]
    rows += [("phase", code, label, "trust", trust) for code, label, _ in phase_areas(catalogue)]
    rows += [("academy", trust, catalogue.trust.central, "trust", trust)] if catalogue.trust.central else []
    for academy in catalogue.trust.academies:
        phases = _phases_of(catalogue, academy.year_groups)
        rows.append(("academy", academy.urn, academy.name, "trust", trust))
        rows += [("academy", academy.urn, academy.name, "phase", phase) for phase in phases]
        if len(phases) > 1:
            for phase in phases:
                atom = f"{academy.urn}|{phase}"
                rows.append(("academy_phase", atom, academy.name, "academy", academy.urn))
                rows.append(("academy_phase", atom, academy.name, "phase", phase))
    return pd.DataFrame(rows, columns=["area_level", "area_code", "label", "parent_level", "parent_code"])


def _bars(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(bar.stage, bar.reached, bar.higher) for bar in catalogue.bars]
    return pd.DataFrame(rows, columns=["stage", "reached", "higher"]).astype({"reached": "float64", "higher": "float64"})


def _benchmarks(catalogue: Catalogue) -> pd.DataFrame:
    return pd.DataFrame([item.model_dump() for item in catalogue.benchmarks], columns=list(Benchmark.model_fields))


def _characteristics(catalogue: Catalogue) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "characteristic": item.name,
                "label": item.title,
                "protected": item.protected or "",
                "context": item.context or "",
                "comparator_code": item.comparator,
                "known_at_least": item.known_at_least,
            }
            for item in catalogue.characteristics.values()
        ]
    )


def _code_marks(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(name, value.code, mark) for name, codes in catalogue.code_sets.items() for value in codes.codes for mark in value.marks]
    return pd.DataFrame(rows, columns=["code_set", "code", "mark"]).astype("string")


def _groups(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(ALL, ALL, "Everyone", "", "", 0, False)]
    for item in catalogue.characteristics.values():
        for sort, group in enumerate(item.groups, start=1):
            parent = (item.parent, group.within or ALL) if item.parent else (ALL, ALL)
            rows.append((item.name, group.code, group.label, *parent, sort, group.unknown))
    columns = ["characteristic", "group_code", "label", "parent_characteristic", "parent_group_code", "sort", "is_unknown"]
    return pd.DataFrame(rows, columns=columns)


def _group_members(catalogue: Catalogue) -> pd.DataFrame:
    """``(subject, dataset, field, code) -> (characteristic, group)``; the empty code stands for blank and for any other code.

    A group's own code stands for the group, unless it is a member of one: answers and counts come by published group.
    """
    rows = []
    for item in catalogue.characteristics.values():
        members = {member for group in item.groups for member in group.members}
        for subject, source in item.fields.items():
            dataset, field = source.split(".")
            for group in item.groups:
                rows += [(item.name, subject, dataset, field, member, group.code) for member in group.members]
                if not group.unknown and group.code not in members:
                    rows.append((item.name, subject, dataset, field, group.code, group.code))
            rows.append((item.name, subject, dataset, field, "", item.unknown.code))
    return pd.DataFrame(rows, columns=["characteristic", "subject", "dataset", "field", "code", "group_code"])


def _known_groups(catalogue: Catalogue) -> pd.DataFrame:
    """What everyone knows. An empty column stands for any: everyone knows that the central team has no pupils at all."""
    rows = [("", known.academy_urn, known.characteristic, known.group) for known in catalogue.policy.known]
    if catalogue.trust.central:
        rows += [(item.name, catalogue.trust.code, "", "") for item in catalogue.populations.values() if item.subject in OF_PUPILS]
    return pd.DataFrame(rows, columns=["population", "academy_urn", "characteristic", "group_code"]).astype("string")


def _periods(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(item.period, item.starts, item.ends, item.reference_date) for item in catalogue.calendar.periods]
    return pd.DataFrame(rows, columns=["period", "starts", "ends", "reference_date"])


def _phases(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(year_group, code) for code, _, year_groups in phase_areas(catalogue) for year_group in year_groups]
    return pd.DataFrame(rows, columns=["year_group", "phase"]).astype("string")


def _populations(catalogue: Catalogue) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"population": item.name, "label": item.title, "subject": item.subject, "base": item.base or "", "nested": item.nested}
            for item in catalogue.populations.values()
        ]
    )


def _population_facts(catalogue: Catalogue) -> pd.DataFrame:
    rows = [(item.name, item.subject, fact) for item in catalogue.populations.values() for fact in item.facts]
    return pd.DataFrame(rows, columns=["population", "subject", "fact"])


def _objectives(catalogue: Catalogue) -> pd.DataFrame:
    """One row for each objective and measure of it; a refused one has a row without a measure."""
    numbers = ("baseline_value", "target_value")
    rows = [
        {
            "objective": item.code,
            "title": item.title,
            "kind": item.kind,
            "measure": measure,
            "area_level": "academy" if item.area else "trust",
            "area_code": item.area or catalogue.trust.code,
            "characteristic": item.characteristic,
            "group_code": item.group,
            "comparator_code": item.comparator or "",
            "against": item.against or "",
            "spread": item.spread,
            "baseline_period": item.baseline.period if item.baseline else "",
            "baseline_value": item.baseline.value if item.baseline else None,
            "target_period": item.target.period if item.target else "",
            "target_value": item.target.value if item.target else None,
            "owner": item.owner,
            "aim": item.aim,
            "why": item.why,
            "reason": item.reason,
        }
        for item in catalogue.objectives
        for measure in item.measures or ("",)
    ]
    columns = [
        "objective", "title", "kind", "measure", "area_level", "area_code", "characteristic", "group_code", "comparator_code", "against",
        "spread", "baseline_period", "baseline_value", "target_period", "target_value", "owner", "aim", "why", "reason",
    ]  # fmt: skip
    types = dict.fromkeys(columns, "string") | {"spread": "bool"} | dict.fromkeys(numbers, "float64")
    return pd.DataFrame(rows, columns=columns).astype(types)

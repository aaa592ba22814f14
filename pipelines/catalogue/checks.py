"""Where entries of the catalogue disagree with one another: a name nobody declares, a group missing. Single entries check themselves."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from pipelines.catalogue.model import Catalogue

CENTRAL_CODE = "[A-Z][A-Z0-9]{1,19}"
"""What a trust's code looks like where it stands in place of an academy's URN."""


def disagreements(catalogue: Catalogue) -> Iterator[str]:
    """A sentence for each name that one entry uses of another and that nothing declares, or that cannot be computed."""
    fields = {f"{dataset.name}.{field.name}" for dataset in catalogue.datasets.values() for field in dataset.fields}
    yield from _trust(catalogue)
    yield from _datasets(catalogue)
    yield from _formats(catalogue, fields)
    yield from _populations(catalogue)
    yield from _characteristics(catalogue, fields)
    yield from _measures(catalogue)
    yield from _benchmarks(catalogue)
    yield from _objectives(catalogue)


def _missing(where: str, kind: str, name: str | None, declared: Container[str]) -> Iterator[str]:
    if name not in declared:
        yield f"{where} names the {kind} {name!r}, which nothing declares."


def _trust(catalogue: Catalogue) -> Iterator[str]:
    if catalogue.trust.central and not re.fullmatch(CENTRAL_CODE, catalogue.trust.code):
        yield "academies.yml: central needs a code of the trust in 2 to 20 capital letters and digits, for files name the central team by it."


def _datasets(catalogue: Catalogue) -> Iterator[str]:
    for dataset in catalogue.datasets.values():
        own = {field.name for field in dataset.fields}
        for name in (*filter(None, [dataset.person, dataset.rank]), *dataset.key, *dataset.also.values()):
            yield from _missing(f"Dataset {dataset.name}", "field", name, own)
        for field in dataset.fields:
            if field.codes:
                yield from _missing(f"Field {dataset.name}.{field.name}", "code set", field.codes, catalogue.code_sets)


def _formats(catalogue: Catalogue, fields: Container[str]) -> Iterator[str]:
    for report in catalogue.formats.values():
        yield from _missing(f"Format {report.name}", "dataset", report.dataset, catalogue.datasets)
        for field in (*report.columns.values(), *report.sums, *report.constants, *report.values, *report.scale):
            yield from _missing(f"Format {report.name}", "field", f"{report.dataset}.{field}", fields)


def _populations(catalogue: Catalogue) -> Iterator[str]:
    for population in catalogue.populations.values():
        if population.base:
            yield from _missing(f"Population {population.name}", "population", population.base, catalogue.populations)


def _characteristics(catalogue: Catalogue, fields: Container[str]) -> Iterator[str]:
    for characteristic in catalogue.characteristics.values():
        where = f"Characteristic {characteristic.name}"
        for source in characteristic.fields.values():
            if not source.startswith("derived."):
                yield from _missing(where, "field", source, fields)
        if sum(group.unknown for group in characteristic.groups) != 1:
            yield f"{where} needs exactly one group marked unknown, for blanks and refusals."
        if characteristic.comparator:
            yield from _missing(where, "group", characteristic.comparator, {group.code for group in characteristic.groups})
        if characteristic.parent:
            yield from _missing(where, "characteristic", characteristic.parent, catalogue.characteristics)
        parent = catalogue.characteristics.get(characteristic.parent or "")
        if parent:
            for group in characteristic.groups:
                yield from _missing(f"{where}, group {group.code}", "group", group.within, {outer.code for outer in parent.groups})


def _measures(catalogue: Catalogue) -> Iterator[str]:
    for measure in catalogue.measures.values():
        where = f"Measure {measure.name}"
        if measure.kind != "headcount":
            yield from _missing(where, "population", measure.population, catalogue.populations)
        if measure.kind == "rate" and measure.at_least is None:
            yield f"{where} is a rate and needs at_least."
        if measure.kind == "figure" and not (measure.characteristic and measure.against):
            yield f"{where} is a figure and needs characteristic and against."
        if measure.pooled and measure.kind != "rate":
            yield f"{where} is pooled, which only a rate can be."
        for name in (
            *measure.characteristics,
            *measure.pooled,
            *(measure.at_academies or ()),
            *filter(None, [measure.characteristic, measure.across]),
        ):
            yield from _missing(where, "characteristic", name, catalogue.characteristics)

    for name in catalogue.policy.optional:
        yield from _missing("The policy's optional", "measure", name, catalogue.measures)


def _benchmarks(catalogue: Catalogue) -> Iterator[str]:
    groups = {(item.name, group.code) for item in catalogue.characteristics.values() for group in item.groups} | {("all", "all")}
    for benchmark in catalogue.benchmarks:
        where = f"Benchmark of {benchmark.measure}, {benchmark.geography} {benchmark.period}"
        yield from _missing(where, "measure", benchmark.measure, catalogue.measures)
        yield from _missing(where, "group", f"{benchmark.characteristic} {benchmark.group_code}", {" ".join(group) for group in groups})


def _objectives(catalogue: Catalogue) -> Iterator[str]:
    geographies = {benchmark.geography for benchmark in catalogue.benchmarks}
    urns = {academy.urn for academy in catalogue.trust.academies}
    for objective in catalogue.objectives:
        where = f"Objective {objective.code}"
        for measure in objective.measures:
            yield from _missing(where, "measure", measure, catalogue.measures)
        if objective.characteristic != "all":
            yield from _missing(where, "characteristic", objective.characteristic, catalogue.characteristics)
            named = catalogue.characteristics.get(objective.characteristic)
            groups = {group.code for group in named.groups} if named else set()
            for group in filter(None, (objective.group if objective.group != "all" else None, objective.comparator)):
                yield from _missing(where, "group", group, groups)
        if objective.against:
            yield from _missing(where, "geography", objective.against, geographies)
        if objective.area:
            yield from _missing(where, "academy", objective.area, urns)

"""Reading the catalogue: our entries, the trust's laid over them, and the checks that need more than one file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.catalogue.model import (
    Brand,
    Calendar,
    Catalogue,
    Characteristic,
    CodeSet,
    Cohort,
    Dataset,
    DisclosurePolicy,
    Format,
    Measure,
    Objective,
    Phase,
    Population,
    Trust,
)

BUILT_IN = Path(__file__).parent
EntryType = TypeVar("EntryType", bound=BaseModel)


class CatalogueError(Exception):
    """An entry is wrong; the message names its file and what to change."""


def load(trust: Path) -> Catalogue:
    """The built-in catalogue with the directory ``trust`` laid over it.

    A trust's entry of a known name adds to ours: its fields, groups or codes replace those of the same name and append the rest.
    Raises :class:`CatalogueError` with the file's name for a missing file, a misspelt key, or a name nobody declared.
    """
    folders = {kind: _entries(kind, model, trust) for kind, model in _FOLDERS.items()}
    singles = _single(BUILT_IN / "phases.yml"), _single(BUILT_IN / "populations.yml")
    populations = [*singles[1]["populations"], *_optional(trust / "populations.yml").get("populations", [])]
    policy_entry = _single(trust / "disclosure_policy.yml")
    content = {
        "trust": _parse(Trust, _single(trust / "academies.yml"), trust / "academies.yml"),
        "calendar": _parse(Calendar, _single(trust / "calendar.yml"), trust / "calendar.yml"),
        "policy": _policy(policy_entry, trust / "disclosure_policy.yml"),
        "brand": _parse(Brand, _single(trust / "brand.yml"), trust / "brand.yml"),
        "objectives": [
            _parse(Objective, entry, trust / "objectives.yml") for entry in _optional(trust / "objectives.yml").get("objectives", [])
        ],
        "phases": [_parse(Phase, entry, BUILT_IN / "phases.yml") for entry in singles[0]["phases"]],
        "cohorts": [_parse(Cohort, entry, BUILT_IN / "phases.yml") for entry in singles[0]["cohorts"]],
        "populations": {entry["name"]: _parse(Population, entry, BUILT_IN / "populations.yml") for entry in populations},
        **folders,
    }
    catalogue = Catalogue(**content, fingerprints={})
    _check(catalogue)
    return catalogue.model_copy(update={"fingerprints": _fingerprints(catalogue)})


_FOLDERS: dict[str, type[BaseModel]] = {
    "code_sets": CodeSet,
    "datasets": Dataset,
    "formats": Format,
    "characteristics": Characteristic,
    "measures": Measure,
}
_FOLDER_NAMES = {"code_sets": "codes"}
_MERGED_LISTS = {"fields": "name", "groups": "code", "codes": "code"}


def _entries(kind: str, model: type[EntryType], trust: Path) -> dict[str, EntryType]:
    folder = _FOLDER_NAMES.get(kind, kind)
    merged: dict[str, dict[str, Any]] = {}
    origin: dict[str, Path] = {}
    for directory in (BUILT_IN / folder, trust / folder):
        for path in sorted(directory.glob("*.yml")):
            entry = _single(path)
            name = str(entry.get("name", path.stem))
            merged[name] = _laid_over(merged.get(name, {}), entry)
            origin[name] = path
    return {name: _parse(model, entry, origin[name]) for name, entry in sorted(merged.items())}


def _laid_over(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    result = {**ours, **theirs}
    for key, identity in _MERGED_LISTS.items():
        if key in ours and key in theirs:
            replaced = {item[identity]: item for item in ours[key]} | {item[identity]: item for item in theirs[key]}
            result[key] = list(replaced.values())
    return result


def _policy(entry: dict[str, Any], path: Path) -> DisclosurePolicy:
    profile = BUILT_IN / "policies" / f"{entry.get('profile')}.yml"
    if not profile.is_file():
        known = ", ".join(sorted(file.stem for file in profile.parent.glob("*.yml")))
        raise CatalogueError(f"{path.name}: there is no profile {entry.get('profile')!r}; the profiles are {known}.")
    return _parse(DisclosurePolicy, {**_single(profile), **entry}, path)


def _single(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise CatalogueError(f"{path} is missing. A new home has one: equality init") from None
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path.name} is not readable as YAML: {error}") from None
    if not isinstance(content, dict):
        raise CatalogueError(f"{path.name} should hold named entries, such as 'name: ...'.")
    return content


def _optional(path: Path) -> dict[str, Any]:
    return _single(path) if path.is_file() else {}


def _parse(model: type[EntryType], entry: dict[str, Any], path: Path) -> EntryType:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CatalogueError(f"{path.name}, at {where}: {first['msg']}.") from None


def _check(catalogue: Catalogue) -> None:
    """Every name one entry uses of another is declared; otherwise the first that is not."""
    for sentence in _undeclared(catalogue):
        raise CatalogueError(sentence)


def _undeclared(catalogue: Catalogue) -> Iterator[str]:
    def missing(kind: str, name: str, known: Callable[[str], bool], where: str) -> Iterator[str]:
        if not known(name):
            yield f"{where} names the {kind} {name!r}, which nothing declares."

    fields = {f"{dataset.name}.{field.name}" for dataset in catalogue.datasets.values() for field in dataset.fields}
    for dataset in catalogue.datasets.values():
        for name in (dataset.person, *dataset.key):
            yield from missing("field", name, {field.name for field in dataset.fields}.__contains__, f"Dataset {dataset.name}")
        for field in dataset.fields:
            if field.codes:
                yield from missing("code set", field.codes, catalogue.code_sets.__contains__, f"Field {dataset.name}.{field.name}")
    for format_ in catalogue.formats.values():
        yield from missing("dataset", format_.dataset, catalogue.datasets.__contains__, f"Format {format_.name}")
        for name in format_.columns.values():
            yield from missing("field", f"{format_.dataset}.{name}", fields.__contains__, f"Format {format_.name}")
    for population in catalogue.populations.values():
        if population.base:
            yield from missing("population", population.base, catalogue.populations.__contains__, f"Population {population.name}")
    for characteristic in catalogue.characteristics.values():
        where = f"Characteristic {characteristic.name}"
        for field in characteristic.fields.values():
            if not field.startswith("derived."):
                yield from missing("field", field, fields.__contains__, where)
        if sum(group.unknown for group in characteristic.groups) != 1:
            yield f"{where} needs exactly one group marked unknown, for blanks and refusals."
        codes = {group.code for group in characteristic.groups}
        if characteristic.comparator:
            yield from missing("group", characteristic.comparator, codes.__contains__, where)
        if characteristic.parent:
            yield from missing("characteristic", characteristic.parent, catalogue.characteristics.__contains__, where)
            parents = {group.code for group in catalogue.characteristics[characteristic.parent].groups}
            for group in characteristic.groups:
                yield from missing("group", str(group.within), parents.__contains__, f"{where}, group {group.code}")
    for measure in catalogue.measures.values():
        where = f"Measure {measure.name}"
        if measure.kind != "headcount":
            yield from missing("population", str(measure.population), catalogue.populations.__contains__, where)
        if measure.kind == "rate" and measure.at_least is None:
            yield f"{where} is a rate and needs at_least."
        for name in measure.characteristics:
            yield from missing("characteristic", name, catalogue.characteristics.__contains__, where)


def _fingerprints(catalogue: Catalogue) -> dict[str, str]:
    """SHA-256 of what each part declares, so that a change re-reads what depends on it and nothing else."""
    parts: dict[str, Any] = {"all": catalogue, "policy": catalogue.policy}
    for name, dataset in catalogue.datasets.items():
        sets = {field.codes for field in dataset.fields if field.codes}
        parts[f"dataset:{name}"] = [
            dataset,
            [catalogue.code_sets[code_set] for code_set in sorted(sets)],
            [format_ for format_ in catalogue.formats.values() if format_.dataset == name],
        ]
    return {name: hashlib.sha256(_canonical(part).encode()).hexdigest() for name, part in parts.items()}


def _canonical(part: Any) -> str:
    plain = part.model_dump(mode="json") if isinstance(part, BaseModel) else [_plain(item) for item in part]
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _plain(item: Any) -> Any:
    return item.model_dump(mode="json") if isinstance(item, BaseModel) else [_plain(inner) for inner in item]

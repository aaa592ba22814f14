"""Reading the catalogue: our entries, the trust's laid over them, and the checks that need more than one file."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.catalogue import benchmarks
from pipelines.catalogue.checks import disagreements
from pipelines.catalogue.model import (
    Bar,
    Catalogue,
    Characteristic,
    CodeSet,
    Cohort,
    Dataset,
    Format,
    Headings,
    Measure,
    Phase,
    Population,
)
from pipelines.catalogue.policy import DisclosurePolicy
from pipelines.catalogue.trust import Brand, Calendar, Mail, Objective, Retention, Trust, Watch

BUILT_IN = Path(__file__).parent
STOP_LISTS = {"objections": "object", "erased": "erase"}
"""Lists of pseudonyms in a trust's folder, and the verb that writes each."""
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
        "brand": _brand(trust / "brand.yml"),
        "mail": _parse(Mail, _single(mail), mail) if (mail := trust / "mail.yml").is_file() else None,
        "watch": _parse(Watch, _optional(trust / "watch.yml"), trust / "watch.yml"),
        "retention": _parse(
            Retention, {**_single(BUILT_IN / "retention.yml"), **_optional(trust / "retention.yml")}, trust / "retention.yml"
        ),
        "objectives": [
            _parse(Objective, entry, trust / "objectives.yml") for entry in _optional(trust / "objectives.yml").get("objectives", [])
        ],
        "headings": _parse(Headings, _single(BUILT_IN / "headings.yml"), BUILT_IN / "headings.yml"),
        "phases": [_parse(Phase, entry, BUILT_IN / "phases.yml") for entry in singles[0]["phases"]],
        "cohorts": [_parse(Cohort, entry, BUILT_IN / "phases.yml") for entry in singles[0]["cohorts"]],
        "bars": [_parse(Bar, entry, BUILT_IN / "phases.yml") for entry in singles[0]["bars"]],
        "populations": {entry["name"]: _parse(Population, entry, BUILT_IN / "populations.yml") for entry in populations},
        "benchmarks": [_parse(benchmarks.Benchmark, row, trust / benchmarks.FILE) for row in _published(trust)],
        **folders,
    }
    stop_lists = {name: _optional(trust / f"{name}.yml").get(name, []) for name in STOP_LISTS}
    try:
        catalogue = Catalogue.model_validate({**content, **stop_lists, "fingerprints": {}})
    except ValidationError as error:
        name = next((str(item["loc"][0]) for item in error.errors(include_url=False, include_input=False)), "objections")
        raise CatalogueError(f"{name}.yml should hold pseudonyms only, as: equality {STOP_LISTS.get(name, name)}  writes them.") from None
    for sentence in disagreements(catalogue):
        raise CatalogueError(sentence)
    return catalogue.model_copy(update={"fingerprints": _fingerprints(catalogue)})


def _published(trust: Path) -> list[dict[str, Any]]:
    table = benchmarks.laid_over(*(benchmarks.stored(folder / benchmarks.FILE) for folder in (BUILT_IN / "published", trust)))
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def published_files() -> dict[str, benchmarks.PublishedFile]:
    """The files of published figures that are known, by name."""
    folder = BUILT_IN / "published"
    return {path.stem: _parse(benchmarks.PublishedFile, _single(path), path) for path in sorted(folder.glob("*.yml"))}


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
        if isinstance(ours.get(key), list) and isinstance(theirs.get(key), list):
            replaced = {item[identity]: item for item in ours[key]} | {item[identity]: item for item in theirs[key]}
            result[key] = list(replaced.values())
    return result


def _policy(entry: dict[str, Any], path: Path) -> DisclosurePolicy:
    profile = BUILT_IN / "policies" / f"{entry.get('profile')}.yml"
    if not profile.is_file():
        known = ", ".join(sorted(file.stem for file in profile.parent.glob("*.yml")))
        raise CatalogueError(f"{path.name}: there is no profile {entry.get('profile')!r}; the profiles are {known}.")
    return _parse(DisclosurePolicy, {**_single(profile), **entry}, path)


PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
LARGEST_LOGO = 300_000


def _brand(path: Path) -> Brand:
    """The trust's look with its logo read in; a picture that is missing, of another kind or over 300 kB is an error that says so."""
    brand = _parse(Brand, _single(path), path)
    if not brand.logo:
        return brand
    picture = path.parent / brand.logo
    kind = PICTURES.get(picture.suffix.lower())
    if kind is None or picture.name != brand.logo or not picture.is_file():
        raise CatalogueError(f"{path.name}: logo: there is no picture {brand.logo!r} (SVG, PNG or JPEG) beside it.")
    content = picture.read_bytes()
    if len(content) > LARGEST_LOGO:
        raise CatalogueError(f"{path.name}: logo: {brand.logo} has {len(content) // 1000} kB; every page holds it, so at most 300 kB.")
    return brand.model_copy(update={"logo": f"data:{kind};base64,{base64.b64encode(content).decode()}"})


def _single(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
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


def _fingerprints(catalogue: Catalogue) -> dict[str, str]:
    """SHA-256 of what each part declares, so that a change re-reads what depends on it and nothing else. Nothing depends on who is
    written to and when, or on how long anything is kept.
    """
    whole = catalogue.model_dump(mode="json", exclude={"mail", "watch", "retention", *STOP_LISTS}) | _lists(catalogue)
    parts: dict[str, Any] = {"all": [json.dumps(whole, sort_keys=True)], "policy": catalogue.policy}
    for name, dataset in catalogue.datasets.items():
        sets = {field.codes for field in dataset.fields if field.codes}
        parts[f"dataset:{name}"] = [
            dataset,
            [catalogue.headings],
            sorted(catalogue.objections),
            *([sorted(catalogue.erased)] if catalogue.erased else []),
            [catalogue.code_sets[code_set] for code_set in sorted(sets)],
            [format_ for format_ in catalogue.formats.values() if format_.dataset == name],
        ]
    return {name: hashlib.sha256(_canonical(part).encode()).hexdigest() for name, part in parts.items()}


def _canonical(part: Any) -> str:
    return json.dumps(_plain(part), sort_keys=True, ensure_ascii=False)


def _plain(item: Any) -> Any:
    if isinstance(item, BaseModel):
        return item.model_dump(mode="json")
    return item if isinstance(item, str) else [_plain(inner) for inner in item]


def _lists(catalogue: Catalogue) -> dict[str, list[str]]:
    """The stop lists in an order of their own."""
    return {name: sorted(getattr(catalogue, name)) for name in STOP_LISTS}

"""A fingerprint changes with what it stands for and with nothing else, so that a change re-reads what depends on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.catalogue import Catalogue, load

Declare = Callable[..., Path]
PRIVATE = {"purpose": "Test.", "lawful_basis": "Test.", "retention_years": 1}
HOUSE = {"name": "house", "title": "House", "type": "text", **PRIVATE}
FORMAT = {"system": "S", "report": "R", "dataset": "attendance", "recognise": ["a"]}
WITH_SEX = {f"dataset:{name}" for name in ("admissions", "governance", "pupils", "recruitment", "staff")}
CHANGES = {
    "a field": ("datasets/payroll.yml", {"fields": [HOUSE]}, {"dataset:payroll"}),
    "a format": ("formats/a.yml", FORMAT, {"dataset:attendance"}),
    "a code set of several datasets": ("codes/sex.yml", {"codes": [{"code": "X", "label": "X"}]}, WITH_SEX),
    "a code set of one dataset": ("codes/suspension_type.yml", {"codes": [{"code": "X", "label": "X"}]}, {"dataset:suspensions"}),
    "a characteristic": ("characteristics/sex.yml", {"title": "Sex or gender"}, set()),
    "a measure": ("measures/suspended.yml", {"decimals": 3}, set()),
    "a policy": ("disclosure_policy.yml", {"profile": "threshold_5"}, {"policy"}),
    "a brand": ("brand.yml", {"short_name": "Other"}, set()),
}


def test_every_dataset_has_a_fingerprint(catalogue: Catalogue) -> None:
    assert set(catalogue.fingerprints) == {"all", "policy", *(f"dataset:{name}" for name in catalogue.datasets)}
    assert len(set(catalogue.fingerprints.values())) == len(catalogue.fingerprints)


def test_the_same_declarations_have_the_same_fingerprints(small_trust: Path, catalogue: Catalogue) -> None:
    assert load(small_trust).fingerprints == catalogue.fingerprints


@pytest.mark.parametrize("changed", CHANGES)
def test_a_change_touches_the_whole_and_only_its_own_part(declare: Declare, catalogue: Catalogue, changed: str) -> None:
    file, entry, parts = CHANGES[changed]
    after = load(declare(file, **(entry if "/" not in file else {"name": Path(file).stem, **entry}))).fingerprints
    assert {name for name, value in after.items() if value != catalogue.fingerprints.get(name)} == {"all", *parts}

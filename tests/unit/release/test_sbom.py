"""The bill of materials: valid CycloneDX, the same bytes from the same lock, and every package with every hash."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from pipelines.release.sbom import packages, written

SCHEMA = jsonschema.Draft7Validator(json.loads((Path(__file__).parent / "cyclonedx-1.6.schema.json").read_bytes()))
LOCK = f"""\
# a comment
Agate_Tables==1.9.1 \\
    --hash=sha256:{"1" * 64} \\
    --hash=sha256:{"2" * 64}
zstd==1.0 \\
    --hash=sha256:{"3" * 64}
"""


def test_every_package_of_a_lock_is_read_with_its_hashes() -> None:
    assert packages(LOCK) == {("agate-tables", "1.9.1"): ("1" * 64, "2" * 64), ("zstd", "1.0"): ("3" * 64,)}


def test_the_lock_of_this_project_makes_a_bill_that_the_schema_accepts() -> None:
    lock = (Path(__file__).parents[3] / "requirements.lock").read_text("utf-8")
    bill = json.loads(written(lock))
    SCHEMA.validate(bill)
    assert len(bill["components"]) == lock.count("==") == len(packages(lock))


@pytest.mark.parametrize("change", [{"specVersion": 1.6}, {"more": 1}, {"serialNumber": "1"}, {"components": [{"name": "nameless kind"}]}])
def test_the_schema_refuses_what_is_no_bill(change: dict[str, object]) -> None:
    assert not SCHEMA.is_valid({**json.loads(written(LOCK)), **change})


def test_equal_locks_give_equal_bytes_and_other_locks_another_number() -> None:
    other = LOCK.replace("==1.0", "==1.1")
    assert written(LOCK) == written(LOCK)
    assert json.loads(written(LOCK))["serialNumber"] != json.loads(written(other))["serialNumber"]

"""The small trust's declarations as a directory to change, and a way to change them. What must hold is said in the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pipelines.catalogue import Catalogue, load

Declare = Callable[..., Path]


@pytest.fixture
def declare(small_trust: Path) -> Declare:
    """``declare("codes/sex.yml", name="sex", ...)`` lays an entry over the catalogue, or replaces one of the trust's own files."""

    def write(file: str, **entry: object) -> Path:
        path = small_trust / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(entry, allow_unicode=True), "utf-8")
        return small_trust

    return write


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The built-in catalogue with the small trust's declarations."""
    return load(Path(__file__).parent.parent / "small_trust")

"""A made-up trust for each test, and the module that makes exports on the path. No expectations here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from made_up_exports import MadeUpTrust

from pipelines.catalogue import Catalogue


@pytest.fixture
def trust(tmp_path: Path) -> MadeUpTrust:
    return MadeUpTrust.at(tmp_path / "home")


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return MadeUpTrust.at(tmp_path_factory.mktemp("catalogue") / "home").catalogue

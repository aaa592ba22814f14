"""One demonstration for all its tests: making it takes seconds and nothing here changes it."""

from __future__ import annotations

import pytest

from pipelines.catalogue import load
from pipelines.demo import Demonstration, make
from pipelines.home import Home


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    return make(Home.at(tmp_path_factory.mktemp("demonstration")), load)

"""What rooms share in their tests: a small trust's declarations. No figures, files or people."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

os.umask(0o077)
"""As the product's own command does: what others can read is refused."""


@pytest.fixture
def small_trust(tmp_path: Path) -> Path:
    """A copy of the small trust's declarations, to be changed as a test needs."""
    return Path(shutil.copytree(Path(__file__).parent / "small_trust", tmp_path / "trust"))


SLOWEST = ("test_drills.py", "test_star.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that refresh homes come first, slowest of all first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: (item.path.name not in SLOWEST, "line" not in item.path.parts, item.path.name != SLOWEST[0]))

"""What rooms share in their tests: a small trust's declarations. No figures, files or people."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SLOW_HOMES = ("star", "demonstration", "salaries", "quine", "uci")
"""Fixtures that refresh a whole home, slowest first."""


@pytest.fixture
def small_trust(tmp_path: Path) -> Path:
    """A copy of the small trust's declarations, to be changed as a test needs."""
    return Path(shutil.copytree(Path(__file__).parent / "small_trust", tmp_path / "trust"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Side by side, no home is refreshed twice: its tests are one group, slowest homes first; all others are grouped by file."""
    for item in items:
        home = next((name for name in SLOW_HOMES if name in getattr(item, "fixturenames", ())), None)
        item.add_marker(pytest.mark.xdist_group(home or item.path.name))
    items.sort(key=lambda item: "line" not in item.path.parts)

"""What rooms share in their tests: a small trust's declarations. No figures, files or people."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def small_trust(tmp_path: Path) -> Path:
    """A copy of the small trust's declarations, to be changed as a test needs."""
    return Path(shutil.copytree(Path(__file__).parent / "small_trust", tmp_path / "trust"))

"""The safe release, made once for all controls, and this folder on the path. No expectations here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_release import Marts, small_release


@pytest.fixture(scope="session")
def marts() -> Marts:
    return small_release()

"""What the tests of disclosure share: a made-up trust on the path, one shipped-like policy. No expectations here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipelines.disclosure import Policy

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def policy() -> Policy:
    return Policy(k=10, level="exact")

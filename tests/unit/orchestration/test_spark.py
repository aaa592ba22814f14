"""No real trust's landing is laid out in plain files for Spark. Building on Spark is tried in tests/spark."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.home import Home, HomeError, make_keys
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.spark import export_sources


@pytest.fixture
def real(small_trust: Path, tmp_path: Path) -> Opened:
    home = Home.at(tmp_path / "home")
    home.make()
    make_keys(home)
    shutil.copytree(small_trust, home.trust, dirs_exist_ok=True)
    academies = home.trust / "academies.yml"
    academies.write_text(academies.read_text("utf-8").replace("made_up: true", "made_up: false"), "utf-8")
    return Opened.at(home.root)


def test_a_real_trusts_landing_is_not_laid_out(real: Opened, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="made-up trust only"):
        export_sources(real, tmp_path / "sources")
    assert not (tmp_path / "sources").exists()

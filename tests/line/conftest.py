"""Whole homes, made and refreshed once for all tests of the line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from homes import REAL, make_home, refresh, without_advice

from pipelines.home import Home
from pipelines.orchestration.starter import write_demonstration


def refreshed(name: str, root: Path) -> Path:
    """The draft of a real home after one refresh."""
    if not REAL.is_dir():
        pytest.skip("the real files beside the project are absent")
    home = make_home(name, root)
    done = refresh(home.root)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return home.draft


@pytest.fixture(scope="session")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's home with its files lying in the drop folders, nothing taken in."""
    home = Home.at(tmp_path_factory.mktemp("dropped") / "home")
    write_demonstration(home, seed=2010, small=True)
    without_advice(home)
    return home.root


@pytest.fixture(scope="session")
def demonstration(dropped: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demonstration's home after one refresh."""
    root = Path(shutil.copytree(dropped, tmp_path_factory.mktemp("demonstration") / "home"))
    done = refresh(root)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return Home.existing(root)


@pytest.fixture(scope="session")
def star(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return refreshed("star", tmp_path_factory.mktemp("star") / "home")


@pytest.fixture(scope="session")
def salaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return refreshed("salaries", tmp_path_factory.mktemp("salaries") / "home")


@pytest.fixture(scope="session")
def quine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return refreshed("quine", tmp_path_factory.mktemp("quine") / "home")


@pytest.fixture(scope="session")
def uci(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return refreshed("uci_mat", tmp_path_factory.mktemp("uci") / "home")

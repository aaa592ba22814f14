"""Whole homes, made and refreshed once for all tests of the line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from homes import REAL, day_of, make_home, refresh, without_advice

from pipelines.home import Home
from pipelines.orchestration.starter import write_demonstration


def refreshed(name: str, root: Path) -> Path:
    """The draft of a real home after one refresh."""
    if not REAL.is_dir():
        pytest.skip("the real files beside the project are absent")
    home = make_home(name, root)
    done = refresh(home.root, "--today", day_of(name))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return home.draft


@pytest.fixture(scope="session")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's home with its files lying in the drop folders, nothing taken in."""
    return _once("dropped", tmp_path_factory, _drop)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The demonstration's home after one refresh; each worker has its own copy of it."""
    made = _once("demonstration", tmp_path_factory, lambda root: _refresh(_drop(root)))
    return Home.existing(Path(shutil.copytree(made, tmp_path_factory.mktemp("demonstration") / "home", symlinks=True)))


def _once(name: str, tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], object]) -> Path:
    """The home ``name``, made by whichever worker asks for it first; the others wait."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    root = shared / f"{name}-once" / "home"
    with FileLock(shared / f"{name}.lock"):
        if not (root.parent / "made").exists():
            shutil.rmtree(root.parent, ignore_errors=True)
            root.parent.mkdir()
            make(root)
            (root.parent / "made").touch()
    return root


def _drop(root: Path) -> Path:
    home = Home.at(root)
    write_demonstration(home, seed=2010, small=True)
    without_advice(home)
    return root


def _refresh(root: Path) -> None:
    done = refresh(root)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


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

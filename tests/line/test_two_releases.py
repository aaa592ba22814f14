"""A second release of the demonstration, protected and judged jointly with the first; then the first is withdrawn by decision."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from homes import refresh

from pipelines.home import Home
from pipelines.orchestration import progress, steps
from pipelines.orchestration.opened import Opened
from pipelines.release.manifest import read
from pipelines.release.release import listing
from pipelines.release.verify import verify

LATER = "2026-11-01"
TOLD = [
    "took in what was dropped",
    *progress.ROOMS.values(),
    "protected",
    "marts made and tested",
    "marts written and judged",
    "workbook and open data",
    "reports written; now they are attacked",
    "attacked",
    "draft sealed",
    "release looked at",
]
"""What a person who waits is told, in this order."""


@pytest.fixture(scope="module")
def twice(demonstration: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Opened, str, str]:
    """The demonstration's home with a later date in its calendar, refreshed; the ids of its two releases."""
    root = Path(shutil.copytree(demonstration.root, tmp_path_factory.mktemp("twice") / "home", symlinks=True))
    calendar = root / "trust" / "calendar.yml"
    calendar.write_text(calendar.read_text("utf-8").replace("release_from: 2026-10-01", f"release_from: {LATER}"), "utf-8")
    done = refresh(root)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert [line.strip() for line in done.stdout.splitlines() if line.strip() in TOLD] == TOLD
    first, second = (item.id for item in listing(Home.existing(root)))
    return Opened.at(root), first, second


def equality(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(Path(sys.executable).with_name("equality")), *words], capture_output=True, text=True, check=False)


def test_the_second_release_names_the_first_and_keeps_every_status(twice: tuple[Opened, str, str]) -> None:
    opened, first, second = twice
    folders = [opened.home.releases / name for name in (first, second)]
    assert verify(folders[1]) == []
    assert read(folders[1]).disclosure.model_extra is not None
    assert read(folders[1]).disclosure.model_extra["earlier_releases"] == [first]
    for mart in sorted(path.name for path in (folders[0] / "marts").glob("mart_*.parquet")):
        one, two = (pd.read_parquet(folder / "marts" / mart) for folder in folders)
        pd.testing.assert_frame_equal(one, two)


def test_a_release_is_news_to_the_draft_and_the_draft_itself_is_not(twice: tuple[Opened, str, str]) -> None:
    opened, first, _ = twice
    today = dt.date(2026, 11, 26)
    assert steps.nothing_new(opened, today)
    assert "Nothing is held" in equality("release", "held", "--home", str(opened.home.root)).stdout
    assert steps.movers(opened).empty
    for words, said in ((["--why", " "], "needs a reason"), (["--why", "wrong"], "cannot be called back")):
        done = equality("release", "withdraw", first, *words, "--by", "A Trustee", "--home", str(opened.home.root))
        assert said in done.stdout + done.stderr
        assert done.returncode == (2 if said == "needs a reason" else 0)
    assert "withdrawn: wrong" in equality("release", "list", "--home", str(opened.home.root)).stdout
    again = equality("release", "withdraw", first, "--why", "wrong", "--by", "A Trustee", "--home", str(opened.home.root))
    assert again.returncode == 2 and "withdrawn before" in again.stderr
    assert not steps.nothing_new(opened, today)

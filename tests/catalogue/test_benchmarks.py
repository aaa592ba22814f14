"""Figures published elsewhere: read from the file they come in, laid over ours, and never of a measure or group that nobody declares."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipelines.catalogue import CatalogueError, load
from pipelines.catalogue.benchmarks import COLUMNS, NotPublished, laid_over, read
from pipelines.catalogue.load import published_files
from pipelines.home import Home

LAIT = """topic,measure_code,measure,year,area,la_number,value
Absence,TotPerAbNew,Persistent absence,2025,England,970,18.14
Absence,TotPerAbNew,Persistent absence,2024,Essex,881,19.5
Absence,TotAbs,Absence,2025 (prov),Essex,881,7.0
Suspensions,TotFixedEx,Suspensions,2023/24,Essex,881,11.3
Attainment,DAP_NEW_KS2_RWM,Disadvantaged,2025,Essex,881,48
Attainment,KS2RWM_Expected_STD,All,2025,Essex,881,-
Other,NEET,Not ours,2025,Essex,881,5
"""


@pytest.fixture
def lait(tmp_path: Path) -> Path:
    path = tmp_path / "lait.csv"
    path.write_text(LAIT, "utf-8")
    return path


def test_a_series_becomes_a_measure_in_its_own_unit_and_year(lait: Path) -> None:
    table = read(lait, published_files()["lait"], ["Essex"]).set_index(["measure", "group_code"])
    assert table.loc[("persistent_absence", "all"), ["period", "value"]].tolist() == ["2023-24", 0.195]
    assert table.loc[("attendance_rate", "all"), ["period", "value"]].tolist() == ["2024-25", 0.93]
    assert table.loc[("suspension_rate", "all"), ["period", "value"]].tolist() == ["2023-24", 11.3]
    assert table.loc[("ks2_expected", "disadvantaged"), ["phase", "value"]].tolist() == ["primary", 0.48]
    assert len(table) == 4 and table["source"].str.contains("Open Government Licence").all()


def test_a_file_of_another_kind_is_refused_by_its_missing_columns(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(NotPublished, match="measure_code"):
        read(tmp_path / "other.csv", published_files()["lait"], ["England"])


def test_a_trusts_figure_counts_before_ours_and_adds_its_areas(small_trust: Path, lait: Path) -> None:
    own = read(lait, published_files()["lait"], ["England", "Essex"])
    own.loc[own["geography"].eq("England"), "value"] = 0.5
    own.to_csv(small_trust / "benchmarks.csv", index=False)
    found = pd.DataFrame([item.model_dump() for item in load(small_trust).benchmarks])
    asked = found.query("measure == 'persistent_absence' and geography == 'England' and period == '2024-25' and phase == 'all'")
    assert asked["value"].tolist() == [0.5]
    assert "Essex" in set(found["geography"]) and found["geography"].eq("England").sum() > 150


def test_laying_over_twice_changes_nothing(lait: Path) -> None:
    table = read(lait, published_files()["lait"], ["Essex"])
    pd.testing.assert_frame_equal(laid_over(table, table), table)


@pytest.mark.parametrize(
    ("column", "value"), [("measure", "happiness"), ("group_code", "nobody"), ("phase", "college"), ("period", "2025")]
)
def test_a_figure_of_something_undeclared_stops_everything(small_trust: Path, column: str, value: str) -> None:
    row = dict(zip(COLUMNS, ["suspended", "sex", "F", "England", "all", "2024-25", 0.1, "Somebody"], strict=True)) | {column: value}
    pd.DataFrame([row]).to_csv(small_trust / "benchmarks.csv", index=False)
    with pytest.raises(CatalogueError):
        load(small_trust)


def test_the_verb_says_what_it_took_and_refuses_what_it_cannot_read(small_trust: Path, lait: Path) -> None:
    home = Home.at(small_trust.parent)
    command = [str(Path(sys.executable).with_name("equality")), "benchmarks", str(lait), "--home", str(home.root)]
    done = subprocess.run([*command, "--area", "Essex"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "4 figures of Essex, 2023-24 to 2024-25" in done.stdout
    before = (small_trust / "benchmarks.csv").read_bytes()
    refused = subprocess.run([*command, "--area", "Atlantis"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "no figures of Atlantis" in refused.stderr
    assert (small_trust / "benchmarks.csv").read_bytes() == before

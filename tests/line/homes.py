"""Homes refreshed as a person does it, homes made from real files beside the project, and their right answers. Tests skip without the files.

``python tests/line/homes.py star HOME`` makes one to look at; ``... compare star HOME`` counts what agrees with the truth.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from pipelines.home import Home, make_keys

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "real"
OVERLAYS = Path(__file__).parent
PERIODS = {"star": ("1985-86", "1986-87", "1987-88", "1988-89"), "salaries": ("2008-09",), "quine": ("1975-76",), "uci_mat": ("2005-06",)}
STAR_GRADES = {"1985-86": "k", "1986-87": "1", "1987-88": "2", "1988-89": "3"}
KEY = ["period", "area", "characteristic", "group"]


@dataclass(frozen=True)
class Comparison:
    """How many figures of the truth were looked up, were shown, were hidden, and differed where shown."""

    compared: int
    shown: int
    hidden: int
    differing: int


def make_home(name: str, root: Path) -> Home:
    """The home of one real data set: the committed overlay, its academies, and its files lying in the drop folders."""
    home = Home.at(root)
    home.make()
    make_keys(home)
    shutil.copytree(OVERLAYS / name / "trust", home.trust, dirs_exist_ok=True)
    if name == "star":
        _write_star_academies(home)
    for folder in sorted((REAL / "data" / name).iterdir()):
        shutil.copytree(folder, home.drop / folder.name)
    return home


def _write_star_academies(home: Home) -> None:
    rows = pd.read_csv(REAL / "data" / "academies.csv", dtype=str).query("dataset == 'star'")
    academies = [{"urn": row.urn, "name": f"School {row.source_school}", "year_groups": ["R", "1", "2", "3"]} for row in rows.itertuples()]
    text = yaml.safe_dump({"code": "STAR", "name": "Project STAR", "academies": academies}, sort_keys=False)
    (home.trust / "academies.yml").write_text(text, "utf-8")


def day_of(name: str) -> str:
    """A day soon after the last year of a real data set: later, its rows would have been kept for longer than their contract says."""
    return f"{int(PERIODS[name][-1][:4]) + 1}-12-31"


def refresh(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`equality refresh` as a person runs it."""
    command = [str(Path(sys.executable).with_name("equality")), "refresh", "--home", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500)


def without_advice(home: Home) -> None:
    """No advice on coarser tables, which takes as long as protection itself and is asked for elsewhere."""
    policy = home.trust / "disclosure_policy.yml"
    policy.write_text(policy.read_text("utf-8") + "price_coarser: 0\n", "utf-8")


def published(bundle: Path) -> pd.DataFrame:
    """Every published cell of a bundle, with the keys the truth uses."""
    marts = sorted((bundle / "marts").glob("mart_*_*.parquet"))
    cells = pd.concat([pd.read_parquet(mart) for mart in marts], ignore_index=True)
    cells = cells[cells["cross_characteristic"] == "all"]
    area = cells["area_code"].where(cells["area_level"] == "academy", "TRUST")
    return cells.assign(area=area, group=cells["group_code"])


def truth(name: str, table: str) -> pd.DataFrame:
    """One table of right answers, its labels in our spelling."""
    found = sorted((REAL / "truth").glob(f"{name}_{table}.csv*"))
    rows = pd.read_csv(found[0], dtype={"urn": str, "value": str, "academic_year": str})
    period = rows["academic_year"].str.replace("/", "-") if rows["academic_year"].notna().any() else PERIODS[name][0]
    rows = rows.assign(period=period, area=rows["urn"])
    rows["characteristic"] = rows["characteristic"].replace({"ALL": "all", "rank_source": "rank"})
    rows["group"] = rows["value"].replace({"ALL": "all", "(missing)": "unknown"})
    return rows[rows["period"].isin(PERIODS[name])]


def compare(ours: pd.DataFrame, right: pd.DataFrame, pairs: dict[str, str], tolerance: float) -> Comparison:
    """``ours`` against ``right`` on the shared key; ``pairs`` names our column for each of theirs. A figure absent from ours differs."""
    joined = right.merge(ours, on=KEY, how="left", suffixes=("_right", ""))
    shown = joined["status"].isin(["shown", "u"])
    differing = joined["status"].isna() | joined["status"].isin(["x", "z"])
    for theirs, our in pairs.items():
        wanted = joined[f"{theirs}_right" if theirs in ours.columns else theirs].astype(float)
        differing |= shown & ((joined[our].astype(float) - wanted).abs() > tolerance)
    return Comparison(len(joined), int(shown.sum()), int((joined["status"] == "c").sum()), int(differing.sum()))


def compare_star(bundle: Path) -> dict[str, Comparison]:
    """Project STAR: counts by school and characteristic, means and threshold rates by group."""
    cells = published(bundle)
    counts = truth("star", "counts").query("characteristic in ['sex', 'ethnicity_source', 'fsm', 'class_type']")
    roll = cells[(cells["measure"] == "headcount") & (cells["population"] == "pupils")]
    found = {"counts": compare(roll, counts, {"n": "numerator"}, 0)}
    outcomes = truth("star", "outcomes").query("characteristic in ['all', 'sex', 'ethnicity_source', 'fsm', 'class_type'] and n > 0")
    for subject in ("reading", "mathematics"):
        right = outcomes[outcomes["subject"].str.lower() == subject]
        right = right[right["stage"].str.lower() == right["period"].map(STAR_GRADES)]
        of_grade = {kind: [f"star_{grade}_{subject}_{kind}" for grade in STAR_GRADES.values()] for kind in ("mean", "500")}
        own = {kind: _of_the_grade(cells[cells["measure"].isin(names)]) for kind, names in of_grade.items()}
        found[f"{subject} means"] = compare(own["mean"], right, {"mean": "value", "n": "denominator"}, 0.00006)
        found[f"{subject} at 500"] = compare(own["500"], right, {"n_at_or_above": "numerator", "n": "denominator"}, 0)
    return found


def _of_the_grade(cells: pd.DataFrame) -> pd.DataFrame:
    return cells[cells["measure"].str.split("_").str[1] == cells["period"].map(STAR_GRADES)]


if __name__ == "__main__":
    if sys.argv[1] == "compare":
        for what, result in compare_star(Path(sys.argv[3])).items():
            print(f"{what}: {result}")
    else:
        print(make_home(sys.argv[1], Path(sys.argv[2])).root)

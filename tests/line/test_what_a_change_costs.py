"""What a trust pays for a new academy, MIS report, characteristic and measure: one line or one file each, and no code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import yaml
from homes import published, refresh

from pipelines.home import Home

ACADEMY = {"urn": "900499", "name": "New Academy", "year_groups": ["7", "8", "9", "10", "11"]}
FORMAT = """\
name: newmis_pupils
system: New MIS
report: Learners
dataset: pupils
recognise: [learner code, birth sex]
columns: {learner code: upn, birth sex: sex, heritage: ethnicity, cohort: year_group}
values: {sex: {W: F, B: M}, year_group: {eight: "8"}}
constants: {period: 2025-26}
"""
CHARACTERISTIC = """\
name: any_sen
title: Any special educational need
fields: {pupil: pupils.sen_provision}
comparator: none
groups:
  - {code: any, label: Any SEN, members: [K, E]}
  - {code: none, label: No SEN, members: [N]}
  - {code: unknown, label: Unknown, unknown: true}
"""
MEASURE = """\
name: suspended_twice
title: Suspended twice or more
kind: rate
population: pupils_suspensions_returned
facts: [suspensions]
at_least: 2
missing_counts_as: 0
unit: share
characteristics: [any_sen]
definition: Pupils on roll with two suspensions or more in the year, of that roll.
source: the trust
"""
LEARNERS = 60


def test_an_academy_a_report_a_characteristic_and_a_measure_cost_a_line_and_three_files(dropped: Path, tmp_path: Path) -> None:
    home = Home.at(shutil.copytree(dropped, tmp_path / "home"))
    academies = home.trust / "academies.yml"
    trust = yaml.safe_load(academies.read_text("utf-8"))
    academies.write_text(yaml.safe_dump({**trust, "academies": [*trust["academies"], ACADEMY]}), "utf-8")
    for folder, name, text in (
        ("formats", "newmis_pupils", FORMAT),
        ("characteristics", "any_sen", CHARACTERISTIC),
        ("measures", "suspended_twice", MEASURE),
    ):
        (home.trust / folder).mkdir(exist_ok=True)
        (home.trust / folder / f"{name}.yml").write_text(text, "utf-8")
    (home.drop / "900499").mkdir()
    rows = [f"{upn(number)},{'W' if number % 3 else 'B'},WBRI,eight" for number in range(LEARNERS)]
    (home.drop / "900499" / "learners.csv").write_text("\n".join(["Learner code,Birth sex,Heritage,Cohort", *rows]) + "\n", "utf-8")

    done = refresh(home.root)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    cells = published(home.draft)
    pupils = cells[(cells["measure"] == "headcount") & (cells["population"] == "pupils")]
    roll = pupils[pupils["area_code"] == "900499"].set_index(["characteristic", "group_code"])
    assert roll.loc[("all", "all"), "numerator"] == LEARNERS
    assert roll.loc[("sex", "F"), "status"] in ("shown", "c")
    twice = cells[(cells["measure"] == "suspended_twice") & (cells["area_level"] == "trust")].set_index("group_code")
    once = cells[(cells["measure"] == "suspended") & (cells["area_level"] == "trust") & (cells["characteristic"] == "all")].iloc[0]
    assert set(twice.index) == {"all", "any", "none", "unknown"}
    assert pd.isna(twice.loc["all", "numerator"]) or twice.loc["all", "numerator"] < once["numerator"]


def upn(number: int) -> str:
    """An invented UPN with its check letter (characters 2 to 13 times 2 to 13, modulo 23)."""
    digits = f"999499926{number:03d}"
    total = sum(position * int(digit) for position, digit in enumerate(digits, start=2))
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23] + digits

"""A made-up trust of three academies as a folder of marts, small enough to know every figure by heart."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.reporting.benchmarks import benchmarks
from pipelines.reporting.completeness import completeness
from pipelines.reporting.due_regard import due_regard
from pipelines.reporting.funnels import funnel
from pipelines.reporting.gaps import gaps
from pipelines.reporting.incident_rates import incident_rates
from pipelines.reporting.objectives import COLUMNS as OBJECTIVE_COLUMNS
from pipelines.reporting.restatements import restatements
from tests.unit.reporting.made_cells import cell, cells


def made_dims() -> dict[str, pd.DataFrame]:
    """The published structure: sex, SEN provision, ethnicity in two levels, pay quartiles; one measure of each kind."""
    groups = pd.DataFrame(
        [
            ("all", "all", "Everyone", "", "", 0, False),
            ("sex", "F", "Female", "all", "all", 1, False),
            ("sex", "M", "Male", "all", "all", 2, False),
            ("sex", "unknown", "Unknown", "all", "all", 3, True),
            ("sen", "none", "No SEN", "all", "all", 1, False),
            ("sen", "support", "SEN support", "all", "all", 2, False),
            ("sen", "plan", "Education, health and care plan", "all", "all", 3, False),
            ("ethnicity", "white", "White", "all", "all", 1, False),
            ("ethnicity", "black", "Black <b>&", "all", "all", 2, False),
            ("ethnicity_minor", "WBRI", "White British", "ethnicity", "white", 1, False),
            ("ethnicity_minor", "BCRB", "Black Caribbean", "ethnicity", "black", 2, False),
            ("ethnicity_minor", "BAFR", "Black African", "ethnicity", "black", 3, False),
            ("pay_quartile", "lower", "Lower quartile", "all", "all", 1, False),
            ("pay_quartile", "upper", "Upper quartile", "all", "all", 2, False),
            ("incident_characteristic", "race", "Race", "all", "all", 1, False),
            ("incident_characteristic", "sex", "Sex", "all", "all", 2, False),
        ],
        columns=["characteristic", "group_code", "label", "parent_characteristic", "parent_group_code", "sort", "is_unknown"],
    )
    characteristics = pd.DataFrame(
        [
            ("sex", "Sex", "sex", "", "M"),
            ("sen", "SEN provision", "", "SEN is not disability.", "none"),
            ("ethnicity", "Ethnicity", "race", "", "white"),
            ("ethnicity_minor", "Ethnicity, minor group", "race", "", "WBRI"),
            ("pay_quartile", "Pay quartile", "", "", None),
            ("incident_characteristic", "Characteristic of an incident", "", "", None),
        ],
        columns=["characteristic", "label", "protected", "context", "comparator_code"],
    )
    areas = pd.DataFrame(
        [
            ("trust", "T1", "Test Trust", "", ""),
            ("academy", "100001", "Zebra Academy", "trust", "T1"),
            ("academy", "100002", "Apple Academy", "trust", "T1"),
            ("academy", "100003", "Mango Academy", "trust", "T1"),
        ],
        columns=["area_level", "area_code", "label", "parent_level", "parent_code"],
    )
    populations = pd.DataFrame(
        [
            ("pupils", "Pupils on roll", "pupil", ""),
            ("pupils_tested", "Pupils with a score", "pupil", "pupils"),
            ("staff", "Staff", "staff", ""),
            ("staff_relevant", "Relevant employees", "staff", "staff"),
            ("staff_paid", "Full-pay staff", "staff", "staff_relevant"),
            ("incidents", "Incidents", "incident", ""),
        ],
        columns=["population", "label", "subject", "base"],
    )
    counted = {"kind": "headcount", "unit": "people", "decimals": 0, "better": "neither"}
    rate = {
        "kind": "rate",
        "unit": "share",
        "decimals": 1,
        "better": "lower",
        "smallest_group": 20,
        "smallest_expected": 0.0,
        "known_at_least": 0.0,
    }
    ratio = {"matters_statistic": "ratio", "matters_low": 0.8, "matters_high": 1.25, "smallest_expected": 5.0}
    difference = {"matters_statistic": "difference", "matters_low": -0.05, "matters_high": 0.05}
    standardised = {"matters_statistic": "standardised", "matters_low": -0.2, "matters_high": 0.2}
    women_and_men = {"characteristic": "sex", "group_code": "F", "against_code": "M", "statistic": "mean", "unit": "percent_of_pay"}
    measures = pd.DataFrame(
        [
            {"measure": "headcount", "label": "Headcount", "population": "pupils", **counted},
            {"measure": "headcount", "label": "Headcount", "population": "staff", **counted},
            {"measure": "suspended", "label": "Suspended once", "population": "pupils", **rate, **ratio},
            {"measure": "absent", "label": "Absent", "population": "pupils", **rate, **difference},
            {"measure": "score", "label": "Score", "population": "pupils_tested", **rate, **standardised}
            | {"kind": "mean", "unit": "points", "better": "higher"},
            {"measure": "pay_gap", "label": "Mean pay gap", "population": "staff_paid", **rate, **women_and_men, "kind": "figure"},
            {"measure": "bonus", "label": "Paid a bonus", "population": "staff_relevant", **rate, "better": "neither"},
        ]
    ).assign(definition="What is counted.", number=0, aim="")
    measures["number"] = measures["measure"].map({"suspended": 1, "absent": 2, "score": 3}).fillna(0).astype(int)
    measures["aim"] = measures["measure"].map({"suspended": "eliminate", "absent": "advance"}).fillna("")
    return {"groups": groups, "characteristics": characteristics, "areas": areas, "populations": populations, "measures": measures}


def made_objectives() -> pd.DataFrame:
    """One objective of the trust that is off its line, and one of an academy that is monitored."""
    either = {
        "kind": "target", "why": "", "period": "2025-26", "characteristic": "all", "group_code": "all", "comparator_code": "", "against": "",
        "low": float("nan"), "high": float("nan"),
    }  # fmt: skip
    line = {"baseline_period": "2024-25", "baseline": 0.25, "target_period": "2027-28", "target": 0.1, "expected": 0.2}
    trust = {
        "objective": "O1",
        "title": "Less absence",
        "aim": "advance",
        "owner": "Head of care",
        "area_level": "trust",
        "area_code": "T1",
    }
    own = {"objective": "O2", "title": "Fewer <b>suspensions</b>", "aim": "eliminate", "owner": "Head", "area_level": "academy"}
    monitored = {
        "kind": "monitor",
        "measure": "suspended",
        "value": 0.09,
        "status": "monitored",
        "said": "Monitored.",
        "area_code": "100001",
    }
    nothing = dict.fromkeys(("baseline", "target", "expected"), float("nan")) | dict.fromkeys(("baseline_period", "target_period"), "")
    rated = {"measure": "absent", "value": 0.2, "status": "off_track", "said": ""}
    return pd.DataFrame([either | line | trust | rated, either | nothing | own | monitored])[OBJECTIVE_COLUMNS]


def made_benchmarks() -> pd.DataFrame:
    """What England had a year earlier: of absence for everyone and for a group that is hidden here."""
    either = {
        "characteristic": "all",
        "group_code": "all",
        "phase": "all",
        "geography": "England",
        "period": "2024-25",
        "source": "DfE; OGL",
    }
    plan = {"characteristic": "sen", "group_code": "plan"}
    rows = [either | {"measure": "absent", "value": 0.15}, either | plan | {"measure": "suspended", "value": 0.1}]
    rows.append(either | {"measure": "score", "characteristic": "sen", "group_code": "none", "value": 104.0})
    return pd.DataFrame(rows)


def made_pupil_outcomes() -> pd.DataFrame:
    """SEN support is suspended three times as often and absent ten points more; girls and boys are alike; one group is hidden."""
    return cells(
        cell("pupils", "suspended", numerator=100, denominator=2000),
        cell("pupils", "suspended", ("sen", "none"), 60, 1600),
        cell("pupils", "suspended", ("sen", "support"), 40, 350),
        cell("pupils", "suspended", ("sen", "plan"), status="c"),
        cell("pupils", "suspended", ("ethnicity_minor", "WBRI"), 60, 1500),
        cell("pupils", "suspended", ("ethnicity_minor", "BCRB"), 36, 200),
        cell("pupils", "suspended", ("ethnicity_minor", "BAFR"), status="c"),
        cell("pupils", "absent", numerator=400, denominator=2000),
        cell("pupils", "absent", ("sen", "none"), 280, 1600),
        cell("pupils", "absent", ("sen", "support"), 100, 350),
        cell("pupils", "absent", ("sex", "F"), 200, 1000),
        cell("pupils", "absent", ("sex", "M"), 200, 1000),
        cell("pupils_tested", "score", denominator=300, value=103.0, sd=8.0),
        cell("pupils_tested", "score", ("sen", "none"), denominator=250, value=104.0, sd=8.0),
        cell("pupils_tested", "score", ("sen", "support"), denominator=50, value=98.0, sd=8.0),
        *(
            cell("pupils", measure, numerator=number, denominator=people, area=("academy", urn), status=status)
            for measure, urn, number, people, status in [
                ("suspended", "100001", 90, 1000, "shown"),
                ("suspended", "100002", None, None, "c"),
                ("suspended", "100003", None, None, "x"),
                ("absent", "100001", 100, 1000, "shown"),
                ("absent", "100002", 300, 900, "shown"),
                ("absent", "100003", None, None, "x"),
            ]
        ),
    )


@pytest.fixture
def dims() -> dict[str, pd.DataFrame]:
    """:func:`made_dims`, to be changed at will."""
    return made_dims()


@pytest.fixture
def pupil_outcomes() -> pd.DataFrame:
    """:func:`made_pupil_outcomes`, to be changed at will."""
    return made_pupil_outcomes()


@pytest.fixture(scope="session")
def made_marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a page is made from; nobody changes it."""
    dims, pupil_outcomes = made_dims(), made_pupil_outcomes()
    pupils = cells(
        cell("pupils", "headcount", numerator=2000),
        cell("pupils", "headcount", ("sex", "F"), 1000),
        cell("pupils", "headcount", ("sex", "M"), 988),
        cell("pupils", "headcount", ("sex", "unknown"), 12),
        cell("pupils", "headcount", ("ethnicity", "white"), 1900),
        cell("pupils", "headcount", ("ethnicity", "black"), 100),
        cell("pupils", "headcount", numerator=1000, area=("academy", "100001")),
        cell("pupils", "headcount", numerator=900, area=("academy", "100002")),
        cell("pupils", "headcount", numerator=100, area=("academy", "100003")),
    )
    staff = cells(
        cell("staff", "headcount", numerator=200),
        cell("staff", "headcount", ("sex", "F"), 150),
        cell("staff", "headcount", ("sex", "M"), status="c"),
        cell("staff", "headcount", ("sex", "unknown"), status="c"),
        *(
            cell("staff", "headcount", numerator=number, area=("academy", urn))
            for urn, number in [("100001", 90), ("100002", 90), ("100003", 20)]
        ),
        cell("staff_paid", "headcount", ("pay_quartile", "lower"), 40),
        cell("staff_paid", "headcount", ("pay_quartile", "upper"), 40),
        cell("staff_paid", "headcount", ("pay_quartile", "lower"), 30, cross=("sex", "F")),
        cell("staff_paid", "headcount", ("pay_quartile", "upper"), cross=("sex", "F"), status="c"),
    )
    staff_outcomes = cells(
        cell("staff_paid", "pay_gap", ("sex", "F"), denominator=180, value=0.1234),
        cell("staff_relevant", "bonus", ("sex", "F"), 30, 150),
        cell("staff_relevant", "bonus", ("sex", "M"), status="c"),
    )
    judged = gaps(pupil_outcomes, dims["measures"], dims["characteristics"], dims["groups"])
    incidents = cells(
        cell("incidents", "headcount", numerator=40),
        cell("incidents", "headcount", ("incident_characteristic", "race"), 25),
        cell("incidents", "headcount", ("incident_characteristic", "sex"), status="c"),
    )
    returns = pd.DataFrame({"period": ["2025-26"] * 3, "academy_urn": ["100001", "100002", "100003"]})
    heads = pd.concat([pupils, staff, incidents])
    marts = {
        "mart_pupil_composition": pupils,
        "mart_pupil_outcomes": pupil_outcomes,
        "mart_staff_composition": staff,
        "mart_staff_outcomes": staff_outcomes,
        "mart_applicant_composition": staff.head(0),
        "mart_applicant_outcomes": staff_outcomes.head(0),
        "mart_governor_composition": staff_outcomes.head(0),
        "mart_governor_outcomes": staff_outcomes.head(0),
        "mart_case_composition": incidents,
        "mart_case_outcomes": staff_outcomes.head(0),
        "mart_gaps": judged,
        "mart_objectives": made_objectives(),
        "mart_benchmarks": benchmarks(pd.concat([pupils, pupil_outcomes]), made_benchmarks(), dims["areas"]),
        "mart_restatements": restatements(
            pupils.head(0), pupils.head(0).assign(release=""), pd.DataFrame({"release": [], "period": [], "why": []}, dtype=str)
        ),
        "mart_due_regard": due_regard(judged, pupil_outcomes, made_objectives(), dims["measures"]),
        "mart_funnel": funnel(pupil_outcomes, dims["areas"]),
        "mart_incidents": incident_rates(heads, ["2025-26"], returns),
        "mart_completeness": completeness(heads, dims["groups"]),
        **{f"dim_{name}": frame for name, frame in dims.items()},
    }
    folder = tmp_path_factory.mktemp("marts")
    for name, frame in marts.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


@pytest.fixture
def marts_folder(tmp_path: Path, made_marts: Path) -> Path:
    """A copy of the folder, to be changed at will."""
    return Path(shutil.copytree(made_marts, tmp_path / "marts"))


@pytest.fixture
def rewrite(marts_folder: Path) -> Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]:
    """``rewrite(mart, change)`` replaces one mart of the folder by ``change`` of it."""

    def rewrite(mart: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        path = marts_folder / f"{mart}.parquet"
        change(pd.read_parquet(path)).to_parquet(path, index=False)

    return rewrite

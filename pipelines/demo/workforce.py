"""The staff of the made-up trust and what they are paid. Pupils belong in ``pupils``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.catalogue.trust import CalendarPeriod
from pipelines.demo import england, planted
from pipelines.demo.identifiers import FORENAMES, SURNAMES
from pipelines.demo.trust import CODE, Site


@dataclass(frozen=True)
class Grade:
    """Posts of one grade: staff per pupil, roles with their shares, hourly pay in pounds from ``low`` to ``high``, share part-time."""

    per_pupil: float
    roles: dict[str, float]
    low: float
    high: float
    part_time: float


GRADES = {
    "leader": Grade(1 / 130, {"ASHT": 0.55, "DPHT": 0.3, "HDTR": 0.15}, 32.0, 58.0, 0.08),
    "teacher": Grade(1 / 18, {"TCHR": 0.86, "HDPT": 0.09, "SENC": 0.05}, 19.5, 31.0, 0.22),
    "support": Grade(
        1 / 19,
        {"TASS": 0.42, "LSEN": 0.14, "ADMC": 0.1, "MIDA": 0.08, "COVR": 0.06, "PAST": 0.05, "CLNR": 0.06, "STCH": 0.05, "PREM": 0.04},
        12.6,
        19.0,
        0.55,
    ),
}
# How much less common minority ethnic groups are among staff than among pupils: of England's teachers, 86.5 per cent were White
# British in 2016/17 (DfE, School workforce in England).
MINORITY = 0.5
DISABILITY = {"Y": 0.045, "N": 0.835, "R": 0.03, "S": 0.09}
# What staff declare of themselves: near the census of England and Wales 2021 (ONS, OGL v3), with what is usually left blank.
DECLARED = {
    "religion": {"CH": 0.38, "MU": 0.04, "HI": 0.02, "SI": 0.01, "JE": 0.005, "NR": 0.33, "OF": 0.005, "REFU": 0.08, "NOBT": 0.13},
    "sexual_orientation": {
        "straight": 0.74,
        "gay_or_lesbian": 0.025,
        "bisexual": 0.02,
        "other": 0.005,
        "refused": 0.08,
        "not_obtained": 0.13,
    },
    "gender_reassignment": {"same": 0.78, "different": 0.004, "refused": 0.06, "not_obtained": 0.156},
    "marital_status": {
        "married": 0.46,
        "civil_partnership": 0.01,
        "single": 0.28,
        "divorced": 0.08,
        "widowed": 0.01,
        "refused": 0.06,
        "not_obtained": 0.1,
    },
    "family_leave": {"none": 0.94, "MAT": 0.025, "PRG": 0.005, "returned": 0.025, "left": 0.005},
}
TRUSTEES, GOVERNORS = 11, 9
CENTRAL_TEAM = (8, 34)
"""Leaders and support staff."""
LEAVERS = 0.09
BONUS_SHARE, FULL_PAY_SHARE, RELEVANT_SHARE = 0.13, 0.95, 0.985


def staff(period: CalendarPeriod, seed: int, sites: tuple[Site, ...]) -> pd.DataFrame:
    """One row per contract, in the staff dataset's own field names and codes, with the names and the ``grade`` that the door drops."""
    return pd.concat([*(_staff_of(site, period, seed) for site in sites), _central_team(period, seed)], ignore_index=True)


def payroll(people: pd.DataFrame, period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """One row per employee in post on 31 March, for the whole trust: hourly pay and bonus in pounds, flags 'Y' or 'N'."""
    snapshot = dt.date(period.ends.year, 3, 31)
    there = people["entry_date"].map(lambda day: day <= snapshot) & people["leaving_date"].map(lambda day: pd.isna(day) or day > snapshot)
    paid = people[there]
    low, high = (paid["grade"].map({name: getattr(grade, end) for name, grade in GRADES.items()}).to_numpy() for end in ("low", "high"))
    bonus = np.round(rng.gamma(4, 90, len(paid)) * (low / 12.6), -1)
    relevant = rng.random(len(paid)) < RELEVANT_SHARE
    return pd.DataFrame(
        {
            **{name: paid[name].to_numpy() for name in ("urn", "staff_ref", "surname", "forename")},
            "hourly_pay": np.round(low + (high - low) * rng.beta(2.2, 2.0, len(paid)), 2),
            "bonus_pay": np.where(rng.random(len(paid)) < BONUS_SHARE, bonus, 0.0),
            "full_pay": np.where(relevant & (rng.random(len(paid)) < FULL_PAY_SHARE), "Y", "N"),
            "relevant": np.where(relevant, "Y", "N"),
        }
    )


def training(people: pd.DataFrame, period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """What each member of staff completed in the year: a row for each course, and one for the policy acknowledged."""
    courses = []
    for course, share in planted.TRAINED.items():
        done = people[rng.random(len(people)) < share]
        days = rng.integers(0, 290, len(done))
        about = {name: done[name].to_numpy() for name in ("urn", "staff_ref", "surname", "forename")}
        courses.append(
            pd.DataFrame({**about, "course": course, "completed": [period.starts + dt.timedelta(days=int(day)) for day in days]})
        )
    return pd.concat(courses, ignore_index=True)


def _staff_of(site: Site, period: CalendarPeriod, seed: int) -> pd.DataFrame:
    """Seeded by the academy alone: the same people are in post in every period, unless they started later or had left."""
    pupils = sum(site.places_in(year_group) for year_group in site.academy.year_groups)
    grades = np.repeat(list(GRADES), [max(2, round(pupils * grade.per_pupil)) for grade in GRADES.values()])
    rng = np.random.default_rng([seed, int(site.urn), 3])
    return _in_post(grades, site.urn, str(site.establishment), site.minority, period, rng)


def _central_team(period: CalendarPeriod, seed: int) -> pd.DataFrame:
    """Those who work for all academies, under the trust's own code."""
    grades = np.repeat(["leader", "support"], CENTRAL_TEAM)
    return _in_post(grades, CODE, "CT", 1.0, period, np.random.default_rng([seed, 0, 3]))


def _in_post(grades: np.ndarray, urn: str, prefix: str, minority: float, period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """A person for each of ``grades``. ``prefix``: of their staff numbers. ``minority``: against the country's share of minority groups."""
    size = len(grades)
    women = np.array([planted.WOMEN[grade] for grade in grades])
    frame = pd.DataFrame(
        {
            "urn": urn,
            "staff_ref": [f"{prefix}{serial:04d}" for serial in range(1, size + 1)],
            "surname": rng.choice(SURNAMES, size),
            "forename": rng.choice(FORENAMES, size),
            "grade": grades,
            "sex": np.where(rng.random(size) < women, "F", "M"),
            "ethnicity": rng.choice(list(england.ETHNICITY), size, p=england.ethnic_shares(MINORITY * minority)),
            "disability": rng.choice(list(DISABILITY), size, p=list(DISABILITY.values())),
            "role": [rng.choice(list(GRADES[grade].roles), p=list(GRADES[grade].roles.values())) for grade in grades],
            "contract_type": rng.choice(["PRM", "FXT", "TMP"], size, p=[0.9, 0.08, 0.02]),
            "fte": np.where(rng.random(size) < [GRADES[grade].part_time for grade in grades], rng.choice([0.4, 0.5, 0.6, 0.8], size), 1.0),
            "entry_date": [dt.date(int(year), 9, 1) for year in rng.integers(2008, 2026, size)],
            "date_of_birth": [dt.date(2002, 1, 1) - dt.timedelta(days=int(days)) for days in rng.gamma(3.2, 1_900, size).clip(0, 16_500)],
            **{name: rng.choice(list(shares), size, p=list(shares.values())) for name, shares in DECLARED.items()},
        }
    )
    # Whoever leaves does so once, in one of the years, and from the next September somebody else has the post.
    leaves_in = 2023 + np.floor(np.log(1 - rng.random(size)) / np.log(1 - LEAVERS)).astype(int)
    leaving = [dt.date(min(int(year), 9998) + 1, 4, 17) for year in leaves_in]
    frame["leaving_date"] = [day if frame["entry_date"].iloc[row] < day <= period.ends else None for row, day in enumerate(leaving)]
    gone = np.array([frame["entry_date"].iloc[row] < day < period.starts for row, day in enumerate(leaving)])
    frame.loc[gone, "staff_ref"] = frame.loc[gone, "staff_ref"] + "N"
    frame.loc[gone, "leaving_date"] = None
    frame.loc[gone, "entry_date"] = pd.Series([dt.date(day.year, 9, 1) for day in leaving], index=frame.index, dtype=object)[gone]
    there: pd.DataFrame = frame.loc[np.array([day <= period.ends for day in frame["entry_date"]])]
    return there


def events(people: pd.DataFrame, period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """What happened to staff in the year: leaving as their dates say, promotions and formal procedures by chance alone."""
    about = ["urn", "staff_ref", "surname", "forename"]
    left = people[people["leaving_date"].notna()]
    happened = [left[about].assign(kind="leaver", happened=left["leaving_date"])]
    for kind, share in planted.STAFF_EVENTS.items():
        some = people[rng.random(len(people)) < share]
        days = [period.starts + dt.timedelta(days=int(day)) for day in rng.integers(0, 300, len(some))]
        happened.append(some[about].assign(kind=kind, happened=days))
    table = pd.concat(happened, ignore_index=True)
    return table.assign(event=[f"EV{number:05d}" for number in range(1, len(table) + 1)])


def governance(sites: tuple[Site, ...], seed: int) -> pd.DataFrame:
    """Trustees of the trust and local governors of each academy: the same people in every year."""
    bodies = [(CODE, "TR", "trustee", TRUSTEES), *((site.urn, f"G{site.establishment}", "governor", GOVERNORS) for site in sites)]
    return pd.concat([_board(*body, np.random.default_rng([seed, number, 6])) for number, body in enumerate(bodies)], ignore_index=True)


def _board(urn: str, prefix: str, role: str, size: int, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "urn": urn,
            "staff_ref": [f"{prefix}{serial:03d}" for serial in range(1, size + 1)],
            "surname": rng.choice(SURNAMES, size),
            "forename": rng.choice(FORENAMES, size),
            "role": role,
            "appointed": dt.date(2021, 9, 1),
            "ended": None,
            "sex": np.where(rng.random(size) < 0.56, "F", "M"),
            "ethnicity": rng.choice(list(england.ETHNICITY), size, p=england.ethnic_shares(MINORITY)),
            "disability": rng.choice(list(DISABILITY), size, p=list(DISABILITY.values())),
            "date_of_birth": [dt.date(1990, 1, 1) - dt.timedelta(days=int(days)) for days in rng.integers(0, 15_000, size)],
            **{
                name: rng.choice(list(shares), size, p=list(shares.values())) for name, shares in DECLARED.items() if name != "family_leave"
            },
        }
    )

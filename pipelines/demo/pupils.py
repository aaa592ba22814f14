"""The pupils of the made-up trust: who they are and when they are on roll. What happens to them belongs in ``outcomes``."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from pipelines.catalogue.trust import CalendarPeriod
from pipelines.demo import england
from pipelines.demo.dialects import DIALECTS
from pipelines.demo.identifiers import FORENAMES, SURNAMES, unique_pupil_number
from pipelines.demo.trust import NURSERY_YEARS, PRIMARY_YEARS, SECONDARY_YEARS, SIXTH_FORM_YEARS, Site

YEAR_GROUPS = NURSERY_YEARS + PRIMARY_YEARS + SECONDARY_YEARS + SIXTH_FORM_YEARS
STAGES = {
    **dict.fromkeys(NURSERY_YEARS + PRIMARY_YEARS, "primary"),
    **dict.fromkeys(SECONDARY_YEARS + SIXTH_FORM_YEARS, "secondary"),
}
"""Which of England's two rates a year group follows."""
SPARE = 1.2
LEFT_BEFORE, LEFT_AFTER, JOINED_BEFORE, JOINED_AFTER = 0.02, 0.01, 0.02, 0.01
FULL = 0.97
DUAL = (("900404", "900406", 6), ("900405", "900406", 5))
MOVED = (("900404", "900405", 5), ("900401", "900403", 3))
GUESTS = ("900406", 3)
EAL_UNKNOWN = 0.01
# Near England's shares of primary need among pupils with SEN (DfE, Special educational needs in England 2024/25).
NEEDS = {
    "SLCN": 0.25,
    "SEMH": 0.21,
    "ASD": 0.16,
    "MLD": 0.13,
    "SPLD": 0.12,
    "OTH": 0.04,
    "NSA": 0.03,
    "PD": 0.025,
    "HI": 0.015,
    "VI": 0.01,
    "SLD": 0.01,
}
FSM_OF_DISADVANTAGED, LOOKED_AFTER, YOUNG_CARER, SERVICE_CHILD = 0.84, 0.006, 0.012, 0.006
RELIGION = {"CH": 0.22, "CE": 0.08, "RC": 0.07, "MU": 0.11, "HI": 0.02, "SI": 0.01, "NR": 0.34, "OF": 0.01, "NOBT": 0.08, "REFU": 0.06}
EAL_SHARE = {"WBRI": 0.01, "WIRI": 0.02, "BCRB": 0.06, "MWBC": 0.03, "REFU": 0.2, "NOBT": 0.2}
EAL_SHARE_BY_MAJOR = {"W": 0.7, "M": 0.15, "A": 0.62, "B": 0.5, "O": 0.75}


def roll(period: CalendarPeriod, seed: int, sites: tuple[Site, ...]) -> pd.DataFrame:
    """Every enrolment of ``period``, one row each, in the pupils dataset's own field names and codes, dates as ``datetime.date``.

    Besides these: ``phase`` and names, which exports carry and the door drops. The same children return a year older in the next
    period: who a child is depends on the seed, the academy and the year of starting school alone.
    """
    frames = [_academy_roll(site, period, seed) for site in sites]
    pupils = pd.concat(frames, ignore_index=True)
    rng = np.random.default_rng([seed, period.starts.year, 1])
    extra = [*_dual(pupils, rng), *_moved(pupils, period, rng), _guests(pupils, rng)]
    return pd.concat([pupils, *extra], ignore_index=True)


def cohort(site: Site, started: int, seed: int) -> pd.DataFrame:
    """The children of one academy who began Reception in September ``started``: what does not change from year to year."""
    rng = np.random.default_rng([seed, int(site.urn), started])
    size = int(max(site.places) * SPARE) + 6
    own = np.arange(size) < int(site.places[0] * SPARE) + 6
    feeder = np.where(own & (site.places[0] > 0), site.establishment, 2100 + site.establishment % 100 * 10 + rng.integers(0, 3, size))
    girl = rng.random(size) < 0.49
    disadvantaged = rng.random(size) < min(0.6, england.DISADVANTAGED.value * site.hardship)
    ethnicity = rng.choice(list(england.ETHNICITY), size, p=england.ethnic_shares(site.minority))
    provision = np.full(size, "E") if site.special else _sen(girl, disadvantaged, rng)
    # A system that leaves "no" out cannot say "not known".
    eal_unknown = EAL_UNKNOWN if DIALECTS[site.dialect].yes_no[1] else 0.0
    # Born in the twelve months before the September at which children are four.
    born = [dt.date(started - 5, 9, 1) + dt.timedelta(days=int(day)) for day in rng.integers(0, 365, size)]
    return pd.DataFrame(
        {
            "urn": site.urn,
            "upn": [unique_pupil_number(int(place), started, serial) for serial, place in enumerate(feeder, start=1)],
            "surname": rng.choice(SURNAMES, size),
            "forename": rng.choice(FORENAMES, size),
            "date_of_birth": born,
            "sex": np.where(girl, "F", "M"),
            "ethnicity": ethnicity,
            "sen_provision": provision,
            "sen_need": np.where(provision == "N", "", rng.choice(list(NEEDS), size, p=list(NEEDS.values()))),
            "disadvantage": np.where(disadvantaged, "Y", "N"),
            "eal": np.where(rng.random(size) < eal_unknown, "", np.where(rng.random(size) < _eal_chance(ethnicity), "Y", "N")),
            "disability": rng.choice(["Y", "N", "NCOL", ""], size, p=[0.06, 0.84, 0.06, 0.04]),
            "fsm": np.where(rng.random(size) < np.where(disadvantaged, FSM_OF_DISADVANTAGED, 0.0), "FSM", "N"),
            "looked_after": np.where(rng.random(size) < LOOKED_AFTER, "Y", "N"),
            "young_carer": np.where(rng.random(size) < YOUNG_CARER, "S", "N"),
            "service_child": np.where(rng.random(size) < SERVICE_CHILD, "Y", "N"),
            "religion": rng.choice(list(RELIGION), size, p=list(RELIGION.values())),
        }
    )


def _academy_roll(site: Site, period: CalendarPeriod, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng([seed, int(site.urn), period.starts.year, 2])
    years = [_year_roll(site, year_group, period, seed, rng) for year_group in site.academy.year_groups]
    return pd.concat(years, ignore_index=True).assign(enrolment_status="C")


def _year_roll(site: Site, year_group: str, period: CalendarPeriod, seed: int, rng: np.random.Generator) -> pd.DataFrame:
    """One year group: most stay all year; some leave or join, before the reference date or after it."""
    position, places = YEAR_GROUPS.index(year_group) - len(NURSERY_YEARS), site.places_in(year_group)
    on_roll = min(places, int(rng.binomial(places, FULL)) + 1)
    pupils = cohort(site, period.starts.year - position, seed).head(on_roll + round(places * LEFT_BEFORE))
    joined_in = next((years[0] for years in (NURSERY_YEARS, PRIMARY_YEARS, SECONDARY_YEARS) if year_group in years), SECONDARY_YEARS[0])
    pupils = pupils.assign(
        year_group=year_group,
        phase=STAGES[year_group],
        entry_date=dt.date(period.starts.year - position + YEAR_GROUPS.index(joined_in) - len(NURSERY_YEARS), 9, 2),
        leaving_date=None,
    )
    start, census, summer = period.starts, period.reference_date, dt.date(period.ends.year, 7, 10)
    fate = np.searchsorted(np.cumsum([LEFT_AFTER, JOINED_BEFORE, JOINED_AFTER]), rng.random(on_roll), side="right")
    _set_dates(pupils, "leaving_date", np.arange(on_roll, len(pupils)), (start, census), rng)
    _set_dates(pupils, "leaving_date", np.flatnonzero(fate == 0), (census, summer), rng)
    _set_dates(pupils, "entry_date", np.flatnonzero(fate == 1), (start, census), rng)
    _set_dates(pupils, "entry_date", np.flatnonzero(fate == 2), (census, summer), rng)
    return pupils


def _set_dates(pupils: pd.DataFrame, field: str, rows: np.ndarray, within: tuple[dt.date, dt.date], rng: np.random.Generator) -> None:
    """Dates well inside both ends, so that who is on roll at a reference date is never a matter of one day."""
    first, last = within
    days = [first + dt.timedelta(days=int(day)) for day in rng.integers(10, (last - first).days - 5, len(rows))]
    pupils.loc[rows, field] = pd.Series(days, index=rows, dtype=object)


def _staying(pupils: pd.DataFrame, urn: str, size: int, rng: np.random.Generator) -> list[int]:
    """Rows of pupils who are at that academy alone, and all year."""
    all_year = pupils["leaving_date"].isna() & (pupils["entry_date"].map(lambda day: (day.month, day.day)) == (9, 2))
    stayed = pupils.index[(pupils["urn"] == urn) & (pupils["enrolment_status"] == "C") & all_year]
    return sorted(rng.choice(stayed.to_numpy(), size, replace=False).tolist())


def _within(pairs: tuple[tuple[str, str, int], ...], pupils: pd.DataFrame) -> list[tuple[str, str, int]]:
    """The pairs of academies that are both among those of ``pupils``."""
    return [pair for pair in pairs if {pair[0], pair[1]} <= set(pupils["urn"])]


def _dual(pupils: pd.DataFrame, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Dual registrations: M stays with the main academy, and a second row is subsidiary at the other."""
    subsidiary = []
    for main, other, size in _within(DUAL, pupils):
        rows = _staying(pupils, main, size, rng)
        pupils.loc[rows, "enrolment_status"] = "M"
        subsidiary.append(pupils.loc[rows].assign(urn=other, enrolment_status="S"))
    return subsidiary


def _moved(pupils: pd.DataFrame, period: CalendarPeriod, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Pupils who change academy inside the trust at Christmas: two spells of one person, the second on the January roll."""
    second = []
    for origin, destination, size in _within(MOVED, pupils):
        rows = _staying(pupils, origin, size, rng)
        second.append(pupils.loc[rows].assign(urn=destination, entry_date=dt.date(period.ends.year, 1, 5)))
        pupils.loc[rows, "leaving_date"] = dt.date(period.starts.year, 12, 19)
    return second


def _guests(pupils: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Guests, who are on no roll: children of an academy outside the trust."""
    urn, size = GUESTS
    if urn not in set(pupils["urn"]):
        return pupils.head(0)
    guests = pupils.loc[_staying(pupils, urn, size, rng)].assign(enrolment_status="G")
    guests["upn"] = [unique_pupil_number(2999, int(upn[8:10]), int(upn[10:])) for upn in guests["upn"]]
    return guests


def _eal_chance(ethnicity: np.ndarray) -> np.ndarray:
    return np.array([EAL_SHARE.get(code, EAL_SHARE_BY_MAJOR.get(code[0], 0.2)) for code in ethnicity])


def _sen(girl: np.ndarray, disadvantaged: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """SEN provision with England's make-up: commoner among boys and among pupils eligible for free school meals."""
    chances = []
    for rate, boys, meals in (
        (england.SEN_SUPPORT, england.BOYS_OF_SEN_SUPPORT, england.FSM_OF_SEN_SUPPORT),
        (england.EHC_PLAN, england.BOYS_OF_EHC_PLAN, england.FSM_OF_EHC_PLAN),
    ):
        by_sex = np.where(girl, (1 - boys.value) / 0.49, boys.value / 0.51)
        by_meals = np.where(disadvantaged, meals.value / england.FSM.value, (1 - meals.value) / (1 - england.FSM.value))
        chances.append(rate.value * by_sex * by_meals)
    draw = rng.random(len(girl))
    return np.where(draw < chances[1], "E", np.where(draw < chances[0] + chances[1], "K", "N"))

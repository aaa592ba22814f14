"""What happens to the pupils in a year: sessions, results, suspensions. The gaps in it are those that ``planted`` declares."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from pipelines.catalogue.trust import CalendarPeriod
from pipelines.demo import england, planted

SESSIONS_A_YEAR = 380
ANSWERED = 0.78
VOICE_GROUPS = {
    "sex": {"F": "F", "M": "M"},
    "sen_provision": {"N": "none", "K": "sen_support", "E": "ehc_plan"},
    "disadvantage": {"Y": "disadvantaged", "N": "not_disadvantaged"},
}
PERSISTENT, SEVERE = 0.10, 0.50
WITHOUT_PROGRESS_8 = ("2024-25", "2025-26")
"""Years whose Year 11 had sat no key stage 2 tests."""
REASONS = {"DB": 46, "PP": 15, "VA": 14, "PA": 5, "DA": 5, "VP": 4, "DM": 3, "MP": 3, "BU": 2, "RA": 2, "OW": 1}  # per cent
KS2_SUBJECTS = {"reading": england.READING_SCORE.value, "writing": 104.0, "mathematics": england.MATHEMATICS_SCORE.value}


def attendance(pupils: pd.DataFrame, period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """Session totals, one row per enrolment on a roll. A dual registration shares its sessions between the two academies."""
    rows = pupils[pupils["enrolment_status"] != "G"]
    days = _days_enrolled(rows, period)
    shared = np.where(rows["enrolment_status"] == "M", 0.6, np.where(rows["enrolment_status"] == "S", 0.4, 1.0))
    possible = np.maximum(2, np.round(SESSIONS_A_YEAR * days * shared)).astype(int)
    persistent = rng.random(len(rows)) < _chance(rows, planted.PERSISTENT_ABSENCE, "disadvantage") * _in_year(
        planted.ABSENCE_BY_YEAR, period
    )
    of_persistent = {phase: severe.value / england.PERSISTENT_ABSENCE[phase].value for phase, severe in england.SEVERE_ABSENCE.items()}
    severe = persistent & (rng.random(len(rows)) < rows["phase"].map(of_persistent).to_numpy())
    missed = np.where(
        severe,
        rng.uniform(SEVERE, 0.9, len(rows)),
        np.where(persistent, np.minimum(PERSISTENT + rng.exponential(0.05, len(rows)), 0.49), PERSISTENT * rng.beta(2, 3.6, len(rows))),
    )
    floor = np.where(persistent, np.ceil(PERSISTENT * possible), 0)
    ceiling = np.where(persistent, possible, np.ceil(PERSISTENT * possible) - 1)
    absent = np.clip(np.round(missed * possible), floor, np.maximum(ceiling, 0)).astype(int)
    attended = possible - absent
    return pd.DataFrame(
        {
            **{name: rows[name].to_numpy() for name in ("urn", "upn", "surname", "forename", "year_group")},
            "sessions_possible": possible,
            "sessions_attended": attended,
            "sessions_absent": absent,
            "sessions_late": rng.binomial(attended, rng.beta(1, 30, len(rows))),
        }
    )


def attainment(pupils: pd.DataFrame, period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """Results of Reception and of Years 1, 6 and 11, one row per pupil and subject; one pupil in seventy has no result in a subject.

    Early years, phonics and key stage 2 writing as outcomes; other key stage 2 in scaled scores, 80 to 120; key stage 4 in grades 0 to 9,
    Attainment 8 points, 0 to 90, and whether the pupil was entered for the English Baccalaureate.
    """
    still_there = pupils["leaving_date"].isna() & pupils["enrolment_status"].isin(["C", "M"])
    first, second, younger, older = (pupils[still_there & (pupils["year_group"] == year_group)] for year_group in ("R", "1", "6", "11"))
    results = [
        _outcomes(first, "eyfsp", "good_level", _met(first, england.GOOD_LEVEL.value, rng), ("2", "1"), rng),
        _outcomes(second, "phonics", "phonics", _met(second, england.PHONICS.value, rng), ("WA", "WT"), rng),
    ]
    ability = rng.normal(0, 5.0, len(younger)) + _points(younger, planted.KEY_STAGE_2_POINTS)
    for subject, mean in KS2_SUBJECTS.items():
        score = np.clip(np.round(mean + ability + rng.normal(0, 3.5, len(younger))), 80, 120)
        if subject == "writing":
            results.append(
                _results(
                    younger,
                    "ks2",
                    subject,
                    np.full(len(younger), np.nan),
                    rng,
                    np.select([score >= 110, score >= 100], ["GDS", "EXS"], "WTS"),
                )
            )
        else:
            results.append(_results(younger, "ks2", subject, score, rng))
    points = england.ATTAINMENT_8.value + rng.normal(0, 15, len(older)) + _points(older, planted.KEY_STAGE_4_POINTS)
    points = np.clip(np.round(points * 2) / 2, 0, 90)
    for subject in ("english", "mathematics"):
        grade = np.clip(np.round(points / 10 + rng.normal(0.2, 0.8, len(older))), 0, 9)
        results.append(_results(older, "ks4", subject, grade, rng))
    results.append(_results(older, "ks4", "attainment_8", points, rng))
    entered = (rng.random(len(older)) < np.clip(england.EBACC_ENTRY.value + (points - england.ATTAINMENT_8.value) / 60, 0.02, 0.95)).astype(
        float
    )
    results.append(_results(older, "ks4", "ebacc_entry", entered, rng))
    if period.period not in WITHOUT_PROGRESS_8:
        progress = (points - england.ATTAINMENT_8.value) / 15 + rng.normal(0, 0.8, len(older))
        results.append(_results(older, "ks4", "progress_8", np.clip(np.round(progress, 2), -5, 5), rng))
    return pd.concat(results, ignore_index=True)


def participation(pupils: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A club, and a parents' evening that the family was invited to: one row each for every pupil on a main roll, whether they came or not."""
    on_roll = pupils[pupils["enrolment_status"].isin(["C", "M"])]
    about = {name: on_roll[name].to_numpy() for name in ("urn", "upn", "surname", "forename", "year_group")}
    came = {
        "club": _chance(on_roll, planted.TAKEN_PART, "disadvantage"),
        "parents_evening": _chance(on_roll, planted.FAMILY_CAME, "disadvantage"),
    }
    kinds = [
        pd.DataFrame({**about, "kind": kind, "activity": "", "attended": np.where(rng.random(len(on_roll)) < chance, "Y", "N")})
        for kind, chance in came.items()
    ]
    return pd.concat(kinds, ignore_index=True)


def suspensions(pupils: pd.DataFrame, period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """Suspensions and exclusions, one row each, no two of a pupil on one day. No pupil left or joined before it happened."""
    on_roll = pupils[pupils["enrolment_status"].isin(["C", "M"])]
    chance = _chance(on_roll, planted.SUSPENDED, "sen_provision")
    more_before = np.where(on_roll["sen_provision"] == "N", 1.0, _in_year(planted.SUSPENDED_WITH_SEN_BY_YEAR, period))
    suspended = on_roll[rng.random(len(on_roll)) < chance * more_before]
    more = suspended["phase"].map({phase: england.SUSPENSIONS[phase].value / rate.value - 1 for phase, rate in england.SUSPENDED.items()})
    events = suspended.loc[suspended.index.repeat(1 + rng.poisson(more.to_numpy(dtype=float)))]
    first = events["entry_date"].map(lambda day: max(day, period.starts))
    last = events["leaving_date"].map(lambda day: dt.date(period.ends.year, 7, 15) if pd.isna(day) else day)
    span = np.array([(end - start).days for start, end in zip(first, last, strict=True)])
    offset = np.floor(rng.random(len(events)) * span).astype(int)
    kind = rng.choice(["SUSP", "LNCH", "PERM"], len(events), p=[0.965, 0.025, 0.01])
    sessions = np.where(kind == "LNCH", 1, np.minimum(2 * (1 + rng.geometric(0.55, len(events))) - 2, 20))
    frame = pd.DataFrame(
        {
            **{name: events[name].to_numpy() for name in ("urn", "upn", "surname", "forename", "year_group")},
            "type": kind,
            "started": [_school_day(start + dt.timedelta(days=int(days))) for start, days in zip(first, offset, strict=True)],
            "sessions": np.where(kind == "PERM", 0, sessions),
            "reason": rng.choice(list(REASONS), len(events), p=np.array(list(REASONS.values())) / 100),
        }
    )
    return frame.drop_duplicates(["upn", "started"]).sort_values(["urn", "started", "upn"], ignore_index=True)


def pupil_voice(pupils: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Answers as each academy counted them, by question and group; groups of fewer than five are left out, as a careful academy would."""
    on_roll = pupils[pupils["enrolment_status"].isin(["C", "M"]) & ~pupils["year_group"].isin(["N2", "R", "1", "2"])]
    rows: list[tuple[Any, ...]] = []
    for question, agree in planted.AGREED.items():
        answered = on_roll[rng.random(len(on_roll)) < ANSWERED]
        chance = answered["sen_provision"].map({"N": agree["none"], "K": agree["sen_support"], "E": agree["sen_support"]})
        answered = answered.assign(agreed=rng.random(len(answered)) < chance)
        asked = on_roll.groupby("urn").size()
        for urn, people in answered.groupby("urn"):
            rows.append((urn, question, "all", "all", int(asked[urn]), len(people), int(people["agreed"].sum())))
            for characteristic, field in VOICE_GROUPS.items():
                for group, some in people.groupby(people[characteristic].map(field)):
                    if len(some) >= 5:
                        rows.append((urn, question, characteristic, group, "", len(some), int(some["agreed"].sum())))
    return pd.DataFrame(rows, columns=["urn", "question", "characteristic", "group", "asked", "answered", "agreed"])


def _in_year(factors: dict[int, float], period: CalendarPeriod) -> float:
    return factors.get(period.starts.year, 1.0)


def _school_day(day: dt.date) -> dt.date:
    """The day itself, or the Friday before a weekend."""
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


def _results(
    pupils: pd.DataFrame, stage: str, subject: str, score: np.ndarray, rng: np.random.Generator, outcome: np.ndarray | None = None
) -> pd.DataFrame:
    columns = {name: pupils[name].to_numpy() for name in ("urn", "upn", "surname", "forename", "year_group")}
    told = np.full(len(pupils), "") if outcome is None else outcome
    frame = pd.DataFrame({**columns, "stage": stage, "subject": subject, "score": score, "outcome": told, "status": "final"})
    return frame[rng.random(len(frame)) > 1 / 70]


def _met(pupils: pd.DataFrame, share: float, rng: np.random.Generator) -> np.ndarray:
    """Who met a standard that ``share`` of all meet, fewer of the disadvantaged by what is planted."""
    behind = np.where(pupils["disadvantage"] == "Y", planted.EARLY_STANDARDS_BEHIND, 0.0)
    met: np.ndarray = rng.random(len(pupils)) < share + (behind.mean() if len(behind) else 0.0) - behind
    return met


def _outcomes(
    pupils: pd.DataFrame, stage: str, subject: str, met: np.ndarray, codes: tuple[str, str], rng: np.random.Generator
) -> pd.DataFrame:
    return _results(pupils, stage, subject, np.full(len(pupils), np.nan), rng, np.where(met, *codes))


def _days_enrolled(pupils: pd.DataFrame, period: CalendarPeriod) -> np.ndarray:
    """The share of the school year, September to mid-July, that each enrolment lasts."""
    last = dt.date(period.ends.year, 7, 17)
    year = (last - period.starts).days
    starts = pupils["entry_date"].map(lambda day: max(day, period.starts))
    ends = pupils["leaving_date"].map(lambda day: last if pd.isna(day) else min(day, last))
    return np.array([max((end - start).days, 1) / year for start, end in zip(starts, ends, strict=True)])


def _chance(pupils: pd.DataFrame, rates: dict[str, dict[str, float]], field: str) -> np.ndarray:
    return np.array([rates[phase][code] for phase, code in zip(pupils["phase"], pupils[field], strict=True)])


def _points(pupils: pd.DataFrame, effects: dict[str, dict[str, float]]) -> np.ndarray:
    """What each pupil's codes add to the score, centred so that the mean of all stays England's."""
    total = np.zeros(len(pupils))
    for field, points in effects.items():
        total += pupils[field].map(points).fillna(0.0).to_numpy(dtype=float)
    centred: np.ndarray = total - (total.mean() if len(total) else 0.0)
    return centred

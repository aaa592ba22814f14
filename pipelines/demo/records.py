"""What the academies of the made-up trust keep records of: incidents, and the register of policies, plans and adjustments."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from pipelines.catalogue.trust import CalendarPeriod
from pipelines.demo.trust import Site

# Incidents a year for each hundred pupils; how they divide (near what bullying and prejudice systems of secondary schools hold).
PER_HUNDRED = {"primary": 1.1, "secondary": 2.6}
KINDS = {"bullying": 0.46, "prejudice": 0.38, "harassment": 0.1, "discrimination": 0.05, "victimisation": 0.01}
ABOUT = {
    "race": 0.3,
    "sexual_orientation": 0.14,
    "sex": 0.13,
    "disability": 0.11,
    "gender_reassignment": 0.03,
    "religion": 0.05,
    "none": 0.24,
}
HARMED = {"pupil": 0.9, "staff": 0.07, "visitor": 0.03}
ALLEGED = {"pupil": 0.88, "staff": 0.04, "visitor": 0.05, "unknown": 0.03}
ACTIONS = {"restorative": 0.34, "education": 0.22, "parents": 0.16, "sanction": 0.18, "suspension": 0.07, "none": 0.03}
OUTCOMES = {"upheld": 0.55, "partly_upheld": 0.17, "not_upheld": 0.14, "closed": 0.1, "open": 0.04}
RESOLVED_IN_TIME, NOTIFICATIONS = 0.83, 0.4
"""Shares of incidents; notifications of action outside the policy to each academy in a year."""
POLICIES, ASSESSMENTS, ADJUSTMENTS = 9, 3, 5
DONE = {"policy": 0.86, "impact_assessment": 0.7, "adjustment": 0.8, "accessibility_plan": 0.93, "action": 0.6}


def incidents(pupils: pd.DataFrame, period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """One row per incident and characteristic, and the notifications; nothing of it says who."""
    chance = pupils["phase"].map(PER_HUNDRED).to_numpy(dtype=float) / 100
    of_pupils = pupils["enrolment_status"].isin(["C", "M"]).to_numpy()
    urns = pupils["urn"].to_numpy()[of_pupils & (rng.random(len(pupils)) < chance)]
    notified = [urn for urn in sorted(pupils["urn"].unique()) for _ in range(rng.poisson(NOTIFICATIONS))]
    size = len(urns) + len(notified)
    occurred = [period.starts + dt.timedelta(days=int(day)) for day in rng.integers(3, 315, size)]
    wait = np.where(rng.random(size) < RESOLVED_IN_TIME, rng.integers(1, 14, size), rng.integers(16, 60, size))
    is_notification = np.arange(size) >= len(urns)
    frame = pd.DataFrame(
        {
            "urn": [*urns, *notified],
            "reference": [f"{period.starts.year}-{number:05d}" for number in range(1, size + 1)],
            "occurred": occurred,
            "kind": np.where(is_notification, "notification", _drawn(KINDS, size, rng)),
            "characteristic": np.where(is_notification, "none", _drawn(ABOUT, size, rng)),
            "harmed": _drawn(HARMED, size, rng),
            "alleged": _drawn(ALLEGED, size, rng),
            "action": _drawn(ACTIONS, size, rng),
            "outcome": _drawn(OUTCOMES, size, rng),
            "resolved": [day + dt.timedelta(days=int(days)) for day, days in zip(occurred, wait, strict=True)],
        }
    )
    return frame.sort_values(["urn", "occurred", "reference"], ignore_index=True)


def register(sites: tuple[Site, ...], period: CalendarPeriod, rng: np.random.Generator) -> pd.DataFrame:
    """One row per entry: most were done by the day they were due, some late, some not yet."""
    rows = []
    for site in sites:
        kinds = {
            "policy": POLICIES,
            "impact_assessment": ASSESSMENTS,
            "adjustment": rng.poisson(ADJUSTMENTS),
            "accessibility_plan": 1,
            "action": 4,
        }
        for kind, number in kinds.items():
            for serial in range(1, number + 1):
                due = period.starts + dt.timedelta(days=int(rng.integers(20, 340)))
                done = due + dt.timedelta(days=int(rng.integers(-40, 15))) if rng.random() < DONE[kind] else None
                rows.append((site.urn, f"{kind[:3].upper()}{site.establishment}-{serial:02d}", kind, due, done))
    return pd.DataFrame(rows, columns=["urn", "reference", "kind", "due", "done"])


def _drawn(shares: dict[str, float], size: int, rng: np.random.Generator) -> np.ndarray:
    drawn: np.ndarray = rng.choice(list(shares), size, p=list(shares.values()))
    return drawn

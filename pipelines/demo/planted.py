"""What is planted in the demonstration, declared once, so that a test or a reader can ask for it back. Drawing people belongs elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Planted:
    """A gap that the trust's figures must show: ``group`` less (or over) ``against``, within ``tolerance`` of ``value``.

    Codes are those of the catalogue's characteristic. difference: of two rates or means; ratio: of two rates; figure: the share by
    which the mean of ``group`` lies below that of ``against``. ``value`` 0 is planted too: there the report must find no gap.
    """

    measure: str
    characteristic: str
    group: str
    against: str
    statistic: Literal["difference", "ratio", "figure"]
    value: float
    tolerance: float


# Shares of pupils, by phase and the pupil's own code. Weighted by England's group sizes they give England's rates.
PERSISTENT_ABSENCE = {"primary": {"Y": 0.24, "N": 0.09}, "secondary": {"Y": 0.38, "N": 0.175}}
SUSPENDED = {"primary": {"N": 0.005, "K": 0.03, "E": 0.04}, "secondary": {"N": 0.055, "K": 0.19, "E": 0.20}}

# How much commoner each was in an earlier year, by the year it starts in: absence falls, and so do suspensions of pupils with SEN.
ABSENCE_BY_YEAR = {2023: 1.14, 2024: 1.07}
SUSPENDED_WITH_SEN_BY_YEAR = {2023: 1.25, 2024: 1.12}

# Points added to a pupil's score by each code; the rest of the score is chance.
KEY_STAGE_2_POINTS = {"disadvantage": {"Y": -3.5}, "sen_provision": {"K": -6.5, "E": -14.0}, "sex": {"F": 1.0}}
KEY_STAGE_4_POINTS = {"disadvantage": {"Y": -13.0}, "sen_provision": {"K": -14.0, "E": -30.0}, "sex": {"F": 3.5}}

# How far fewer disadvantaged pupils meet the standards of Reception and Year 1.
EARLY_STANDARDS_BEHIND = 0.2

# Shares of pupils who agreed, of those who answered.
AGREED = {
    "safe": {"none": 0.88, "sen_support": 0.74},
    "belongs": {"none": 0.8, "sen_support": 0.8},
    "could_report": {"none": 0.77, "sen_support": 0.77},
}

# Shares of staff to whom it happened in a year, whoever they are.
STAFF_EVENTS = {"promotion": 0.05, "redundancy": 0.004, "disciplinary": 0.012, "grievance": 0.01, "capability": 0.006}

# Shares of pupils who took part, and whose family came to a parents' evening, by the pupil's own code.
TAKEN_PART = {phase: {"Y": 0.46, "N": 0.68} for phase in ("primary", "secondary")}
FAMILY_CAME = {"primary": {"Y": 0.74, "N": 0.88}, "secondary": {"Y": 0.55, "N": 0.76}}

# Shares of staff who completed equality training, and who acknowledged the policy; no gap between groups is planted there.
TRAINED = {"equality": 0.84, "policy": 0.93, "other": 0.5}

# Shares of applicants who were shortlisted, and of those who were appointed; of applicants for a place who were offered one.
SHORTLISTED = {"WBRI": 0.46, "others": 0.27}
APPOINTED, OFFERED = 0.3, 0.7

# Share of women among staff, by grade. Pay follows the grade alone: the gap is one of who holds which post.
WOMEN = {"leader": 0.60, "teacher": 0.68, "support": 0.88}

PLANTED = (
    Planted("persistent_absence", "disadvantage", "disadvantaged", "other", "difference", 0.185, 0.05),
    Planted("suspended", "sen_provision", "sen_support", "none", "ratio", 3.5, 1.2),
    Planted("ks2_reading_score", "sen_provision", "sen_support", "none", "difference", -7.0, 4.5),
    Planted("ks4_attainment_8", "disadvantage", "disadvantaged", "other", "difference", -15.0, 5.0),
    Planted("enrichment", "disadvantage", "disadvantaged", "other", "difference", -0.22, 0.06),
    Planted("phonics_met", "disadvantage", "disadvantaged", "other", "difference", -0.2, 0.15),
    Planted("voice_safe", "sen_provision", "sen_support", "none", "difference", -0.14, 0.06),
    Planted("shortlisted", "ethnicity", "BAFR", "WBRI", "ratio", 0.587, 0.4),
    Planted("gender_pay_gap_mean", "sex", "F", "M", "figure", 0.17, 0.07),
    Planted("persistent_absence", "eal", "eal", "english", "difference", 0.0, 0.045),
)

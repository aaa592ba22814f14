"""England's figures that the demonstration is set to, each with its year and release. What is planted on top belongs in ``planted``.

Contains public sector information licensed under the Open Government Licence v3.0 (Department for Education). No figure of a
single school or person is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ABSENCE = "DfE, Pupil absence in schools in England"
CENSUS = "DfE, Schools, pupils and their characteristics"
EXCLUSIONS = "DfE, Suspensions and permanent exclusions in England"
KEY_STAGE_2 = "DfE, Key stage 2 attainment"
KEY_STAGE_4 = "DfE, Key stage 4 performance"
SEN = "DfE, Special educational needs in England"


@dataclass(frozen=True)
class Figure:
    """One published figure for England: a share (0 to 1), or a mean in the measure's own unit."""

    value: float
    year: str
    release: str


PERSISTENT_ABSENCE = {"primary": Figure(0.1299, "2024/25", ABSENCE), "secondary": Figure(0.2337, "2024/25", ABSENCE)}
SEVERE_ABSENCE = {"primary": Figure(0.0093, "2024/25", ABSENCE), "secondary": Figure(0.0388, "2024/25", ABSENCE)}
SUSPENDED = {"primary": Figure(0.0099, "2023/24", EXCLUSIONS), "secondary": Figure(0.0783, "2023/24", EXCLUSIONS)}
SUSPENSIONS = {"primary": Figure(0.0227, "2023/24", EXCLUSIONS), "secondary": Figure(0.2261, "2023/24", EXCLUSIONS)}
# Of pupils in secondary schools; the shares in primary schools are close.
DISADVANTAGED = Figure(0.289, "2024/25", CENSUS)
SEN_SUPPORT = Figure(0.134, "2024/25", SEN)
EHC_PLAN = Figure(0.031, "2024/25", SEN)
BOYS_OF_SEN_SUPPORT = Figure(0.61, "2024/25", SEN)
BOYS_OF_EHC_PLAN = Figure(0.71, "2024/25", SEN)
FSM_OF_SEN_SUPPORT = Figure(0.393, "2024/25", SEN)
FSM_OF_EHC_PLAN = Figure(0.438, "2024/25", SEN)
FSM = Figure(0.246, "2023/24", CENSUS)
READING_SCORE = Figure(106, "2024/25", KEY_STAGE_2)
MATHEMATICS_SCORE = Figure(105, "2024/25", KEY_STAGE_2)
GOOD_LEVEL = Figure(0.683, "2024/25", "DfE, Early years foundation stage profile results")
PHONICS = Figure(0.80, "2024/25", "DfE, Phonics screening check attainment")
EBACC_ENTRY = Figure(0.405, "2024/25", KEY_STAGE_4)
ATTAINMENT_8 = Figure(46.0, "2024/25", KEY_STAGE_4)

# Schools, pupils and their characteristics 2024/25, per cent of pupils. The release as held gives no White and unclassified rows:
# their 69.6 per cent is divided here by hand. Codes new in 2024 are given a trace, so that they are met.
ETHNICITY = {
    "WBRI": 60.0, "WIRI": 0.2, "WIRT": 0.1, "WROM": 0.3, "WOTH": 7.3,
    "MWBC": 1.6, "MWBA": 1.0, "MWAS": 1.7, "MOTH": 2.9,
    "AIND": 4.2, "APKN": 4.7, "ABAN": 1.8, "CHNE": 0.8, "AOTH": 2.1, "ABRI": 0.2,
    "BCRB": 0.9, "BAFR": 5.2, "BOTH": 0.6, "BBRI": 0.2,
    "OOTH": 2.5, "REFU": 0.7, "NOBT": 1.0,
}  # fmt: skip


def ethnic_shares(minority: float) -> NDArray[Any]:
    """Shares of :data:`ETHNICITY`, summing to 1, where every group but White British is ``minority`` times as common as in England."""
    weights = np.array([share * (1.0 if code == "WBRI" else minority) for code, share in ETHNICITY.items()])
    shares: NDArray[Any] = weights / weights.sum()
    return shares

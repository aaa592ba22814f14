"""Who applied to the made-up trust, for a post or for a place, and what became of it. Those who are there already belong elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.demo import england, planted
from pipelines.demo.identifiers import FORENAMES, SURNAMES
from pipelines.demo.trust import Site

POSTS, PLACES = 110, 90
"""Applications to each academy in a year."""
ROLES = {"TCHR": 0.45, "TASS": 0.3, "ADMC": 0.1, "MIDA": 0.1, "HLTA": 0.05}
WOMEN_WHO_APPLY = 0.72
DISABILITY = {"Y": 0.06, "N": 0.86, "R": 0.08}
PUPIL_DISABILITY, SEN = {"Y": 0.04, "N": 0.9, "": 0.06}, {"N": 0.8, "K": 0.16, "E": 0.04}
DISADVANTAGED = england.DISADVANTAGED.value


def recruitment(sites: tuple[Site, ...], year: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per application for a post, each year of other people; shortlisting favours White British applicants, appointing nobody."""
    return pd.concat([_for_posts(site, year, rng) for site in sites], ignore_index=True)


def admissions(sites: tuple[Site, ...], year: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per application for a place in the year, each year of other people; an offer follows no characteristic."""
    return pd.concat([_for_places(site, year, rng) for site in sites], ignore_index=True)


def _for_posts(site: Site, year: int, rng: np.random.Generator) -> pd.DataFrame:
    frame = _applicants(site, f"J{year % 100}", POSTS, WOMEN_WHO_APPLY, rng)
    frame = frame.assign(role=_drawn(ROLES, POSTS, rng), disability=_drawn(DISABILITY, POSTS, rng))
    chance = frame["ethnicity"].eq("WBRI").map({True: planted.SHORTLISTED["WBRI"], False: planted.SHORTLISTED["others"]})
    shortlisted = rng.random(POSTS) < chance
    appointed = shortlisted & (rng.random(POSTS) < planted.APPOINTED)
    return frame.assign(shortlisted=np.where(shortlisted, "Y", "N"), appointed=np.where(appointed, "Y", "N"))


def _for_places(site: Site, year: int, rng: np.random.Generator) -> pd.DataFrame:
    frame = _applicants(site, f"P{year % 100}", PLACES, 0.49, rng)
    return frame.assign(
        route="in_year",
        preference=1,
        offered=np.where(rng.random(PLACES) < planted.OFFERED, "Y", "N"),
        disability=_drawn(PUPIL_DISABILITY, PLACES, rng),
        sen_provision=_drawn(SEN, PLACES, rng),
        disadvantage=np.where(rng.random(PLACES) < DISADVANTAGED * site.hardship, "Y", "N"),
    )


def _applicants(site: Site, prefix: str, size: int, women: float, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "urn": site.urn,
            "reference": [f"{prefix}{site.establishment}{serial:04d}" for serial in range(1, size + 1)],
            "surname": rng.choice(SURNAMES, size),
            "forename": rng.choice(FORENAMES, size),
            "sex": np.where(rng.random(size) < women, "F", "M"),
            "ethnicity": rng.choice(list(england.ETHNICITY), size, p=england.ethnic_shares(site.minority)),
        }
    )


def _drawn(shares: dict[str, float], size: int, rng: np.random.Generator) -> np.ndarray:
    drawn: np.ndarray = rng.choice(list(shares), size, p=list(shares.values()))
    return drawn

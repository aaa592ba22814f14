"""Pupils who cannot be one person in one place as the files in use tell it: for a person to look at, since nothing is guessed. Counts only."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.home import Home, Keys
from pipelines.home.parquet import landed
from pipelines.intake.landing import MAIN, Landing

DATASET = "pupils"
KINDS = {
    "two_main_rolls": ("on the main roll of both", "One of the two should give a leaving date, or the enrolment status S."),
    "claimed_twice": ("two pupils with one former UPN", "Both keep their own number until one of the academies corrects it."),
    "old_number_on_roll": (
        "on roll under a UPN that another pupil gives as a former one",
        "The academy that has the old number should send the new one.",
    ),
}
"""What is told of each kind, and what to do."""


@dataclass(frozen=True)
class Conflict:
    """So many pupils of two academies, by URN, and what is the matter."""

    kind: str
    first: str
    second: str
    pupils: int


_CONFLICTS = f"""
with pupils as (
    select person_key, former_key, academy_urn,
        leaving_date is null and coalesce(enrolment_status, 'C') in {MAIN} as on_main_roll
    from {{landed}}
),
claims as (select distinct former_key, person_key, academy_urn from pupils where former_key <> person_key),
clear_claims as (select former_key, min(person_key) as person_key from claims group by former_key having count(distinct person_key) = 1),
rolls as (
    select distinct coalesce(clear_claims.person_key, pupils.person_key) as person_key, pupils.academy_urn
    from pupils left join clear_claims on pupils.person_key = clear_claims.former_key where pupils.on_main_roll
),
found as (
    select 'two_main_rolls' as kind, one.academy_urn as first, two.academy_urn as second, one.person_key as who
    from rolls as one inner join rolls as two on one.person_key = two.person_key and one.academy_urn < two.academy_urn
    union
    select 'claimed_twice', least(one.academy_urn, two.academy_urn), greatest(one.academy_urn, two.academy_urn), one.former_key
    from claims as one inner join claims as two on one.former_key = two.former_key and one.person_key < two.person_key
    union
    select 'old_number_on_roll', pupils.academy_urn, claims.academy_urn, claims.former_key
    from claims inner join pupils on claims.former_key = pupils.person_key and pupils.on_main_roll
)
select kind, first, second, count(distinct who) from found group by kind, first, second order by kind desc, first, second
"""


def conflicts(home: Home, keys: Keys, period: str) -> list[Conflict]:
    """What the lists of pupils in use for a period say that cannot be so."""
    files = list((home.landing / DATASET / f"period={period}").glob("academy_urn=*/*.parquet"))
    if not files:
        return []
    landing = Landing(home, keys)
    try:
        found = landing.connection.execute(_CONFLICTS.format(landed=landed(sorted(files)))).fetchall()
    finally:
        landing.close()
    return [Conflict(*row) for row in found]

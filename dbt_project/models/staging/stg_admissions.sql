-- Grain: one row per application for a place and round.
select
    person_key,
    academy_urn,
    period,
    route,
    preference,
    offered = 'Y' as is_offered,
    attributes
from {{ source('landing', 'admissions') }}

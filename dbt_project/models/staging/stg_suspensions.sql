-- Grain: one row per suspension or exclusion.
select
    person_key,
    academy_urn,
    period,
    type as exclusion_type,
    started,
    sessions,
    reason
from {{ source('landing', 'suspensions') }}

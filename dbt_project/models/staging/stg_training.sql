-- Grain: one row per person and course completed, or policy acknowledged.
select
    person_key,
    academy_urn,
    period,
    course,
    completed
from {{ source('landing', 'training') }}

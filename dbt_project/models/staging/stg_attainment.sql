-- Grain: one row per pupil, stage and subject, as each academy sent it.
select
    person_key,
    academy_urn,
    period,
    stage,
    subject,
    score
from {{ source('landing', 'attainment') }}

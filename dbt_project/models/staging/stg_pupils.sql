-- Grain: one row per enrolment spell of a pupil in a period.
select
    person_key,
    academy_urn,
    period,
    entry_date,
    leaving_date,
    enrolment_status,
    year_group,
    age,
    attributes
from {{ source('landing', 'pupils') }}

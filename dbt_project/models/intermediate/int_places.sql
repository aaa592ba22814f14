-- Grain: one row per subject, person or case, and period: where it is counted.
with places as (
    select
        'pupil' as subject,
        period,
        person_key,
        academy_urn,
        phase
    from {{ ref('int_pupil_places') }}
    union all
    select
        'staff' as subject,
        period,
        person_key,
        academy_urn,
        null as phase
    from {{ ref('int_staff_places') }}
    union all
    select
        subject,
        period,
        person_key,
        academy_urn,
        null as phase
    from {{ ref('int_applicant_places') }}
    union all
    select
        'governor' as subject,
        period,
        person_key,
        academy_urn,
        null as phase
    from {{ ref('int_governor_places') }}
    union all
    select
        subject,
        period,
        person_key,
        academy_urn,
        null as phase
    from {{ ref('int_cases') }}
    union all
    select
        'pupil_answer' as subject,
        period,
        person_key,
        academy_urn,
        null as phase
    from {{ ref('int_answers') }}
)

select
    subject,
    period,
    person_key,
    academy_urn,
    phase,
    academy_urn || '|' || coalesce(phase, '') as part_code
from places

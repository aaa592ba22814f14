-- Grain: one row per subject, person and period: where the person is counted.
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

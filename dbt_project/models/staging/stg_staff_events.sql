-- Grain: one row per event in the employment of a member of staff.
select
    person_key,
    academy_urn,
    period,
    kind as event_kind,
    event as event_key,
    year as event_year
from {{ source('landing', 'staff_events') }}

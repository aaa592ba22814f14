-- Grain: one row per pupil, academy and period, or finer.
select
    person_key,
    academy_urn,
    period,
    sessions_possible,
    sessions_attended,
    coalesce(sessions_absent, sessions_possible - sessions_attended) as sessions_absent,
    sessions_late
from {{ source('landing', 'attendance') }}

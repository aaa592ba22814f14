-- Grain: one row per pupil, academy, period and term, or finer.
select
    coalesce(keys.person_key, sent.person_key) as person_key,
    sent.academy_urn,
    sent.period,
    sent.term,
    sent.sessions_possible,
    sent.sessions_attended,
    coalesce(sent.sessions_absent, sent.sessions_possible - sent.sessions_attended) as sessions_absent,
    sent.sessions_unauthorised,
    sent.sessions_late,
    sent.sessions_late_after_close,
    sent.sessions_missing
from {{ source('landing', 'attendance') }} as sent
left join {{ ref('stg_pupil_keys') }} as keys
    on sent.person_key = keys.former_key

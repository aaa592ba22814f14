-- Grain: one row per suspension or exclusion.
select
    coalesce(keys.person_key, sent.person_key) as person_key,
    sent.academy_urn,
    sent.period,
    sent.type as exclusion_type,
    sent.started,
    sent.sessions,
    sent.reason,
    sent.reason_2,
    sent.reason_3
from {{ source('landing', 'suspensions') }} as sent
left join {{ ref('stg_pupil_keys') }} as keys
    on sent.person_key = keys.former_key

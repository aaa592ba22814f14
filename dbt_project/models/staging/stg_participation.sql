-- Grain: one row per pupil and activity.
select
    coalesce(keys.person_key, sent.person_key) as person_key,
    sent.academy_urn,
    sent.period,
    sent.kind as activity_kind,
    sent.activity,
    sent.attended = 'Y' as has_attended
from {{ source('landing', 'participation') }} as sent
left join {{ ref('stg_pupil_keys') }} as keys
    on sent.person_key = keys.former_key

-- Grain: one row per pupil, stage and subject, as each academy sent it.
select
    coalesce(keys.person_key, sent.person_key) as person_key,
    sent.academy_urn,
    sent.period,
    sent.stage,
    sent.subject,
    sent.score,
    sent.outcome,
    sent.status as result_status
from {{ source('landing', 'attainment') }} as sent
left join {{ ref('stg_pupil_keys') }} as keys
    on sent.person_key = keys.former_key

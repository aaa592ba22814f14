-- Grain: one row per enrolment spell of a pupil in a period.
select
    coalesce(keys.person_key, sent.person_key) as person_key,
    sent.academy_urn,
    sent.period,
    sent.entry_date,
    sent.leaving_date,
    sent.enrolment_status,
    sent.year_group,
    sent.age,
    sent.birth_term,
    sent.attributes
from {{ source('landing', 'pupils') }} as sent
left join {{ ref('stg_pupil_keys') }} as keys
    on sent.person_key = keys.former_key

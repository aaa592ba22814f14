-- Grain: one row per pupil, period and result; the fact is named after its stage and subject. The best of two results counts.
select
    'pupil' as subject,
    period,
    person_key,
    'attainment.' || lower(stage) || '.' || replace(lower(subject), ' ', '_') as fact,
    cast(max(score) as double) as value
from {{ ref('stg_attainment') }}
where score is not null
group by
    period,
    person_key,
    'attainment.' || lower(stage) || '.' || replace(lower(subject), ' ', '_')

-- Grain: one row per pupil, period and fact: how many suspensions and how many permanent exclusions, at any academy of the trust.
select
    'pupil' as subject,
    suspensions.period,
    suspensions.person_key,
    'suspensions' as fact,
    cast(count(*) as double) as value
from {{ ref('stg_suspensions') }} as suspensions
inner join {{ ref('stg_code_marks') }} as marks
    on
        suspensions.exclusion_type = marks.code
        and marks.code_set = 'suspension_type'
        and marks.mark = 'suspension'
group by suspensions.period, suspensions.person_key
union all
select
    'pupil' as subject,
    exclusions.period,
    exclusions.person_key,
    'exclusions' as fact,
    cast(count(*) as double) as value
from {{ ref('stg_suspensions') }} as exclusions
inner join {{ ref('stg_code_marks') }} as marks
    on
        exclusions.exclusion_type = marks.code
        and marks.code_set = 'suspension_type'
        and marks.mark = 'exclusion'
group by exclusions.period, exclusions.person_key

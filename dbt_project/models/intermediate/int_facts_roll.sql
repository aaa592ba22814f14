-- Grain: one row per person, period and fact of being counted: on roll, in a cohort, in post, in office. A cohort leaves out whom the
-- national tables leave out, such as pupils who took the test in another year.
with pupils_on_roll as (
    select
        period,
        person_key,
        year_group
    from {{ ref('int_pupil_places') }}
    where is_on_roll
),

discounted as (
    select distinct
        results.period,
        results.person_key,
        lower(results.stage) as stage
    from {{ ref('stg_attainment') }} as results
    left join {{ ref('stg_code_marks') }} as marks
        on
            results.outcome = marks.code
            and marks.code_set = 'assessment_outcome'
            and marks.mark = 'counted'
    where results.outcome is not null and results.score is null and marks.mark is null
),

cohorts as (
    select
        pupils_on_roll.period,
        pupils_on_roll.person_key,
        cohorts.fact
    from pupils_on_roll
    inner join {{ ref('stg_cohorts') }} as cohorts
        on pupils_on_roll.year_group = cohorts.year_group
    left join discounted
        on
            pupils_on_roll.period = discounted.period
            and pupils_on_roll.person_key = discounted.person_key
            and cohorts.fact = 'cohort.' || discounted.stage
    where discounted.stage is null
)

select
    'pupil' as subject,
    period,
    person_key,
    'on_roll' as fact,
    cast(1 as double) as value
from pupils_on_roll
union all
select
    'pupil' as subject,
    period,
    person_key,
    'registered' as fact,
    cast(1 as double) as value
from {{ ref('int_pupil_places') }}
where is_main_registration
union all
select
    'pupil' as subject,
    period,
    person_key,
    fact,
    cast(1 as double) as value
from cohorts
union all
select
    'staff' as subject,
    period,
    person_key,
    'in_post' as fact,
    cast(1 as double) as value
from {{ ref('int_staff_places') }}
where is_in_post
union all
select
    'staff' as subject,
    period,
    person_key,
    'in_post_three_months' as fact,
    cast(1 as double) as value
from {{ ref('int_staff_places') }}
where is_in_post and is_established
union all
select
    'governor' as subject,
    period,
    person_key,
    'in_office' as fact,
    cast(1 as double) as value
from {{ ref('int_governor_places') }}

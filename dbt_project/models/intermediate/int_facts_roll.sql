-- Grain: one row per person, period and fact of being counted: on roll, in a cohort, in post.
with pupils_on_roll as (
    select
        period,
        person_key,
        year_group
    from {{ ref('int_pupil_places') }}
    where is_on_roll
),

cohorts as (
    select
        pupils_on_roll.period,
        pupils_on_roll.person_key,
        cohorts.fact
    from pupils_on_roll
    inner join {{ ref('stg_cohorts') }} as cohorts
        on pupils_on_roll.year_group = cohorts.year_group
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

-- Grain: one row per member of staff, period and fact of training: completed in that academic year or the one before.
with completed as (
    select distinct
        training.person_key,
        periods.period,
        training.course
    from {{ ref('stg_training') }} as training
    inner join {{ ref('stg_periods') }} as periods
        on
            training.completed >= periods.starts - interval '1' year
            and training.completed <= periods.ends
)

select
    'staff' as subject,
    period,
    person_key,
    'trained_in_equality' as fact,
    cast(1 as double) as value
from completed
where course = 'equality'
union all
select
    'staff' as subject,
    period,
    person_key,
    'policy_acknowledged' as fact,
    cast(1 as double) as value
from completed
where course = 'policy'

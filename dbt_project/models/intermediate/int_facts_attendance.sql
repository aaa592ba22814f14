-- Grain: one row per pupil, period and fact of attendance; sessions at two academies are added, for D is outside both.
with totals as (
    select
        period,
        person_key,
        sum(sessions_possible) as sessions_possible,
        sum(sessions_absent) as sessions_absent
    from {{ ref('stg_attendance') }}
    where sessions_possible is not null and sessions_absent is not null
    group by period, person_key
)

select
    'pupil' as subject,
    period,
    person_key,
    'absence_share' as fact,
    cast(sessions_absent / sessions_possible as double) as value
from totals
where sessions_possible > 0
union all
select
    'pupil' as subject,
    period,
    person_key,
    'sessions_absent' as fact,
    cast(sessions_absent as double) as value
from totals
union all
select
    'pupil' as subject,
    period,
    person_key,
    'days_absent' as fact,
    cast(sessions_absent / 2 as double) as value
from totals

-- Grain: one row per pupil, period and fact of attendance; sessions at two academies are added, for D is outside both.
with totals as (
    select
        period,
        person_key,
        sum(case when sessions_absent is not null then sessions_possible end) as possible_where_both_are_known,
        sum(case when sessions_possible is not null then sessions_absent end) as absent_where_both_are_known,
        sum(sessions_absent) as sessions_absent
    from {{ ref('stg_attendance') }}
    group by period, person_key
)

select
    'pupil' as subject,
    period,
    person_key,
    'absence_share' as fact,
    cast(absent_where_both_are_known / possible_where_both_are_known as double) as value
from totals
where possible_where_both_are_known > 0
union all
select
    'pupil' as subject,
    period,
    person_key,
    'sessions_absent' as fact,
    cast(sessions_absent as double) as value
from totals
where sessions_absent is not null
union all
select
    'pupil' as subject,
    period,
    person_key,
    'days_absent' as fact,
    cast(sessions_absent / 2 as double) as value
from totals
where sessions_absent is not null

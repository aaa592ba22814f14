-- Grain: one row per pupil, period and fact of attendance; sessions at two academies are added, for D is outside both. Post-16 pupils have
-- a share of their own: the national headline is of pupils who were 5 to 15 at the start of the year.
with totals as (
    select
        period,
        person_key,
        sum(case when sessions_absent is not null then sessions_possible end) as possible_where_both_are_known,
        sum(case when sessions_possible is not null then sessions_absent end) as absent_where_both_are_known,
        sum(case when sessions_late is not null then sessions_possible - sessions_absent end) as attended_where_late_is_known,
        sum(case when sessions_absent is not null and sessions_possible is not null then sessions_late end) as late_where_all_are_known,
        sum(sessions_absent) as sessions_absent
    from {{ ref('stg_attendance') }}
    group by period, person_key
),

pupils as (
    select
        totals.*,
        coalesce(years.mark is not null or places.age >= 16, false) as is_post_16,
        coalesce(places.age < 5, false) as is_under_5
    from totals
    left join {{ ref('int_pupil_places') }} as places
        on
            totals.period = places.period
            and totals.person_key = places.person_key
    left join {{ ref('stg_code_marks') }} as years
        on
            places.year_group = years.code
            and years.code_set = 'nc_year'
            and years.mark = 'post_16'
),

shares as (
    select
        period,
        person_key,
        is_post_16,
        absent_where_both_are_known / possible_where_both_are_known as absence_share,
        possible_where_both_are_known as possible,
        attended_where_late_is_known as attended,
        case when attended_where_late_is_known > 0 then late_where_all_are_known / attended_where_late_is_known end as late_share
    from pupils
    where possible_where_both_are_known > 0 and not is_under_5
)

select
    'pupil' as subject,
    period,
    person_key,
    case when is_post_16 then 'absence_share_post_16' else 'absence_share' end as fact,
    cast(absence_share as double) as value
from shares
union all
select
    'pupil' as subject,
    period,
    person_key,
    'attendance_share' as fact,
    cast(1 - absence_share as double) as value
from shares
where not is_post_16
union all
select
    'pupil' as subject,
    period,
    person_key,
    'sessions_possible' as fact,
    cast(possible as double) as value
from shares
union all
select
    'pupil' as subject,
    period,
    person_key,
    'late_share' as fact,
    cast(late_share as double) as value
from shares
where late_share is not null and not is_post_16
union all
select
    'pupil' as subject,
    period,
    person_key,
    'sessions_attended' as fact,
    cast(attended as double) as value
from shares
where attended > 0
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

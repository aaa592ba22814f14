-- Grain: one row per pupil, period and fact of taking part; 1 if it ever happened, at any academy of the trust, 0 if they never did.
with took_part as (
    select
        participation.period,
        participation.person_key,
        marks.mark,
        max(case when participation.has_attended then 1 else 0 end) as has_attended
    from {{ ref('stg_participation') }} as participation
    inner join {{ ref('stg_code_marks') }} as marks
        on
            participation.activity_kind = marks.code
            and marks.code_set = 'activity'
    group by participation.period, participation.person_key, marks.mark
)

select
    'pupil' as subject,
    period,
    person_key,
    'taken_part' as fact,
    cast(has_attended as double) as value
from took_part
where mark = 'enrichment'
union all
select
    'pupil' as subject,
    period,
    person_key,
    'family_came' as fact,
    cast(has_attended as double) as value
from took_part
where mark = 'family'

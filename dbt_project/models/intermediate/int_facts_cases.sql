-- Grain: one row per case and fact: what it is, and whether it was settled in time. Ten school days are counted as fourteen days.
with cases as (
    select
        *,
        coalesce(done <= begun + interval '14' day, false) as is_resolved,
        coalesce(done <= ends, false) as is_done,
        coalesce(done <= ends, false) or coalesce(begun > ends, false) as is_in_date
    from {{ ref('int_cases') }}
)

select
    subject,
    period,
    person_key,
    'incident' as fact,
    cast(1 as double) as value
from cases
where subject = 'incident' and kind <> 'notification'
union all
select
    subject,
    period,
    person_key,
    'resolved_in_time' as fact,
    cast(1 as double) as value
from cases
where subject = 'incident' and is_resolved
union all
select
    'register_entry' as subject,
    period,
    person_key,
    'entry.' || kind as fact,
    cast(1 as double) as value
from cases
where subject = 'register_entry' or kind = 'notification'
union all
select
    subject,
    period,
    person_key,
    'entry_done' as fact,
    cast(1 as double) as value
from cases
where subject = 'register_entry' and is_done
union all
select
    subject,
    period,
    person_key,
    'entry_in_date' as fact,
    cast(1 as double) as value
from cases
where subject = 'register_entry' and is_in_date

-- Grain: one row per member of staff, period and fact of employment: terms on the census day, and what happened in the year or two.
with contracts as (
    select
        staff.person_key,
        staff.period,
        max(case when roles.mark = 'leadership' then 1 else 0 end) as is_leader,
        max(case when terms.mark = 'permanent' then 1 else 0 end) as is_permanent,
        max(staff.contract_type) as contract_type,
        max(staff.role) as role,
        sum(staff.fte) as fte
    from {{ ref('stg_staff') }} as staff
    inner join {{ ref('int_staff_places') }} as places
        on
            staff.period = places.period
            and staff.person_key = places.person_key
    left join {{ ref('stg_code_marks') }} as roles
        on
            staff.role = roles.code
            and roles.code_set = 'staff_role'
            and roles.mark = 'leadership'
    left join {{ ref('stg_code_marks') }} as terms
        on
            staff.contract_type = terms.code
            and terms.code_set = 'contract_type'
            and terms.mark = 'permanent'
    group by staff.person_key, staff.period
),

events as (
    select distinct
        events.person_key,
        periods.period,
        events.event_kind,
        events.period = periods.period as is_this_year
    from {{ ref('stg_staff_events') }} as events
    inner join {{ ref('stg_periods') }} as years
        on events.period = years.period
    inner join {{ ref('stg_periods') }} as periods
        on
            years.starts >= periods.starts - interval '1' year
            and years.starts <= periods.starts
)

select
    'staff' as subject,
    period,
    person_key,
    'employed' as fact,
    cast(1 as double) as value
from contracts
union all
select
    'staff' as subject,
    period,
    person_key,
    'leadership_post' as fact,
    cast(is_leader as double) as value
from contracts
where role is not null
union all
select
    'staff' as subject,
    period,
    person_key,
    'permanent_contract' as fact,
    cast(is_permanent as double) as value
from contracts
where contract_type is not null
union all
select
    'staff' as subject,
    period,
    person_key,
    'fte' as fact,
    cast(fte as double) as value
from contracts
where fte is not null
union all
select
    'staff' as subject,
    period,
    person_key,
    'event.' || event_kind as fact,
    cast(1 as double) as value
from events
where is_this_year
union all
select distinct
    'staff' as subject,
    period,
    person_key,
    'procedure.' || event_kind as fact,
    cast(1 as double) as value
from events

-- Grain: one row per member of staff and period, placed where they are in post; someone known only to payroll is placed by payroll.
with contracts as (
    select
        staff.person_key,
        staff.period,
        staff.academy_urn,
        coalesce(staff.entry_date <= periods.reference_date, true)
        and coalesce(staff.leaving_date > periods.reference_date, true) as is_in_post,
        coalesce(staff.entry_date <= periods.reference_date - interval '3' month, true) as is_established
    from {{ ref('stg_staff') }} as staff
    inner join {{ ref('stg_periods') }} as periods
        on staff.period = periods.period
    inner join {{ ref('stg_academies') }} as academies
        on
            staff.academy_urn = academies.academy_urn
            and coalesce(periods.reference_date >= academies.member_from, true)
            and coalesce(periods.reference_date < academies.member_until, true)
),

employees as (
    select
        payroll.person_key,
        payroll.period,
        payroll.academy_urn,
        false as is_in_post,
        false as is_established
    from {{ ref('stg_payroll') }} as payroll
    inner join {{ ref('stg_periods') }} as periods
        on payroll.period = periods.period
    inner join {{ ref('stg_academies') }} as academies
        on
            payroll.academy_urn = academies.academy_urn
            and coalesce(periods.reference_date >= academies.member_from, true)
            and coalesce(periods.reference_date < academies.member_until, true)
),

everyone as (
    select
        person_key,
        period,
        academy_urn,
        is_in_post,
        is_established
    from contracts
    union all
    select
        person_key,
        period,
        academy_urn,
        is_in_post,
        is_established
    from employees
)

select
    person_key,
    period,
    coalesce(min(case when is_in_post then academy_urn end), min(academy_urn)) as academy_urn,
    max(is_in_post) as is_in_post,
    max(is_in_post and is_established) as is_established
from everyone
group by person_key, period

-- Grain: one row per relevant employee, period and fact of pay. Hourly pay is that of full-pay relevant employees.
with employees as (
    select
        period,
        person_key,
        max(case when is_full_pay then hourly_pay end) as hourly_pay,
        max(bonus_pay) as bonus_pay
    from {{ ref('stg_payroll') }}
    where is_relevant
    group by period, person_key
)

select
    'staff' as subject,
    period,
    person_key,
    'relevant_employee' as fact,
    cast(1 as double) as value
from employees
union all
select
    'staff' as subject,
    period,
    person_key,
    'hourly_pay' as fact,
    cast(hourly_pay as double) as value
from employees
where hourly_pay > 0
union all
select
    'staff' as subject,
    period,
    person_key,
    'bonus_pay' as fact,
    cast(bonus_pay as double) as value
from employees
where bonus_pay > 0

-- Grain: one row per full-pay relevant employee and period: which quarter of hourly pay they are in.
with ranked as (
    select
        facts.period,
        facts.person_key,
        ntile(4) over (
            partition by facts.period
            order by facts.value, facts.person_key
        ) as quarter
    from {{ ref('int_person_facts') }} as facts
    where facts.fact = 'hourly_pay'
)

select
    period,
    person_key,
    case quarter
        when 1 then 'lower'
        when 2 then 'lower_middle'
        when 3 then 'upper_middle'
        else 'upper'
    end as code
from ranked

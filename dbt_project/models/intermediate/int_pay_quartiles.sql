-- Grain: one row per full-pay relevant employee and period: which quarter of hourly pay they are in. Of employees with equal pay, women and
-- men stand in turn, so that a border between two quarters divides both alike.
with paid as (
    select
        facts.period,
        facts.person_key,
        facts.value as hourly_pay,
        coalesce(codes.code, '') as sex,
        row_number() over (
            partition by facts.period, facts.value, coalesce(codes.code, '')
            order by facts.person_key
        ) as place,
        count(*) over (partition by facts.period, facts.value, coalesce(codes.code, '')) as people
    from {{ ref('int_person_facts') }} as facts
    left join {{ ref('int_sent_codes') }} as codes
        on
            facts.subject = codes.subject
            and facts.period = codes.period
            and facts.person_key = codes.person_key
            and codes.field = 'sex'
    where facts.subject = 'staff' and facts.fact = 'hourly_pay'
),

ranked as (
    select
        period,
        person_key,
        ntile(4) over (
            partition by period
            order by hourly_pay, (place - 0.5) / people, sex, person_key
        ) as quarter
    from paid
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

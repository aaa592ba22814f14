-- Grain: one row per trustee, member or governor in office on the reference date and period, at one academy or the trust itself.
select
    governance.person_key,
    governance.period,
    min(governance.academy_urn) as academy_urn,
    min(governance.age) as age
from {{ ref('stg_governance') }} as governance
inner join {{ ref('stg_periods') }} as periods
    on governance.period = periods.period
inner join {{ ref('stg_academies') }} as academies
    on
        governance.academy_urn = academies.academy_urn
        and coalesce(periods.reference_date >= academies.member_from, true)
        and coalesce(periods.reference_date < academies.member_until, true)
where
    coalesce(governance.appointed <= periods.reference_date, true)
    and coalesce(governance.ended > periods.reference_date, true)
group by governance.person_key, governance.period

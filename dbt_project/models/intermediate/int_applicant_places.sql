-- Grain: one row per applicant, kind of applicant and period: the academy that they applied to, if it is in the trust on the reference
-- date.
with applications as (
    select
        'staff_applicant' as subject,
        person_key,
        period,
        academy_urn
    from {{ ref('stg_recruitment') }}
    union all
    select
        'pupil_applicant' as subject,
        person_key,
        period,
        academy_urn
    from {{ ref('stg_admissions') }}
)

select
    applications.subject,
    applications.period,
    applications.person_key,
    min(applications.academy_urn) as academy_urn
from applications
inner join {{ ref('stg_periods') }} as periods
    on applications.period = periods.period
inner join {{ ref('stg_academies') }} as academies
    on
        applications.academy_urn = academies.academy_urn
        and coalesce(periods.reference_date >= academies.member_from, true)
        and coalesce(periods.reference_date < academies.member_until, true)
group by applications.subject, applications.period, applications.person_key

-- Grain: one row per applicant, period and fact of the way: applied, shortlisted, appointed; applied for a place, offered.
with applications as (
    select
        period,
        person_key,
        max(case when is_shortlisted or is_appointed then 1 else 0 end) as is_shortlisted,
        max(case when is_appointed then 1 else 0 end) as is_appointed
    from {{ ref('stg_recruitment') }}
    group by period, person_key
),

places_wanted as (
    select
        admissions.period,
        admissions.person_key,
        max(case when admissions.is_offered then 1 else 0 end) as is_offered
    from {{ ref('stg_admissions') }} as admissions
    inner join {{ ref('stg_code_marks') }} as marks
        on
            admissions.route = marks.code
            and marks.code_set = 'admission_route'
            and marks.mark = 'own_round'
    group by admissions.period, admissions.person_key
)

select
    'staff_applicant' as subject,
    period,
    person_key,
    'applied' as fact,
    cast(1 as double) as value
from applications
union all
select
    'staff_applicant' as subject,
    period,
    person_key,
    'shortlisted' as fact,
    cast(1 as double) as value
from applications
where is_shortlisted = 1
union all
select
    'staff_applicant' as subject,
    period,
    person_key,
    'appointed' as fact,
    cast(1 as double) as value
from applications
where is_appointed = 1
union all
select
    'pupil_applicant' as subject,
    period,
    person_key,
    'applied_for_place' as fact,
    cast(1 as double) as value
from places_wanted
union all
select
    'pupil_applicant' as subject,
    period,
    person_key,
    'offered' as fact,
    cast(1 as double) as value
from places_wanted
where is_offered = 1

-- Grain: one row per person, period and coded field, from the academy that counts the person.
with pupil_codes as (
    {{ explode_attributes(ref('stg_pupils'), ['person_key', 'academy_urn', 'period']) }}
),

staff_codes as (
    {{ explode_attributes(ref('stg_staff'), ['person_key', 'academy_urn', 'period']) }}
),

recruitment_codes as (
    {{ explode_attributes(ref('stg_recruitment'), ['person_key', 'academy_urn', 'period']) }}
),

admission_codes as (
    {{ explode_attributes(ref('stg_admissions'), ['person_key', 'academy_urn', 'period']) }}
),

sent_codes as (
    select
        'pupil' as subject,
        'pupils' as dataset,
        person_key,
        academy_urn,
        period,
        field,
        code
    from pupil_codes
    union all
    select
        'staff' as subject,
        'staff' as dataset,
        person_key,
        academy_urn,
        period,
        field,
        code
    from staff_codes
    union all
    select
        'staff_applicant' as subject,
        'recruitment' as dataset,
        person_key,
        academy_urn,
        period,
        field,
        code
    from recruitment_codes
    union all
    select
        'pupil_applicant' as subject,
        'admissions' as dataset,
        person_key,
        academy_urn,
        period,
        field,
        code
    from admission_codes
),

codes_where_counted as (
    select
        codes.subject,
        codes.dataset,
        codes.period,
        codes.person_key,
        codes.field,
        min(codes.code) as code
    from sent_codes as codes
    inner join {{ ref('int_places') }} as places
        on
            codes.subject = places.subject
            and codes.period = places.period
            and codes.person_key = places.person_key
            and codes.academy_urn = places.academy_urn
    where codes.code is not null
    group by codes.subject, codes.dataset, codes.period, codes.person_key, codes.field
)

select
    subject,
    dataset,
    period,
    person_key,
    field,
    code
from codes_where_counted
union all
select
    'staff' as subject,
    'derived' as dataset,
    period,
    person_key,
    'pay_quartile' as field,
    code
from {{ ref('int_pay_quartiles') }}

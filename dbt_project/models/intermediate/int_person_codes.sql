-- Grain: one row per person or case, period and coded field: as it was sent, or as a model works it out.
with ages as (
    {% for subject, model in [('staff', 'stg_staff'), ('governor', 'stg_governance'), ('staff_applicant', 'stg_recruitment')] %}
        select
            '{{ subject }}' as subject,
            period,
            person_key,
            min(age) as age
        from {{ ref(model) }}
        where age is not null
        group by period, person_key
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

reasons as (
    select
        period,
        person_key,
        reason as code,
        row_number() over (
            partition by period, person_key
            order by count(*) desc, reason asc
        ) as place
    from {{ ref('stg_suspensions') }}
    where reason is not null
    group by period, person_key, reason
),

derived_codes as (
    select
        'staff' as subject,
        'derived' as dataset,
        period,
        person_key,
        'pay_quartile' as field,
        code
    from {{ ref('int_pay_quartiles') }}
    union all
    select
        'staff' as subject,
        'derived' as dataset,
        period,
        person_key,
        'working_pattern' as field,
        case when value >= 0.995 then 'full_time' else 'part_time' end as code
    from {{ ref('int_person_facts') }}
    where subject = 'staff' and fact = 'fte'
    union all
    select
        subject,
        'derived' as dataset,
        period,
        person_key,
        'age_band' as field,
        case
            when age < 25 then 'under_25'
            when age < 35 then '25_to_34'
            when age < 45 then '35_to_44'
            when age < 55 then '45_to_54'
            when age < 65 then '55_to_64'
            else '65_and_over'
        end as code
    from ages
    union all
    select
        'pupil' as subject,
        'derived' as dataset,
        period,
        person_key,
        'year_group' as field,
        year_group as code
    from {{ ref('int_pupil_places') }}
    where year_group is not null
    union all
    select
        'pupil' as subject,
        'derived' as dataset,
        period,
        person_key,
        'birth_term' as field,
        birth_term as code
    from {{ ref('int_pupil_places') }}
    where birth_term is not null
    union all
    select
        'pupil' as subject,
        'derived' as dataset,
        period,
        person_key,
        'suspension_reason' as field,
        code
    from reasons
    where place = 1
    union all
    select
        'pupil_answer' as subject,
        'derived' as dataset,
        period,
        person_key,
        'voice_' || characteristic as field,
        group_code as code
    from {{ ref('int_answer_groups') }}
    {% for field in ['kind', 'characteristic', 'harmed', 'alleged', 'action_taken', 'outcome'] %}
        union all
        select
            subject,
            'derived' as dataset,
            period,
            person_key,
            'incident_{{ field }}' as field,
            {{ field }} as code
        from {{ ref('int_cases') }}
        where subject = 'incident' and {{ field }} is not null
    {% endfor %}
)

select
    subject,
    dataset,
    period,
    person_key,
    field,
    code
from {{ ref('int_sent_codes') }}
union all
select
    subject,
    dataset,
    period,
    person_key,
    field,
    code
from derived_codes

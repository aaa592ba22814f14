-- Grain: one row per person, period and coded field that was sent, from the academy that counts the person.
{% set sent = [
    ('pupil', 'pupils'),
    ('staff', 'staff'),
    ('governor', 'governance'),
    ('staff_applicant', 'recruitment'),
    ('pupil_applicant', 'admissions'),
] %}
with sent_codes as (
    {% for subject, dataset in sent %}
        select
            '{{ subject }}' as subject,
            '{{ dataset }}' as dataset,
            person_key,
            academy_urn,
            period,
            field,
            code
        from (
            {{ explode_attributes(ref('stg_' ~ dataset), ['person_key', 'academy_urn', 'period']) }}
        ) as {{ dataset }}_codes
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

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

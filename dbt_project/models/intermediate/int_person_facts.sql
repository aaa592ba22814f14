-- Grain: one row per person, period and fact, for people who are placed.
with facts as (
    {% for name in [
        'roll', 'attendance', 'attainment', 'needs', 'suspensions', 'participation', 'answers', 'employment', 'pay', 'training',
        'applications', 'cases', 'returns',
    ] %}
        select
            subject,
            period,
            person_key,
            fact,
            value
        from {{ ref('int_facts_' ~ name) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    facts.subject,
    facts.period,
    facts.person_key,
    facts.fact,
    facts.value
from facts
inner join {{ ref('int_places') }} as places
    on
        facts.subject = places.subject
        and facts.period = places.period
        and facts.person_key = places.person_key

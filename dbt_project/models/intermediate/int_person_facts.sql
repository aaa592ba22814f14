-- Grain: one row per person, period and fact, for people who are placed.
with facts as (
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_roll') }}
    union all
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_attendance') }}
    union all
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_attainment') }}
    union all
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_suspensions') }}
    union all
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_pay') }}
    union all
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_participation') }}
    union all
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_training') }}
    union all
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_applications') }}
    union all
    select
        subject,
        period,
        person_key,
        fact,
        value
    from {{ ref('int_facts_returns') }}
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

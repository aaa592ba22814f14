-- Grain: one row per population, period and person who has every fact of the population.
with facts_needed as (
    select
        population,
        subject,
        fact,
        count(*) over (partition by population) as needed
    from {{ ref('stg_population_facts') }}
),

people_with_every_fact as (
    select
        facts_needed.population,
        facts.subject,
        facts.period,
        facts.person_key
    from {{ ref('int_person_facts') }} as facts
    inner join facts_needed
        on
            facts.subject = facts_needed.subject
            and facts.fact = facts_needed.fact
    group by
        facts_needed.population,
        facts.subject,
        facts.period,
        facts.person_key,
        facts_needed.needed
    having count(*) = facts_needed.needed
)

select
    people.population,
    populations.base,
    people.subject,
    people.period,
    people.person_key
from people_with_every_fact as people
inner join {{ ref('stg_populations') }} as populations
    on people.population = populations.population

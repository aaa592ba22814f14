-- Grain: one row per population, period and person who belongs to it.
select
    populations.population,
    populations.base,
    facts.subject,
    facts.period,
    facts.person_key
from {{ ref('int_person_facts') }} as facts
inner join {{ ref('stg_populations') }} as populations
    on
        facts.subject = populations.subject
        and facts.fact = populations.fact

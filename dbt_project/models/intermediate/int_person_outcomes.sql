-- Grain: one row per measure, period and person of its population: the least of its facts, and whether it reaches the bar.
with facts_wanted as (
    select
        measures.measure,
        measures.population,
        measures.at_least,
        measures.missing_counts_as,
        measures.weight,
        measures.per,
        members.subject,
        members.period,
        members.person_key,
        measure_facts.fact
    from {{ ref('stg_measures') }} as measures
    inner join {{ ref('stg_measure_facts') }} as measure_facts
        on measures.measure = measure_facts.measure
    inner join {{ ref('int_population_members') }} as members
        on measures.population = members.population
),

facts_found as (
    select
        wanted.measure,
        wanted.population,
        wanted.at_least,
        wanted.period,
        wanted.person_key,
        coalesce(facts.value, wanted.missing_counts_as) as value,
        wanted.per,
        case when wanted.weight = '' then 1 else weights.value end as weight
    from facts_wanted as wanted
    left join {{ ref('int_person_facts') }} as facts
        on
            wanted.subject = facts.subject
            and wanted.period = facts.period
            and wanted.person_key = facts.person_key
            and wanted.fact = facts.fact
    left join {{ ref('int_person_facts') }} as weights
        on
            wanted.subject = weights.subject
            and wanted.period = weights.period
            and wanted.person_key = weights.person_key
            and wanted.weight = weights.fact
)

select
    measure,
    population,
    period,
    person_key,
    min(value) * max(per) as value,
    max(weight) as weight,
    case when min(value) >= max(at_least) then 1 else 0 end as is_reached
from facts_found
group by measure, population, period, person_key

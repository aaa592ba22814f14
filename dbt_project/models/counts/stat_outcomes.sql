-- Grain: one row per measure and headcount cell with anybody in it: how many reached it, and the spread of the value.
select
    outcomes.measure,
    people.population,
    people.period,
    people.area_level,
    people.area_code,
    people.characteristic,
    people.group_code,
    people.cross_characteristic,
    people.cross_group_code,
    cast(count(*) as bigint) as people,
    cast(sum(outcomes.is_reached) as bigint) as reached,
    avg(outcomes.value) as mean,
    stddev_samp(outcomes.value) as sd,
    max(outcomes.value) / nullif(sum(outcomes.value), 0) as largest_share
from {{ ref('int_counted_people') }} as people
inner join {{ ref('int_person_outcomes') }} as outcomes
    on
        people.population = outcomes.population
        and people.period = outcomes.period
        and people.person_key = outcomes.person_key
group by
    outcomes.measure,
    people.population,
    people.period,
    people.area_level,
    people.area_code,
    people.characteristic,
    people.group_code,
    people.cross_characteristic,
    people.cross_group_code

-- Grain: one row per measure and headcount cell with anybody in it: how many reached it, and the mean and spread of the value. A weighted
-- mean is a ratio of two sums; its spread is that of the linearised values, which is the sample's where everyone weighs one.
with by_part as (
    select
        outcomes.measure,
        people.population,
        people.period,
        people.part_code,
        people.characteristic,
        people.group_code,
        people.cross_characteristic,
        people.cross_group_code,
        count(*) as people,
        sum(outcomes.is_reached) as reached,
        sum(outcomes.weight) as weight,
        sum(outcomes.weight * outcomes.value) as total,
        sum(outcomes.weight * outcomes.weight) as weights,
        sum(outcomes.weight * outcomes.weight * outcomes.value) as products,
        sum(outcomes.weight * outcomes.weight * outcomes.value * outcomes.value) as squares,
        max(abs(outcomes.weight * outcomes.value)) as largest,
        sum(abs(outcomes.weight * outcomes.value)) as sizes
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
        people.part_code,
        people.characteristic,
        people.group_code,
        people.cross_characteristic,
        people.cross_group_code
),

by_area as ({{ in_areas('by_part') }}),

sums as (
    select
        measure,
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        cast(sum(people) as bigint) as people,
        cast(sum(reached) as bigint) as reached,
        sum(weight) as weight,
        sum(total) / nullif(sum(weight), 0) as mean,
        sum(weights) as weights,
        sum(products) as products,
        sum(squares) as squares,
        max(largest) / nullif(sum(sizes), 0) as largest_share
    from by_area
    group by
        measure,
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code
)

select
    measure,
    population,
    period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code,
    people,
    reached,
    mean,
    sqrt(greatest(squares - 2 * mean * products + mean * mean * weights, 0) / nullif(people - 1, 0))
    / nullif(weight / people, 0) as sd,
    largest_share
from sums

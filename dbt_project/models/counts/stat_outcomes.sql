-- Grain: one row per measure and headcount cell with anybody in it: how many reached it, and the mean and spread of the value. A weighted
-- mean is a ratio of two sums; its spread is that of the linearised values, which is the sample's where everyone weighs one. Variances of
-- parts are put together as by Chan, Golub and LeVeque (1979): a sum of squares would lose a small spread about a large mean.
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
        var_pop(outcomes.weight) as weight_variance,
        var_pop(outcomes.weight * outcomes.value) as variance,
        covar_pop(outcomes.weight * outcomes.value, outcomes.weight) as covariance,
        max(abs(outcomes.weight * outcomes.value)) as largest,
        sum(abs(outcomes.weight * outcomes.value)) as magnitude
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

with_means as (
    select
        by_area.*,
        sum(by_area.total) over cell / nullif(sum(by_area.weight) over cell, 0) as mean
    from by_area
    window cell as (
        partition by
            by_area.measure,
            by_area.population,
            by_area.period,
            by_area.area_level,
            by_area.area_code,
            by_area.characteristic,
            by_area.group_code,
            by_area.cross_characteristic,
            by_area.cross_group_code
    )
),

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
        min(mean) as mean,
        sum(people * (variance - 2 * mean * covariance + mean * mean * weight_variance)) as squares_within,
        sum(power(total - mean * weight, 2) / people) as squares_between,
        max(largest) / nullif(sum(magnitude), 0) as largest_share
    from with_means
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
    sqrt(greatest(squares_within + squares_between, 0) / nullif(people - 1, 0)) / nullif(weight / people, 0) as sd,
    largest_share
from sums

-- Grain: one row per measure and headcount cell with anybody in it: how many reached it, and the mean and spread of the value. A weighted
-- mean is a ratio of two sums; its spread is that of the linearised values.
with outcomes as (
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
        outcomes.value,
        outcomes.weight,
        outcomes.is_reached
    from {{ ref('int_counted_people') }} as people
    inner join {{ ref('int_person_outcomes') }} as outcomes
        on
            people.population = outcomes.population
            and people.period = outcomes.period
            and people.person_key = outcomes.person_key
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
        cast(count(*) as bigint) as people,
        cast(sum(is_reached) as bigint) as reached,
        sum(weight * value) / nullif(sum(weight), 0) as mean,
        stddev_samp(value) as plain_sd,
        avg(weight) as weight,
        max(weight) = 1 and min(weight) = 1 as is_plain,
        sum(weight * weight * value * value) as squares,
        sum(weight * weight * value) as products,
        sum(weight * weight) as weights,
        max(abs(weight * value)) / nullif(sum(abs(weight * value)), 0) as largest_share
    from outcomes
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
    case
        when is_plain then plain_sd
        else sqrt(greatest(squares - 2 * mean * products + mean * mean * weights, 0) / nullif(people - 1, 0)) / nullif(weight, 0)
    end as sd,
    largest_share
from sums

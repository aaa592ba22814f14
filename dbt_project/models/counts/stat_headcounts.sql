-- Grain: one row per population, period, area, group and crossed group that has anybody in it.
with by_part as (
    select
        population,
        period,
        part_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        count(*) as people
    from {{ ref('int_counted_people') }}
    group by
        population,
        period,
        part_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code
),

by_area as ({{ in_areas('by_part') }})

select
    population,
    period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code,
    cast(sum(people) as bigint) as people
from by_area
group by
    population,
    period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code

-- Grain: one row per population, period, area, group and crossed group that has anybody in it.
select
    population,
    period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code,
    cast(count(*) as bigint) as people
from {{ ref('int_counted_people') }}
group by
    population,
    period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code

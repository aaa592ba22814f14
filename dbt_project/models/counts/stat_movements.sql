-- Grain: one row per population, period, earlier period that a release told of without it and that shares people with it, and cell with
-- anybody in either. Two periods that every release told together, as the years a trust begins with, can be compared since the first.
with told as (
    select distinct
        release,
        population,
        period
    from {{ ref('stg_released_cells') }}
),

pairs as (
    select distinct
        now_members.population,
        now_members.period,
        then_told.period as earlier_period
    from {{ ref('int_population_members') }} as now_members
    inner join {{ ref('stg_periods') }} as periods
        on now_members.period = periods.period
    inner join told as then_told
        on now_members.population = then_told.population
    inner join {{ ref('stg_periods') }} as then_periods
        on
            then_told.period = then_periods.period
            and periods.starts > then_periods.starts
    inner join {{ ref('int_population_members') }} as then_members
        on
            now_members.population = then_members.population
            and then_told.period = then_members.period
            and now_members.person_key = then_members.person_key
    left join told as now_told
        on
            then_told.release = now_told.release
            and now_members.population = now_told.population
            and now_members.period = now_told.period
    where now_told.release is null
),

people as (
    select
        pairs.period,
        pairs.earlier_period,
        counted.population,
        counted.area_level,
        counted.area_code,
        counted.characteristic,
        counted.group_code,
        counted.cross_characteristic,
        counted.cross_group_code,
        counted.person_key,
        counted.period = pairs.period as is_now
    from pairs
    inner join {{ ref('int_counted_people') }} as counted
        on
            pairs.population = counted.population
            and counted.period in (pairs.period, pairs.earlier_period)
),

people_of_either_period as (
    select
        population,
        period,
        earlier_period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        person_key,
        max(case when is_now then 1 else 0 end) as now_here,
        max(case when is_now then 0 else 1 end) as then_here
    from people
    group by
        population,
        period,
        earlier_period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        person_key
)

select
    population,
    period,
    earlier_period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code,
    cast(sum(now_here * (1 - then_here)) as bigint) as joined,
    cast(sum(then_here * (1 - now_here)) as bigint) as {{ quoted('left') }}
from people_of_either_period
group by
    population,
    period,
    earlier_period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code

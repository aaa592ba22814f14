-- Grain: one row per population, period and earlier period that a release told of without it. Two periods that every release told together,
-- as the years a trust begins with, can be compared since the first.
with told as (
    select distinct
        release,
        population,
        period
    from {{ ref('stg_released_cells') }}
),

counted as (
    select distinct
        population,
        period
    from {{ ref('int_population_members') }}
)

select distinct
    counted.population,
    counted.period,
    then_told.period as earlier_period
from counted
inner join {{ ref('stg_periods') }} as periods
    on counted.period = periods.period
inner join told as then_told
    on counted.population = then_told.population
inner join {{ ref('stg_periods') }} as then_periods
    on
        then_told.period = then_periods.period
        and periods.starts > then_periods.starts
left join told as now_told
    on
        then_told.release = now_told.release
        and counted.population = now_told.population
        and counted.period = now_told.period
where now_told.release is null

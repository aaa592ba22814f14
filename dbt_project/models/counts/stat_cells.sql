-- Grain: one row per cell that is published, and per part of an academy in a phase that links them. Dense: zeros are rows. Longer periods
-- are the sums of their periods. Unsafe.
with areas as (
    select distinct
        area_level,
        area_code
    from {{ ref('stg_areas') }}
),

populations_with_data as (
    select distinct
        population,
        period
    from {{ ref('int_population_members') }}
),

grid as (
    select
        publications.population,
        populations_with_data.period,
        areas.area_level,
        areas.area_code,
        publications.measure,
        publications.kind,
        publications.characteristic,
        own_groups.group_code,
        publications.cross_characteristic,
        crossed_groups.group_code as cross_group_code
    from {{ ref('stg_publications') }} as publications
    inner join populations_with_data
        on publications.population = populations_with_data.population
    inner join areas
        on publications.area_level = areas.area_level
    inner join {{ ref('stg_groups') }} as own_groups
        on publications.characteristic = own_groups.characteristic
    inner join {{ ref('stg_groups') }} as crossed_groups
        on publications.cross_characteristic = crossed_groups.characteristic
    inner join {{ ref('stg_measures') }} as measures
        on
            publications.measure = measures.measure
            and publications.population = measures.population
    left join {{ ref('stg_characteristics') }} as characteristics
        on publications.characteristic = characteristics.characteristic
    left join {{ ref('int_known_shares') }} as known
        on
            publications.population = known.population
            and populations_with_data.period = known.period
            and publications.characteristic = known.characteristic
    left join {{ ref('stg_measure_changes') }} as pauses
        on
            publications.measure = pauses.measure
            and populations_with_data.period = pauses.period
            and pauses.change = 'pause'
    where
        pauses.measure is null
        and coalesce(known.known_share, 0) >= coalesce(characteristics.known_at_least, 0)
        and (
            publications.kind <> 'figure'
            or own_groups.group_code = measures.group_code
            or (measures.group_code = '' and own_groups.group_code <> measures.against_code and not own_groups.is_unknown)
        )
),

counted as (
    select
        grid.population,
        grid.period,
        grid.area_level,
        grid.area_code,
        grid.characteristic,
        grid.group_code,
        grid.cross_characteristic,
        grid.cross_group_code,
        grid.measure,
        grid.kind,
        coalesce(headcounts.people, 0) as people,
        coalesce(outcomes.reached, 0) as reached,
        outcomes.mean,
        outcomes.sd,
        figures.people as figure_people,
        figures.smallest as figure_smallest,
        figures.value as figure_value,
        case grid.kind when 'mean' then outcomes.largest_share when 'figure' then figures.largest_share end as largest_share
    from grid
    left join {{ ref('stat_headcounts') }} as headcounts
        on
            grid.population = headcounts.population
            and grid.period = headcounts.period
            and grid.area_level = headcounts.area_level
            and grid.area_code = headcounts.area_code
            and grid.characteristic = headcounts.characteristic
            and grid.group_code = headcounts.group_code
            and grid.cross_characteristic = headcounts.cross_characteristic
            and grid.cross_group_code = headcounts.cross_group_code
    left join {{ ref('stat_outcomes') }} as outcomes
        on
            grid.measure = outcomes.measure
            and grid.population = outcomes.population
            and grid.period = outcomes.period
            and grid.area_level = outcomes.area_level
            and grid.area_code = outcomes.area_code
            and grid.characteristic = outcomes.characteristic
            and grid.group_code = outcomes.group_code
            and grid.cross_characteristic = outcomes.cross_characteristic
            and grid.cross_group_code = outcomes.cross_group_code
    left join {{ ref('stat_figures') }} as figures
        on
            grid.measure = figures.measure
            and grid.population = figures.population
            and grid.period = figures.period
            and grid.area_level = figures.area_level
            and grid.area_code = figures.area_code
            and grid.characteristic = figures.characteristic
            and grid.group_code = figures.group_code
            and grid.cross_characteristic = figures.cross_characteristic
            and grid.cross_group_code = figures.cross_group_code
),

cells as (
    select
        counted.population,
        counted.period,
        counted.area_level,
        counted.area_code,
        counted.measure,
        counted.kind,
        counted.characteristic,
        counted.group_code,
        counted.cross_characteristic,
        counted.cross_group_code,
        cast(
            case counted.kind when 'headcount' then counted.people when 'rate' then counted.reached end as bigint
        ) as numerator,
        cast(
            case
                when counted.kind in ('rate', 'mean') then counted.people
                when counted.kind = 'figure' then coalesce(counted.figure_people, 0)
            end as bigint
        ) as denominator,
        cast(
            case counted.kind
                when 'headcount' then counted.people
                when 'rate' then counted.reached / nullif(counted.people, 0)
                when 'mean' then {{ rounded('counted.mean', 'measures.decimals') }}
                when 'figure' then {{ rounded('counted.figure_value', 'measures.decimals + 2') }}
            end as double
        ) as value,
        cast(case when counted.kind = 'mean' then {{ rounded('counted.sd', 'measures.decimals') }} end as double) as sd,
        cast(
            case counted.kind when 'mean' then counted.people when 'figure' then counted.figure_smallest end as bigint
        ) as smallest,
        cast(counted.largest_share as double) as largest_share,
        counted.area_level <> 'academy_phase' as published
    from counted
    inner join {{ ref('stg_measures') }} as measures
        on
            counted.measure = measures.measure
            and counted.population = measures.population
),

pools as (
    select
        pool,
        period,
        count(*) over (partition by pool) as periods
    from {{ ref('stg_pools') }}
),

pooled as (
    select
        cells.population,
        pools.pool as period,
        cells.area_level,
        cells.area_code,
        cells.measure,
        cells.kind,
        cells.characteristic,
        cells.group_code,
        cells.cross_characteristic,
        cells.cross_group_code,
        cast(sum(cells.numerator) as bigint) as numerator,
        cast(sum(cells.denominator) as bigint) as denominator,
        count(*) as periods,
        max(pools.periods) as periods_wanted
    from cells
    inner join {{ ref('stg_pooled') }} as pooled_rates
        on
            cells.measure = pooled_rates.measure
            and cells.population = pooled_rates.population
            and cells.characteristic = pooled_rates.characteristic
    inner join pools
        on cells.period = pools.period
    where cells.area_level = 'trust' and cells.cross_characteristic = 'all'
    group by
        cells.population,
        pools.pool,
        cells.area_level,
        cells.area_code,
        cells.measure,
        cells.kind,
        cells.characteristic,
        cells.group_code,
        cells.cross_characteristic,
        cells.cross_group_code
)

select * from cells
union all
select
    population,
    period,
    area_level,
    area_code,
    measure,
    kind,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code,
    numerator,
    denominator,
    cast(numerator / nullif(denominator, 0) as double) as value,
    cast(null as double) as sd,
    cast(null as bigint) as smallest,
    cast(null as double) as largest_share,
    true as published
from pooled
where periods = periods_wanted

-- Grain: one row per figure, period, area, group and crossed group: how far one group's pay lies below another's, as a share of the
-- other's. A figure of a characteristic that too few have declared is not made.
with summaries as (
    select
        measure,
        statistic,
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        is_group,
        cast(count(*) as bigint) as people,
        case when statistic = 'mean' then avg(value) else median(value) end as centre,
        max(value) / nullif(sum(value), 0) as largest_share
    from {{ ref('int_figure_values') }}
    group by
        measure,
        statistic,
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        is_group
)

select
    summaries.measure,
    summaries.population,
    summaries.period,
    summaries.area_level,
    summaries.area_code,
    summaries.characteristic,
    summaries.group_code,
    summaries.cross_characteristic,
    summaries.cross_group_code,
    cast(sum(summaries.people) as bigint) as people,
    min(summaries.people) as smallest,
    max(summaries.largest_share) as largest_share,
    1 - max(case when summaries.is_group then summaries.centre end)
    / nullif(max(case when not summaries.is_group then summaries.centre end), 0) as value
from summaries
inner join {{ ref('stg_measures') }} as measures
    on
        summaries.measure = measures.measure
        and summaries.population = measures.population
inner join {{ ref('int_known_shares') }} as known
    on
        summaries.population = known.population
        and summaries.period = known.period
        and summaries.characteristic = known.characteristic
        and measures.known_at_least <= known.known_share
group by
    summaries.measure,
    summaries.population,
    summaries.period,
    summaries.area_level,
    summaries.area_code,
    summaries.characteristic,
    summaries.group_code,
    summaries.cross_characteristic,
    summaries.cross_group_code
having count(*) = 2

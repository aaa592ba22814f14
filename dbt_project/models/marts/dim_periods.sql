-- Grain: one row per period, and per period that is made of others. Public: what every figure is of.
select
    periods.period,
    periods.starts,
    periods.ends,
    periods.reference_date,
    coalesce(pools.pool, '') as part_of
from {{ ref('stg_periods') }} as periods
left join {{ ref('stg_pools') }} as pools
    on periods.period = pools.period
union all
select
    pools.pool as period,
    min(periods.starts) as starts,
    max(periods.ends) as ends,
    max(periods.reference_date) as reference_date,
    '' as part_of
from {{ ref('stg_pools') }} as pools
inner join {{ ref('stg_periods') }} as periods
    on pools.period = periods.period
group by pools.pool

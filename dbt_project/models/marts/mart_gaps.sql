-- Grain: one row per area, period, measure and group that is compared with its named comparison group.
select
    population,
    period,
    area_level,
    area_code,
    measure,
    characteristic,
    group_code,
    comparator_code,
    statistic,
    value,
    comparator_value,
    gap,
    low,
    high,
    cast(denominator as bigint) as denominator,
    cast(comparator_denominator as bigint) as comparator_denominator,
    cast(people_behind as bigint) as people_behind,
    p_value,
    q_value,
    cast(family as bigint) as family,
    verdict
from {{ ref('judged_gaps') }}

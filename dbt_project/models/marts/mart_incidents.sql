-- Grain: one row per group of incidents, period and area. Incidents for each hundred people; more reports may be better.
select
    period,
    area_level,
    area_code,
    characteristic,
    group_code,
    of_population,
    cast(incidents as bigint) as incidents,
    cast(people as bigint) as people,
    per_hundred,
    low,
    high,
    chance_of_none,
    earlier_period,
    p_value,
    verdict
from {{ ref('judged_incidents') }}

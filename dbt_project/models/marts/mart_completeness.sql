-- Grain: one row per population, period, area and characteristic. Of whom the group is not known.
select
    population,
    period,
    area_level,
    area_code,
    characteristic,
    cast(not_known as bigint) as not_known,
    cast(people as bigint) as people,
    share,
    low,
    high,
    status,
    verdict
from {{ ref('judged_completeness') }}

-- Grain: one row per cell of each earlier release that stands, in the order of release.
select
    release,
    release_from,
    rounded,
    population,
    period,
    area_level,
    area_code,
    measure,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code,
    numerator,
    denominator,
    value,
    low,
    high,
    sd,
    status
from {{ source('releases', 'released_cells') }}

-- Grain: one row per academy, period and rate that is held against its phase or the trust. An order it does not give.
select
    population,
    period,
    measure,
    area_code,
    target_level,
    target_code,
    cast(numerator as bigint) as numerator,
    cast(denominator as bigint) as denominator,
    value,
    target,
    low_95,
    high_95,
    low_998,
    high_998,
    overdispersion,
    position
from {{ ref('judged_funnel') }}

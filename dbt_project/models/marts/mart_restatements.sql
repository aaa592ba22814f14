-- Grain: one row per figure that the latest release telling it printed with another number, and why.
select
    release,
    population,
    period,
    area_level,
    area_code,
    measure,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code,
    cast(numerator_then as bigint) as numerator_then,
    cast(denominator_then as bigint) as denominator_then,
    value_then,
    cast(numerator_now as bigint) as numerator_now,
    cast(denominator_now as bigint) as denominator_now,
    value_now,
    why
from {{ ref('told_restatements') }}

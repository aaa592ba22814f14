-- Grain: one row per objective and measure of it.
select
    objective,
    title,
    kind,
    measure,
    area_level,
    area_code,
    characteristic,
    group_code,
    comparator_code,
    against,
    spread,
    baseline_period,
    baseline_value,
    target_period,
    target_value,
    owner,
    aim,
    why,
    reason
from {{ source('catalogue', 'objectives') }}

-- Grain: one row per figure published elsewhere: measure, group, geography, phase and period.
select
    measure,
    characteristic,
    group_code,
    geography,
    phase,
    period,
    value,
    source
from {{ source('catalogue', 'benchmarks') }}

-- Grain: one row per figure of the trust or a phase and figure published elsewhere. Nothing is tested.
select
    population,
    period,
    area_level,
    area_code,
    measure,
    characteristic,
    group_code,
    geography,
    phase,
    benchmark_period,
    cast(numerator as bigint) as numerator,
    value,
    benchmark,
    difference,
    position,
    source
from {{ ref('judged_benchmarks') }}

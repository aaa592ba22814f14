-- Grain: one row per measure and population. Public: what each number means and when a gap matters.
select
    measure,
    label,
    kind,
    population,
    statistic,
    characteristic,
    group_code,
    against_code,
    unit,
    decimals,
    better,
    sensitive,
    scale_min,
    scale_max,
    matters_statistic,
    matters_low,
    matters_high,
    smallest_group,
    smallest_expected,
    definition,
    source
from {{ ref('stg_measures') }}

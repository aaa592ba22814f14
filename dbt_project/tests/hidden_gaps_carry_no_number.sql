-- A gap with a hidden side carries no number: the shown side's would say how large the hidden one may be.
select
    measure,
    area_level,
    area_code,
    characteristic,
    group_code
from {{ ref('mart_gaps') }}
where
    verdict = 'not_shown'
    and coalesce(value, comparator_value, gap, low, high, denominator, comparator_denominator, people_behind, p_value, q_value) is not null

-- Grain: one row per measure and period that it does not exist for, or from which it is defined anew. Public: what may not be compared.
select
    measure,
    period,
    change,
    why
from {{ ref('stg_measure_changes') }}

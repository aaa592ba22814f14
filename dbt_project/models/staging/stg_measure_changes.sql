-- Grain: one row per measure and period that it does not exist for, or from which it is defined anew.
select
    measure,
    period,
    change,
    why
from {{ source('catalogue', 'measure_changes') }}

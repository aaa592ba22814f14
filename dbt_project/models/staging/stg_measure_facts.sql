-- Grain: one row per measure and fact it is made of.
select
    measure,
    fact
from {{ source('catalogue', 'measure_facts') }}

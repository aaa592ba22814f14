-- Grain: one row per rate, population and characteristic that is published for longer periods.
select
    measure,
    population,
    characteristic
from {{ source('catalogue', 'pooled') }}

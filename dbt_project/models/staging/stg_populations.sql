-- Grain: one row per population.
select
    population,
    label,
    subject,
    base,
    nested
from {{ source('catalogue', 'populations') }}

-- Grain: one row per population.
select
    population,
    label,
    subject,
    fact,
    base
from {{ source('catalogue', 'populations') }}

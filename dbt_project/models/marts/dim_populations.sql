-- Grain: one row per population. Public: who is counted, and of whom it is a part.
select
    population,
    label,
    subject,
    base,
    nested
from {{ ref('stg_populations') }}

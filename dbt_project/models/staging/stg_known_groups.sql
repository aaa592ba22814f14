-- Grain: one row per academy and group, or population, that everyone knows to be empty or full.
select
    population,
    academy_urn,
    characteristic,
    group_code
from {{ source('catalogue', 'known_groups') }}

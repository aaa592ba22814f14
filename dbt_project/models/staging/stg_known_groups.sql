-- Grain: one row per academy and group that everyone knows to be empty or full.
select
    academy_urn,
    characteristic,
    group_code
from {{ source('catalogue', 'known_groups') }}

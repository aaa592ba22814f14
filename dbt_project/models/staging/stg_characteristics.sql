-- Grain: one row per characteristic.
select
    characteristic,
    label,
    protected,
    context,
    comparator_code,
    known_at_least
from {{ source('catalogue', 'characteristics') }}

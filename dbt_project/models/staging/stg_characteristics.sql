-- Grain: one row per characteristic.
select
    characteristic,
    label,
    protected,
    context,
    comparator_code
from {{ source('catalogue', 'characteristics') }}

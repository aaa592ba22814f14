-- Grain: one row per published group, and one for everyone.
select
    characteristic,
    group_code,
    label,
    parent_characteristic,
    parent_group_code,
    sort,
    is_unknown
from {{ source('catalogue', 'groups') }}

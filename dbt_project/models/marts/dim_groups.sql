-- Grain: one row per published group, and one for everyone. Public: the structure everyone may know.
select
    characteristic,
    group_code,
    label,
    parent_characteristic,
    parent_group_code,
    sort,
    is_unknown
from {{ ref('stg_groups') }}

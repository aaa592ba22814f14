-- Grain: one row per area and area it lies in.
select
    area_level,
    area_code,
    label,
    parent_level,
    parent_code
from {{ source('catalogue', 'areas') }}

-- Grain: one row per area and area it lies in. Public: the structure everyone may know.
select
    area_level,
    area_code,
    label,
    parent_level,
    parent_code
from {{ ref('stg_areas') }}

-- Grain: one row per family of cells that is counted.
select
    population,
    measure,
    kind,
    characteristic,
    cross_characteristic,
    area_level
from {{ source('catalogue', 'publications') }}

-- A rate counts some of its own population: no more than all of it, and no fewer than none.
select
    measure,
    population,
    area_level,
    area_code,
    characteristic,
    group_code
from {{ ref('stat_cells') }}
where kind = 'rate' and (numerator > denominator or numerator < 0 or denominator < 0)

-- Grain: one row per population, area level and pair of characteristics that something is published of: a table of people.
select distinct
    population,
    area_level,
    characteristic,
    cross_characteristic
from {{ ref('stg_publications') }}

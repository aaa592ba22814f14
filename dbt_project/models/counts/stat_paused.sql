-- Grain: one row per trust figure of a measure in a period that it does not exist for, where anybody is counted in that period. Public.
with counted as (
    select distinct period
    from {{ ref('int_population_members') }}
),

areas as (
    select distinct
        area_level,
        area_code
    from {{ ref('stg_areas') }}
)

select
    publications.population,
    pauses.period,
    publications.area_level,
    areas.area_code,
    publications.measure,
    publications.kind
from {{ ref('stg_publications') }} as publications
inner join {{ ref('stg_measure_changes') }} as pauses
    on
        publications.measure = pauses.measure
        and pauses.change = 'pause'
inner join counted
    on pauses.period = counted.period
inner join areas
    on publications.area_level = areas.area_level
where
    publications.area_level = 'trust'
    and publications.characteristic = 'all'
    and publications.cross_characteristic = 'all'

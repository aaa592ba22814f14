-- Grain: one row per trust figure of a measure and period that it does not exist for.
with areas as (
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
from {{ source('catalogue', 'publications') }} as publications
inner join {{ ref('stg_measure_changes') }} as pauses
    on
        publications.measure = pauses.measure
        and pauses.change = 'pause'
inner join areas
    on publications.area_level = areas.area_level
where
    publications.area_level = 'trust'
    and publications.characteristic = 'all'
    and publications.cross_characteristic = 'all'

-- Nobody of an academy with one phase is counted in another phase: protection relies on it.
with counted as (
    select
        places.academy_urn,
        places.phase
    from {{ ref('int_places') }} as places
    inner join {{ ref('stg_academies') }} as academies
        on places.academy_urn = academies.academy_urn
    where academies.phases_taught = 1 and places.phase is not null
)

select counted.*
from counted
left join {{ ref('stg_areas') }} as areas
    on
        areas.area_level = 'academy'
        and counted.academy_urn = areas.area_code
        and areas.parent_level = 'phase'
        and counted.phase = areas.parent_code
where areas.area_code is null

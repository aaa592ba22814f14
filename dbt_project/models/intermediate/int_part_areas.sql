-- Grain: one row per part of an academy that counts anybody, and area it lies in. What adds up is counted by part, then by area.
with parts as (
    select distinct
        places.part_code,
        places.academy_urn,
        places.phase,
        academies.phases_taught
    from {{ ref('int_places') }} as places
    inner join {{ ref('stg_academies') }} as academies
        on places.academy_urn = academies.academy_urn
),

trusts as (
    select distinct area_code
    from {{ ref('stg_areas') }}
    where area_level = 'trust'
)

select
    parts.part_code,
    'trust' as area_level,
    trusts.area_code
from parts
cross join trusts
union all
select
    part_code,
    'phase' as area_level,
    phase as area_code
from parts
where phase is not null
union all
select
    part_code,
    'academy' as area_level,
    academy_urn as area_code
from parts
union all
select
    part_code,
    'academy_phase' as area_level,
    part_code as area_code
from parts
where phases_taught > 1 and phase is not null

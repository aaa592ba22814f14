-- Grain: one row per person, period and area they are counted in.
with places as (
    select
        places.subject,
        places.period,
        places.person_key,
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
    places.subject,
    places.period,
    places.person_key,
    'trust' as area_level,
    trusts.area_code
from places
cross join trusts
union all
select
    subject,
    period,
    person_key,
    'phase' as area_level,
    phase as area_code
from places
where phase is not null
union all
select
    subject,
    period,
    person_key,
    'academy' as area_level,
    academy_urn as area_code
from places
union all
select
    subject,
    period,
    person_key,
    'academy_phase' as area_level,
    academy_urn || '|' || phase as area_code
from places
where phases_taught > 1 and phase is not null

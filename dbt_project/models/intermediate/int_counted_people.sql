-- Grain: one row per population, period, area, group, crossed group and person to be counted there.
with families as (
    select distinct
        population,
        characteristic,
        cross_characteristic,
        area_level
    from {{ ref('stg_publications') }}
)

select
    members.population,
    members.base,
    members.subject,
    members.period,
    areas.area_level,
    areas.area_code,
    families.characteristic,
    person_groups.group_code,
    families.cross_characteristic,
    crossed_groups.group_code as cross_group_code,
    members.person_key
from {{ ref('int_population_members') }} as members
inner join families
    on members.population = families.population
inner join {{ ref('int_person_areas') }} as areas
    on
        members.subject = areas.subject
        and members.period = areas.period
        and members.person_key = areas.person_key
        and families.area_level = areas.area_level
inner join {{ ref('int_person_groups') }} as person_groups
    on
        members.subject = person_groups.subject
        and members.period = person_groups.period
        and members.person_key = person_groups.person_key
        and families.characteristic = person_groups.characteristic
inner join {{ ref('int_person_groups') }} as crossed_groups
    on
        members.subject = crossed_groups.subject
        and members.period = crossed_groups.period
        and members.person_key = crossed_groups.person_key
        and families.cross_characteristic = crossed_groups.characteristic

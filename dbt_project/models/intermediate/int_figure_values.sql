-- Grain: one row per figure, place, compared group and person of either side: the pay that the two sides are compared by.
with sides as (
    select
        measures.measure,
        measures.population,
        measures.statistic,
        measures.characteristic,
        measures.against_code,
        groups.group_code
    from {{ ref('stg_measures') }} as measures
    inner join {{ ref('stg_groups') }} as groups
        on
            measures.characteristic = groups.characteristic
            and measures.against_code <> groups.group_code
            and (measures.group_code = groups.group_code or (measures.group_code = '' and not groups.is_unknown))
    where measures.kind = 'figure'
),

populations_paid as (
    select distinct population
    from sides
),

paid as (
    select members.*
    from {{ ref('int_population_members') }} as members
    inner join populations_paid
        on members.population = populations_paid.population
),

people_in_parts as ({{ in_parts('paid') }}),

people as ({{ in_areas('people_in_parts') }})

select
    sides.measure,
    sides.statistic,
    people.population,
    people.period,
    people.area_level,
    people.area_code,
    people.characteristic,
    sides.group_code,
    people.cross_characteristic,
    people.cross_group_code,
    people.group_code = sides.group_code as is_group,
    people.person_key,
    outcomes.value
from sides
inner join people
    on
        sides.population = people.population
        and sides.characteristic = people.characteristic
        and people.group_code in (sides.group_code, sides.against_code)
inner join {{ ref('int_person_outcomes') }} as outcomes
    on
        sides.measure = outcomes.measure
        and people.population = outcomes.population
        and people.period = outcomes.period
        and people.person_key = outcomes.person_key

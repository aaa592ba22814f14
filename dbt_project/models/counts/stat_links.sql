-- Grain: one row per sub-population cell whose base is counted too: how many people are in one and not in the other.
with people_apart as (
    select
        members.population,
        members.subject,
        members.period,
        members.person_key,
        true as is_here
    from {{ ref('int_population_members') }} as members
    left join {{ ref('int_population_members') }} as base_members
        on
            members.base = base_members.population
            and members.period = base_members.period
            and members.person_key = base_members.person_key
    where members.base <> '' and base_members.person_key is null
    union all
    select
        populations.population,
        base_members.subject,
        base_members.period,
        base_members.person_key,
        false as is_here
    from {{ ref('int_population_members') }} as base_members
    inner join {{ ref('stg_populations') }} as populations
        on base_members.population = populations.base
    left join {{ ref('int_population_members') }} as members
        on
            populations.population = members.population
            and base_members.period = members.period
            and base_members.person_key = members.person_key
    where members.person_key is null
),

people_apart_in_parts as ({{ in_parts('people_apart') }}),

people_apart_in_cells as ({{ in_areas('people_apart_in_parts') }}),

counted as (
    select
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        sum(case when is_here then 1 else 0 end) as only_here,
        sum(case when is_here then 0 else 1 end) as only_base
    from people_apart_in_cells
    group by
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code
),

base_cells as (
    select distinct
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code
    from {{ ref('stat_cells') }}
),

linked_cells as (
    select distinct
        sub_cells.population,
        populations.base,
        populations.nested,
        sub_cells.period,
        sub_cells.area_level,
        sub_cells.area_code,
        sub_cells.characteristic,
        sub_cells.group_code,
        sub_cells.cross_characteristic,
        sub_cells.cross_group_code
    from {{ ref('stat_cells') }} as sub_cells
    inner join {{ ref('stg_populations') }} as populations
        on sub_cells.population = populations.population
    inner join base_cells
        on
            populations.base = base_cells.population
            and sub_cells.period = base_cells.period
            and sub_cells.area_level = base_cells.area_level
            and sub_cells.area_code = base_cells.area_code
            and sub_cells.characteristic = base_cells.characteristic
            and sub_cells.group_code = base_cells.group_code
            and sub_cells.cross_characteristic = base_cells.cross_characteristic
            and sub_cells.cross_group_code = base_cells.cross_group_code
    where sub_cells.kind <> 'figure'
)

select
    linked_cells.population,
    linked_cells.base,
    linked_cells.nested,
    linked_cells.period,
    linked_cells.area_level,
    linked_cells.area_code,
    linked_cells.characteristic,
    linked_cells.group_code,
    linked_cells.cross_characteristic,
    linked_cells.cross_group_code,
    cast(coalesce(counted.only_here, 0) as bigint) as only_here,
    cast(coalesce(counted.only_base, 0) as bigint) as only_base
from linked_cells
left join counted
    on
        linked_cells.population = counted.population
        and linked_cells.period = counted.period
        and linked_cells.area_level = counted.area_level
        and linked_cells.area_code = counted.area_code
        and linked_cells.characteristic = counted.characteristic
        and linked_cells.group_code = counted.group_code
        and linked_cells.cross_characteristic = counted.cross_characteristic
        and linked_cells.cross_group_code = counted.cross_group_code

-- Grain: one row per sub-population cell whose base is counted too: how many people are in one and not in the other.
with sub_people as (
    select
        people.population,
        people.period,
        people.area_level,
        people.area_code,
        people.characteristic,
        people.group_code,
        people.cross_characteristic,
        people.cross_group_code,
        people.base,
        people.person_key,
        members.person_key is not null as is_in_base
    from {{ ref('int_counted_people') }} as people
    left join {{ ref('int_population_members') }} as members
        on
            people.base = members.population
            and people.period = members.period
            and people.person_key = members.person_key
    where people.base <> ''
),

in_both as (
    select
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        base,
        count(*) as people,
        sum(case when is_in_base then 1 else 0 end) as shared
    from sub_people
    group by
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        base
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
    cast(coalesce(in_both.people, 0) - coalesce(in_both.shared, 0) as bigint) as only_here,
    cast(coalesce(base_headcounts.people, 0) - coalesce(in_both.shared, 0) as bigint) as only_base
from linked_cells
left join in_both
    on
        linked_cells.population = in_both.population
        and linked_cells.period = in_both.period
        and linked_cells.area_level = in_both.area_level
        and linked_cells.area_code = in_both.area_code
        and linked_cells.characteristic = in_both.characteristic
        and linked_cells.group_code = in_both.group_code
        and linked_cells.cross_characteristic = in_both.cross_characteristic
        and linked_cells.cross_group_code = in_both.cross_group_code
left join {{ ref('stat_headcounts') }} as base_headcounts
    on
        linked_cells.base = base_headcounts.population
        and linked_cells.period = base_headcounts.period
        and linked_cells.area_level = base_headcounts.area_level
        and linked_cells.area_code = base_headcounts.area_code
        and linked_cells.characteristic = base_headcounts.characteristic
        and linked_cells.group_code = base_headcounts.group_code
        and linked_cells.cross_characteristic = base_headcounts.cross_characteristic
        and linked_cells.cross_group_code = base_headcounts.cross_group_code

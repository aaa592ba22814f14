-- Grain: one row per population, period, earlier period that was told apart from it and shares people with it, and cell with anybody in
-- either. Who joined is in a cell now and did not stay in it; who left was in it and did not.
with pairs as (
    select distinct
        told_apart.population,
        told_apart.period,
        told_apart.earlier_period
    from {{ ref('int_told_apart') }} as told_apart
    inner join {{ ref('int_population_members') }} as now_members
        on
            told_apart.population = now_members.population
            and told_apart.period = now_members.period
    inner join {{ ref('int_population_members') }} as then_members
        on
            told_apart.population = then_members.population
            and told_apart.earlier_period = then_members.period
            and now_members.person_key = then_members.person_key
),

stayed_by_part as (
    select
        pairs.population,
        pairs.period,
        pairs.earlier_period,
        now_people.part_code,
        then_people.part_code as earlier_part_code,
        now_people.characteristic,
        now_people.group_code,
        now_people.cross_characteristic,
        now_people.cross_group_code,
        count(*) as people
    from pairs
    inner join {{ ref('int_counted_people') }} as now_people
        on
            pairs.population = now_people.population
            and pairs.period = now_people.period
    inner join {{ ref('int_counted_people') }} as then_people
        on
            pairs.population = then_people.population
            and pairs.earlier_period = then_people.period
            and now_people.person_key = then_people.person_key
            and now_people.characteristic = then_people.characteristic
            and now_people.group_code = then_people.group_code
            and now_people.cross_characteristic = then_people.cross_characteristic
            and now_people.cross_group_code = then_people.cross_group_code
    group by
        pairs.population,
        pairs.period,
        pairs.earlier_period,
        now_people.part_code,
        then_people.part_code,
        now_people.characteristic,
        now_people.group_code,
        now_people.cross_characteristic,
        now_people.cross_group_code
),

now_in_areas as ({{ in_areas('stayed_by_part') }}),

people as (
    select
        pairs.population,
        pairs.period,
        pairs.earlier_period,
        headcounts.area_level,
        headcounts.area_code,
        headcounts.characteristic,
        headcounts.group_code,
        headcounts.cross_characteristic,
        headcounts.cross_group_code,
        headcounts.people as now_here,
        0 as then_here,
        0 as in_both
    from pairs
    inner join {{ ref('stat_headcounts') }} as headcounts
        on
            pairs.population = headcounts.population
            and pairs.period = headcounts.period
    union all
    select
        pairs.population,
        pairs.period,
        pairs.earlier_period,
        headcounts.area_level,
        headcounts.area_code,
        headcounts.characteristic,
        headcounts.group_code,
        headcounts.cross_characteristic,
        headcounts.cross_group_code,
        0 as now_here,
        headcounts.people as then_here,
        0 as in_both
    from pairs
    inner join {{ ref('stat_headcounts') }} as headcounts
        on
            pairs.population = headcounts.population
            and pairs.earlier_period = headcounts.period
    union all
    select
        now_in_areas.population,
        now_in_areas.period,
        now_in_areas.earlier_period,
        now_in_areas.area_level,
        now_in_areas.area_code,
        now_in_areas.characteristic,
        now_in_areas.group_code,
        now_in_areas.cross_characteristic,
        now_in_areas.cross_group_code,
        0 as now_here,
        0 as then_here,
        now_in_areas.people as in_both
    from now_in_areas
    inner join {{ ref('int_part_areas') }} as then_areas
        on
            now_in_areas.earlier_part_code = then_areas.part_code
            and now_in_areas.area_level = then_areas.area_level
            and now_in_areas.area_code = then_areas.area_code
)

select
    population,
    period,
    earlier_period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code,
    cast(sum(now_here) - sum(in_both) as bigint) as joined,
    cast(sum(then_here) - sum(in_both) as bigint) as {{ quoted('left') }}
from people
group by
    population,
    period,
    earlier_period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cross_characteristic,
    cross_group_code

-- Grain: one row per population, period, earlier period that was told apart from it and shares people with it, and cell with anybody in
-- either. Who joined is in a cell now and did not stay in it; who left was in it and did not.
with stayed as (
    select
        told_apart.population,
        told_apart.period,
        told_apart.earlier_period,
        now_members.subject,
        now_members.person_key
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

pairs as (
    select distinct
        population,
        period,
        earlier_period
    from stayed
),

periods_apart as (
    select distinct
        period,
        earlier_period
    from {{ ref('int_told_apart') }}
),

same_areas as (
    select
        now_areas.subject,
        now_areas.period,
        periods_apart.earlier_period,
        now_areas.person_key,
        now_areas.area_level,
        now_areas.area_code
    from periods_apart
    inner join {{ ref('int_person_areas') }} as now_areas
        on periods_apart.period = now_areas.period
    inner join {{ ref('int_person_areas') }} as then_areas
        on
            periods_apart.earlier_period = then_areas.period
            and now_areas.subject = then_areas.subject
            and now_areas.person_key = then_areas.person_key
            and now_areas.area_level = then_areas.area_level
            and now_areas.area_code = then_areas.area_code
),

same_groups as (
    select
        now_groups.subject,
        now_groups.period,
        periods_apart.earlier_period,
        now_groups.person_key,
        now_groups.characteristic,
        now_groups.group_code
    from periods_apart
    inner join {{ ref('int_person_groups') }} as now_groups
        on periods_apart.period = now_groups.period
    inner join {{ ref('int_person_groups') }} as then_groups
        on
            periods_apart.earlier_period = then_groups.period
            and now_groups.subject = then_groups.subject
            and now_groups.person_key = then_groups.person_key
            and now_groups.characteristic = then_groups.characteristic
            and now_groups.group_code = then_groups.group_code
),

stayed_in_cells as (
    {{ in_every_cell('stayed', 'same_areas', 'same_groups', ['subject', 'period', 'earlier_period', 'person_key']) }}
),

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
        population,
        period,
        earlier_period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        0 as now_here,
        0 as then_here,
        count(*) as in_both
    from stayed_in_cells
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

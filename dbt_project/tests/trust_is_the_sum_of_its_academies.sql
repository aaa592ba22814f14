-- Where a group is counted by academy, the academies add up to the trust; so do the phases, where every person has one.
with totals as (
    select
        population,
        period,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        area_level,
        sum(people) as people
    from {{ ref('stat_headcounts') }}
    where area_level in ('trust', 'academy')
    group by
        population,
        period,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        area_level
),

side_by_side as (
    select
        population,
        period,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        coalesce(max(case when area_level = 'trust' then people end), 0) as trust_people,
        coalesce(max(case when area_level = 'academy' then people end), 0) as academy_people
    from totals
    group by
        population,
        period,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code
),

families_by_academy as (
    select distinct
        population,
        characteristic,
        cross_characteristic
    from {{ ref('stg_publications') }}
    where area_level = 'academy'
)

select side_by_side.*
from side_by_side
inner join families_by_academy
    on
        side_by_side.population = families_by_academy.population
        and side_by_side.characteristic = families_by_academy.characteristic
        and side_by_side.cross_characteristic = families_by_academy.cross_characteristic
where side_by_side.trust_people <> side_by_side.academy_people

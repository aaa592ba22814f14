-- Every area that is cut into others is their sum: the trust into phases, the trust into academies, an academy into its parts.
with headcounts as (
    select
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        cross_characteristic,
        cross_group_code,
        numerator as people
    from {{ ref('stat_cells') }}
    where kind = 'headcount'
),

sums as (
    select
        parts.population,
        parts.period,
        areas.parent_level,
        areas.parent_code,
        parts.area_level,
        parts.characteristic,
        parts.group_code,
        parts.cross_characteristic,
        parts.cross_group_code,
        sum(parts.people) as people
    from headcounts as parts
    inner join {{ ref('stg_areas') }} as areas
        on
            parts.area_level = areas.area_level
            and parts.area_code = areas.area_code
    where areas.parent_level = 'trust' or (areas.area_level = 'academy_phase' and areas.parent_level = 'academy')
    group by
        parts.population,
        parts.period,
        areas.parent_level,
        areas.parent_code,
        parts.area_level,
        parts.characteristic,
        parts.group_code,
        parts.cross_characteristic,
        parts.cross_group_code
)

select sums.*
from sums
inner join headcounts as wholes
    on
        sums.population = wholes.population
        and sums.period = wholes.period
        and sums.parent_level = wholes.area_level
        and sums.parent_code = wholes.area_code
        and sums.characteristic = wholes.characteristic
        and sums.group_code = wholes.group_code
        and sums.cross_characteristic = wholes.cross_characteristic
        and sums.cross_group_code = wholes.cross_group_code
where sums.people <> wholes.people

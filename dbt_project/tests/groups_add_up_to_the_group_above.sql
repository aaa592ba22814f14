-- The groups of a characteristic that are counted in an area add up to the group that they lie in: nobody falls between them.
with sums as (
    select
        cells.population,
        cells.period,
        cells.area_level,
        cells.area_code,
        cells.characteristic,
        family.parent_characteristic,
        family.parent_group_code,
        sum(cells.numerator) as people
    from {{ ref('stat_cells') }} as cells
    inner join {{ ref('stg_groups') }} as family
        on
            cells.characteristic = family.characteristic
            and cells.group_code = family.group_code
    where cells.kind = 'headcount' and cells.cross_characteristic = 'all' and family.parent_characteristic <> ''
    group by
        cells.population,
        cells.period,
        cells.area_level,
        cells.area_code,
        cells.characteristic,
        family.parent_characteristic,
        family.parent_group_code
)

select sums.*
from sums
inner join {{ ref('stat_cells') }} as above
    on
        sums.population = above.population
        and sums.period = above.period
        and sums.area_level = above.area_level
        and sums.area_code = above.area_code
        and sums.parent_characteristic = above.characteristic
        and sums.parent_group_code = above.group_code
where
    above.kind = 'headcount'
    and above.cross_characteristic = 'all'
    and sums.people <> above.numerator

-- A sub-population less those only in it is its base less those only in that: the links that protection relies on hold.
with linked as (
    select
        links.population,
        links.base,
        links.period,
        links.area_level,
        links.area_code,
        links.characteristic,
        links.group_code,
        coalesce(own.people, 0) - links.only_here as shared,
        coalesce(base.people, 0) - links.only_base as base_shared,
        links.only_here,
        links.only_base
    from {{ ref('stat_links') }} as links
    left join {{ ref('stat_headcounts') }} as own
        on
            links.population = own.population
            and links.period = own.period
            and links.area_level = own.area_level
            and links.area_code = own.area_code
            and links.characteristic = own.characteristic
            and links.group_code = own.group_code
            and links.cross_characteristic = own.cross_characteristic
            and links.cross_group_code = own.cross_group_code
    left join {{ ref('stat_headcounts') }} as base
        on
            links.base = base.population
            and links.period = base.period
            and links.area_level = base.area_level
            and links.area_code = base.area_code
            and links.characteristic = base.characteristic
            and links.group_code = base.group_code
            and links.cross_characteristic = base.cross_characteristic
            and links.cross_group_code = base.cross_group_code
)

select *
from linked
where shared <> base_shared or only_here < 0 or only_base < 0 or shared < 0

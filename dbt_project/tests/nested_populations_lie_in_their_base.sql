-- Everyone of a nested population is in its base: only then is the rest of the base a group of people of its own.
select
    links.population,
    links.base,
    links.area_level,
    links.area_code
from {{ ref('stat_links') }} as links
inner join {{ ref('stg_populations') }} as populations
    on links.population = populations.population
where populations.nested and links.only_here > 0

{#- The cells of some subjects with their published columns: headcounts, or everything else, with what does not exist for a period. -#}
{% macro cells_of(cells, populations, subjects, headcounts) %}
select
    cells.population,
    cells.period,
    cells.area_level,
    cells.area_code,
    cells.measure,
    cells.characteristic,
    cells.group_code,
    cells.cross_characteristic,
    cells.cross_group_code,
    cells.numerator,
    cells.denominator,
    cells.value,
    cells.low,
    cells.high,
    cells.sd,
    cells.status
from {{ cells }} as cells
inner join {{ populations }} as populations
    on cells.population = populations.population
where
    populations.subject in ('{{ subjects | join("', '") }}')
    and cells.kind {{ '=' if headcounts else '<>' }} 'headcount'
union all
select
    paused.population,
    paused.period,
    paused.area_level,
    paused.area_code,
    paused.measure,
    'all' as characteristic,
    'all' as group_code,
    'all' as cross_characteristic,
    'all' as cross_group_code,
    cast(null as bigint) as numerator,
    cast(null as bigint) as denominator,
    cast(null as double) as value,
    cast(null as double) as low,
    cast(null as double) as high,
    cast(null as double) as sd,
    'z' as status
from {{ ref('stat_paused') }} as paused
inner join {{ populations }} as populations
    on paused.population = populations.population
where
    populations.subject in ('{{ subjects | join("', '") }}')
    and paused.kind {{ '=' if headcounts else '<>' }} 'headcount'
{% endmacro %}

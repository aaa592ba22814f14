{#- The cells of some subjects with their published columns: headcounts, or everything else. -#}
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
{% endmacro %}

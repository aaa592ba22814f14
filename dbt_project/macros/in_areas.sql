{#- Rows of parts of academies once for every area that the part lies in and that is counted for their population and characteristics. -#}
{% macro in_areas(rows) %}
select
    counted.*,
    families.area_level,
    areas.area_code
from {{ rows }} as counted
inner join {{ ref('int_families') }} as families
    on
        counted.population = families.population
        and counted.characteristic = families.characteristic
        and counted.cross_characteristic = families.cross_characteristic
inner join {{ ref('int_part_areas') }} as areas
    on
        counted.part_code = areas.part_code
        and families.area_level = areas.area_level
{% endmacro %}

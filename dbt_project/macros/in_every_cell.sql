{#- Members once for every published cell they are counted in. ``person``: the columns that say who and when, alike in all three relations. -#}
{% macro in_every_cell(members, areas, groups, person=['subject', 'period', 'person_key']) %}
select
    members.*,
    areas.area_level,
    areas.area_code,
    families.characteristic,
    own_groups.group_code,
    families.cross_characteristic,
    crossed_groups.group_code as cross_group_code
from {{ members }} as members
inner join {{ ref('int_families') }} as families
    on members.population = families.population
inner join {{ areas }} as areas
    on
        families.area_level = areas.area_level
        {% for name in person %}and members.{{ name }} = areas.{{ name }}
        {% endfor %}
inner join {{ groups }} as own_groups
    on
        families.characteristic = own_groups.characteristic
        {% for name in person %}and members.{{ name }} = own_groups.{{ name }}
        {% endfor %}
inner join {{ groups }} as crossed_groups
    on
        families.cross_characteristic = crossed_groups.characteristic
        {% for name in person %}and members.{{ name }} = crossed_groups.{{ name }}
        {% endfor %}
{% endmacro %}

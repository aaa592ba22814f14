{#- Members once for every pair of groups that is counted of their population, with the part of an academy that they are in.
    ``person``: the columns that say who and when, alike in all three relations; ``parts``: those of ``places`` that say where. Who is crossed
    with nothing is joined with one group: engines that may choose would join everyone's groups with one another first. -#}
{% macro in_parts(members, places, groups, person=['subject', 'period', 'person_key'], parts=['part_code']) %}
{% for crossed in [false, true] %}
{{ 'union all' if crossed }}
select
    members.*,
    {% for name in parts %}places.{{ name }},
    {% endfor %}families.characteristic,
    own_groups.group_code,
    families.cross_characteristic,
    {{ 'crossed_groups.group_code' if crossed else "'all'" }} as cross_group_code
from {{ members }} as members
inner join (
    select distinct population, characteristic, cross_characteristic
    from {{ ref('int_families') }}
    where cross_characteristic {{ '<>' if crossed else '=' }} 'all'
) as families
    on members.population = families.population
inner join {{ places }} as places
    on
        {% for name in person %}{{ 'and ' if not loop.first }}members.{{ name }} = places.{{ name }}
        {% endfor %}
inner join {{ groups }} as own_groups
    on
        families.characteristic = own_groups.characteristic
        {% for name in person %}and members.{{ name }} = own_groups.{{ name }}
        {% endfor %}
{% if crossed %}inner join {{ groups }} as crossed_groups
    on
        families.cross_characteristic = crossed_groups.characteristic
        {% for name in person %}and members.{{ name }} = crossed_groups.{{ name }}
        {% endfor %}{% endif %}
{% endfor %}
{% endmacro %}

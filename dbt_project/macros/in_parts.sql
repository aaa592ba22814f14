{#- Members once for every pair of groups that is counted of their population, with the part of an academy that they are in. Who is crossed with
    nothing is joined with one group only: an engine that may choose would join everyone's groups with one another first. -#}
{% macro in_parts(members) %}
{% for crossed in [false, true] %}
{{ 'union all' if crossed }}
select
    members.*,
    places.part_code,
    families.characteristic,
    own_groups.group_code,
    families.cross_characteristic,
    {{ 'crossed_groups.group_code' if crossed else "'all'" }} as cross_group_code
from {{ members }} as members
inner join (
    select distinct
        population,
        characteristic,
        cross_characteristic
    from {{ ref('int_families') }}
    where cross_characteristic {{ '<>' if crossed else '=' }} 'all'
) as families
    on members.population = families.population
inner join {{ ref('int_places') }} as places
    on
        members.subject = places.subject
        and members.period = places.period
        and members.person_key = places.person_key
inner join {{ ref('int_person_groups') }} as own_groups
    on
        families.characteristic = own_groups.characteristic
        and members.subject = own_groups.subject
        and members.period = own_groups.period
        and members.person_key = own_groups.person_key
{% if crossed %}
inner join {{ ref('int_person_groups') }} as crossed_groups
    on
        families.cross_characteristic = crossed_groups.characteristic
        and members.subject = crossed_groups.subject
        and members.period = crossed_groups.period
        and members.person_key = crossed_groups.person_key
{% endif %}
{% endfor %}
{% endmacro %}

{#- One row per value of `columns`, each of them known. Returns the groups that are counted twice or have no name. -#}
{% test unique_grain(model, columns) %}
select
    {{ columns | join(',\n    ') }},
    count(*) as found
from {{ model }}
group by
    {{ columns | join(',\n    ') }}
having
    count(*) > 1
    {% for column in columns -%}
    or {{ column }} is null
    {% endfor %}
{% endtest %}

{#- Every value of `columns` taken together stands in the columns of the same place in `to`. Returns those that do not. -#}
{% test declared_in(model, columns, to, to_columns) %}
with used as (
    select distinct
        {{ columns | join(',\n        ') }}
    from {{ model }}
)

select used.*
from used
left join {{ to }} as declared
    on
        {% for column, to_column in zip(columns, to_columns) -%}
        {% if not loop.first %}and {% endif %}used.{{ column }} = declared.{{ to_column }}
        {% endfor %}
where declared.{{ to_columns[0] }} is null
{% endtest %}

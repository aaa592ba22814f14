{#- A null of a contract's type. Spark's text without a length is string; its varchar must have one. -#}
{% macro spark__cast(expression, data_type) -%}
    cast({{ expression }} as {{ 'string' if data_type | lower == 'varchar' else data_type }})
{%- endmacro %}

{#- `value` to a number of decimals that is a column, halves away from zero: Spark's round takes a constant alone, and rounds as it prints. -#}
{% macro rounded(value, decimals) -%}
    round({{ value }} * power(10, {{ decimals }})) / power(10, {{ decimals }})
{%- endmacro %}

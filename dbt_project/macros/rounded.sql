{#- `value` to a number of decimals that is a column, halves away from zero: Spark's round takes a constant alone, and rounds as it prints.
    Six further decimals are rounded first: fractions are added up in whatever order, and a half that misses itself by that is still a half. -#}
{% macro rounded(value, decimals) -%}
    round(round({{ value }} * power(10, {{ decimals }}), 6)) / power(10, {{ decimals }})
{%- endmacro %}

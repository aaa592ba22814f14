{#- A column's name that is also a word of SQL, in the engine's own quotation marks. -#}
{% macro quoted(name) -%}
    {{ return(adapter.quote(name)) }}
{%- endmacro %}

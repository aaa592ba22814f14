{#- The whole numbers from 1 to `last`, a row for each, as a column of a select; none where `last` is below 1 or not known. -#}
{% macro numbers_to(last) -%}
    {{ return(adapter.dispatch('numbers_to', 'equality')(last)) }}
{%- endmacro %}

{% macro duckdb__numbers_to(last) -%}
    unnest(generate_series(1, {{ last }}))
{%- endmacro %}

{#- Spark's sequence counts downwards from 1 to 0. -#}
{% macro spark__numbers_to(last) -%}
    explode(case when {{ last }} >= 1 then sequence(cast(1 as bigint), cast({{ last }} as bigint)) else cast(array() as array<bigint>) end)
{%- endmacro %}

{#- The rows of a map column as (field, code). Engines spell this differently; models do not. -#}
{% macro explode_attributes(relation, columns) -%}
    {{ return(adapter.dispatch('explode_attributes', 'equality')(relation, columns)) }}
{%- endmacro %}

{% macro duckdb__explode_attributes(relation, columns) -%}
    select
        {{ columns | join(', ') }},
        entry.key as field,
        entry.value as code
    from (
        select
            {{ columns | join(', ') }},
            unnest(map_entries(attributes)) as entry
        from {{ relation }}
    ) as exploded
{%- endmacro %}

{% macro spark__explode_attributes(relation, columns) -%}
    select {{ columns | join(', ') }}, field, code
    from {{ relation }}
    lateral view explode(attributes) exploded as field, code
{%- endmacro %}

{#- Every table and column of a schema, as (table_name, column_name). Spark has no information schema, so it is asked table by table. -#}
{% macro columns_of_schema(name) -%}
    {{ return(adapter.dispatch('columns_of_schema', 'equality')(name)) }}
{%- endmacro %}

{% macro duckdb__columns_of_schema(name) -%}
    select
        table_name,
        column_name
    from information_schema.columns
    where table_schema = '{{ name }}'
{%- endmacro %}

{% macro spark__columns_of_schema(name) -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' and node.schema == name %}
        {%- set relation = api.Relation.create(schema=node.schema, identifier=node.alias) %}
        {%- for column in adapter.get_columns_in_relation(relation) %}
            select '{{ node.alias }}' as table_name, '{{ column.name }}' as column_name union all
        {%- endfor %}
    {%- endfor %}
    select cast(null as string) as table_name, cast(null as string) as column_name where false
{%- endmacro %}

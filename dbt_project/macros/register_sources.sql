{#- Makes every source a table over the Parquet files under `location`, a folder by schema and table: where an engine does not read the home. -#}
{% macro register_sources(location) -%}
    {%- for source in graph.sources.values() %}
        {%- do run_query('create schema if not exists ' ~ source.schema) %}
        {%- do run_query('drop table if exists ' ~ source.schema ~ '.' ~ source.identifier) %}
        {%- do run_query(
            'create table ' ~ source.schema ~ '.' ~ source.identifier
            ~ " using parquet location '" ~ location ~ '/' ~ source.schema ~ '/' ~ source.identifier ~ "'"
        ) %}
    {%- endfor %}
{%- endmacro %}

-- Grain: one row per population, period, part of an academy, group, crossed group and person to be counted there. A view: written out, the
-- keys of people alone would outweigh the rest of the warehouse.
{{ config(materialized='view') }}

{{ in_parts(ref('int_population_members')) }}

-- Grain: one row per population, period, area, group, crossed group and person to be counted there. A view: written out, the keys of
-- people alone would outweigh the rest of the warehouse.
{{ config(materialized='view') }}

{{ in_every_cell(ref('int_population_members'), ref('int_person_areas'), ref('int_person_groups')) }}

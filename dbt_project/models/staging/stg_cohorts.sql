-- Grain: one row per cohort.
select
    fact,
    year_group
from {{ source('catalogue', 'cohorts') }}

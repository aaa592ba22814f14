-- Grain: one row per national curriculum year and the published phase it belongs to.
select
    year_group,
    phase
from {{ source('catalogue', 'phases') }}

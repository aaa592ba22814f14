-- Grain: one row per earlier release that stands and period whose files, or whose rules, have changed since.
select
    release,
    period,
    why
from {{ source('releases', 'release_changes') }}

-- Grain: one row per stage whose scores have a bar.
select
    stage,
    reached,
    higher
from {{ source('catalogue', 'bars') }}

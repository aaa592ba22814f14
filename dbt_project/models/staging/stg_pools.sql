-- Grain: one row per period and longer period that it is a part of.
select
    pool,
    period
from {{ source('catalogue', 'pools') }}

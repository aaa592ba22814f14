-- Grain: one row per reporting period.
select
    period,
    starts,
    ends,
    reference_date
from {{ source('catalogue', 'periods') }}

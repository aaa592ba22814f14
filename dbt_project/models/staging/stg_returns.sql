-- Grain: one row per dataset, academy and period in use, nil returns included.
select
    dataset,
    academy_urn,
    period
from {{ source('landing', 'returns') }}

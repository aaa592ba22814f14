-- Grain: one row per academy of the trust.
select
    academy_urn,
    label,
    fallback_phase,
    phases_taught
from {{ source('catalogue', 'academies') }}

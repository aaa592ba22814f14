-- Grain: one row per academy of the trust.
select
    academy_urn,
    label,
    fallback_phase,
    phases_taught,
    member_from,
    member_until
from {{ source('catalogue', 'academies') }}

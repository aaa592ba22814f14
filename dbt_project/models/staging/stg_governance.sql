-- Grain: one row per trustee, member or governor and role.
select
    person_key,
    academy_urn,
    period,
    role,
    appointed,
    ended,
    age,
    attributes
from {{ source('landing', 'governance') }}

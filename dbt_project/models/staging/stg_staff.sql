-- Grain: one row per contract of a member of staff.
select
    person_key,
    academy_urn,
    period,
    entry_date,
    leaving_date,
    role,
    contract_type,
    fte,
    age,
    attributes
from {{ source('landing', 'staff') }}

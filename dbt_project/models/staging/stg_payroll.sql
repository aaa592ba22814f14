-- Grain: one row per employee at 31 March.
select
    person_key,
    academy_urn,
    period,
    hourly_pay,
    bonus_pay,
    full_pay = 'Y' as is_full_pay,
    relevant = 'Y' as is_relevant
from {{ source('landing', 'payroll') }}

-- Grain: one row per entry of the register of policies, assessments, adjustments and plans.
select
    reference as entry_key,
    academy_urn,
    period,
    kind as entry_kind,
    due,
    done
from {{ source('landing', 'register') }}

-- Grain: one row per incident and characteristic, or per notification.
select
    reference as incident_key,
    academy_urn,
    period,
    occurred,
    kind as incident_kind,
    characteristic,
    harmed,
    alleged,
    action as action_taken,
    outcome,
    resolved
from {{ source('landing', 'incidents') }}

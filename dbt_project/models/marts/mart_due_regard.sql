-- Grain: one row per aim, period and piece of evidence. What was looked at, what it showed, what answers it.
select
    aim,
    period,
    evidence,
    name,
    title,
    looked_at,
    clear_gaps,
    likely_gaps,
    similar_groups,
    cannot_be_told,
    not_shown,
    value,
    status,
    answered_by
from {{ ref('judged_due_regard') }}

-- Grain: one row per subject, characteristic and code; the empty code stands for blank and for any code without a group.
select
    characteristic,
    subject,
    dataset,
    field,
    code,
    group_code
from {{ source('catalogue', 'group_members') }}

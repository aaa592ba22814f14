-- Grain: one row per academy, period, question, characteristic and group.
select
    academy_urn,
    period,
    question,
    characteristic,
    {{ quoted('group') }} as group_code,
    asked,
    answered,
    agreed
from {{ source('landing', 'pupil_voice') }}

-- Grain: one row per pupil asked one question, period and fact: asked, answered, heard, agreed.
select
    'pupil_answer' as subject,
    period,
    person_key,
    'asked.' || question as fact,
    cast(1 as double) as value
from {{ ref('int_answers') }}
union all
select
    'pupil_answer' as subject,
    period,
    person_key,
    'answered.' || question as fact,
    cast(1 as double) as value
from {{ ref('int_answers') }}
where has_answered
union all
select
    'pupil_answer' as subject,
    period,
    person_key,
    'heard.' || question as fact,
    cast(1 as double) as value
from {{ ref('int_answers') }}
where has_answered and is_heard
union all
select
    'pupil_answer' as subject,
    period,
    person_key,
    'agreed.' || question as fact,
    cast(1 as double) as value
from {{ ref('int_answers') }}
where has_agreed

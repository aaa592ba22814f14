-- Grain: one row per pupil asked one question, made up again from the counts that an academy sent: who answered, and who agreed.
-- Nobody is followed from one question, or one breakdown, to another.
with everyone as (
    select
        voice.academy_urn,
        voice.period,
        voice.question,
        max(voice.asked) as asked,
        max(voice.answered) as answered,
        max(voice.agreed) as agreed
    from {{ ref('stg_pupil_voice') }} as voice
    inner join {{ ref('stg_periods') }} as periods
        on voice.period = periods.period
    inner join {{ ref('stg_academies') }} as academies
        on
            voice.academy_urn = academies.academy_urn
            and coalesce(periods.reference_date >= academies.member_from, true)
            and coalesce(periods.reference_date < academies.member_until, true)
    where voice.characteristic = 'all' and voice.agreed <= voice.answered
    group by voice.academy_urn, voice.period, voice.question
),

numbered as (
    select
        academy_urn,
        period,
        question,
        answered,
        agreed,
        greatest(coalesce(asked, answered), answered) as asked,
        {{ numbers_to('greatest(coalesce(asked, answered), answered)') }} as place
    from everyone
)

select
    academy_urn,
    period,
    question,
    concat_ws('|', academy_urn, question, cast(place as string)) as person_key,
    place,
    place <= answered as has_answered,
    place <= agreed as has_agreed,
    answered >= 0.6 * asked as is_heard
from numbered

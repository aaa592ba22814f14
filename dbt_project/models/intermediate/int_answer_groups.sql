-- Grain: one row per answer and characteristic whose breakdown adds up to no more than everyone: the group that it stands in.
-- Those who agreed are numbered first, within everyone and within every breakdown; whoever no group claims is of the unknown group.
with groups_sent as (
    select
        voice.academy_urn,
        voice.period,
        voice.question,
        voice.characteristic,
        coalesce(marks.mark, voice.group_code) as group_code,
        sum(voice.agreed) as agreed,
        sum(voice.answered - voice.agreed) as not_agreed
    from {{ ref('stg_pupil_voice') }} as voice
    left join {{ ref('stg_code_marks') }} as marks
        on
            voice.group_code = marks.code
            and marks.code_set = 'voice_group'
    where voice.characteristic <> 'all' and voice.agreed <= voice.answered
    group by voice.academy_urn, voice.period, voice.question, voice.characteristic, coalesce(marks.mark, voice.group_code)
),

upto as (
    select
        *,
        sum(agreed) over (
            partition by academy_urn, period, question, characteristic
            order by group_code
        ) as agreed_upto,
        sum(not_agreed) over (
            partition by academy_urn, period, question, characteristic
            order by group_code
        ) as not_agreed_upto,
        sum(agreed) over (partition by academy_urn, period, question, characteristic) as agreed_in_all,
        sum(not_agreed) over (partition by academy_urn, period, question, characteristic) as not_agreed_in_all
    from groups_sent
),

answers as (
    select
        *,
        sum(case when has_agreed then 1 else 0 end) over (partition by academy_urn, period, question) as agreed_of_everyone,
        sum(case when has_answered then 1 else 0 end) over (partition by academy_urn, period, question) as answered_of_everyone
    from {{ ref('int_answers') }}
)

select
    answers.period,
    answers.person_key,
    upto.characteristic,
    upto.group_code
from answers
inner join upto
    on
        answers.academy_urn = upto.academy_urn
        and answers.period = upto.period
        and answers.question = upto.question
        and answers.agreed_of_everyone >= upto.agreed_in_all
        and upto.not_agreed_in_all <= answers.answered_of_everyone - answers.agreed_of_everyone
        and case
            when answers.has_agreed
                then answers.place > upto.agreed_upto - upto.agreed and answers.place <= upto.agreed_upto
            when answers.has_answered
                then
                    answers.place - answers.agreed_of_everyone > upto.not_agreed_upto - upto.not_agreed
                    and answers.place - answers.agreed_of_everyone <= upto.not_agreed_upto
            else false
        end

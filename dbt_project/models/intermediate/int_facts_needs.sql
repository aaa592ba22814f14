-- Grain: one row per pupil, period and fact of special educational needs: whether it is on record, identified at all, and the primary need.
with provision as (
    select
        codes.period,
        codes.person_key
    from {{ ref('int_sent_codes') }} as codes
    inner join {{ ref('stg_code_marks') }} as marks
        on
            codes.code = marks.code
            and marks.code_set = 'sen_provision'
            and marks.mark = 'identified'
    where codes.subject = 'pupil' and codes.field = 'sen_provision'
)

select
    'pupil' as subject,
    period,
    person_key,
    'sen_recorded' as fact,
    cast(1 as double) as value
from {{ ref('int_sent_codes') }}
where subject = 'pupil' and field = 'sen_provision'
union all
select
    'pupil' as subject,
    period,
    person_key,
    'sen_identified' as fact,
    cast(1 as double) as value
from provision
union all
select
    'pupil' as subject,
    needs.period,
    needs.person_key,
    'sen_need.' || lower(needs.code) as fact,
    cast(1 as double) as value
from {{ ref('int_sent_codes') }} as needs
inner join provision
    on
        needs.period = provision.period
        and needs.person_key = provision.person_key
where needs.subject = 'pupil' and needs.field = 'sen_need'

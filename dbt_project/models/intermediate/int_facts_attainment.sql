-- Grain: one row per pupil, period and fact of a result, named after its stage and subject: the score, and whether the expected or the
-- higher standard was reached, by the outcome or by the bar of a score. The best of two results counts.
with results as (
    select
        results.period,
        results.person_key,
        lower(results.stage) || '.' || replace(lower(results.subject), ' ', '_') as named,
        results.score,
        coalesce(outcomes.mark = 'reached' or results.score >= bars.reached, false) as is_reached,
        coalesce(higher.mark = 'higher' or results.score >= bars.higher, false) as is_higher
    from {{ ref('stg_attainment') }} as results
    left join {{ ref('stg_code_marks') }} as outcomes
        on
            results.outcome = outcomes.code
            and outcomes.code_set = 'assessment_outcome'
            and outcomes.mark = 'reached'
    left join {{ ref('stg_code_marks') }} as higher
        on
            results.outcome = higher.code
            and higher.code_set = 'assessment_outcome'
            and higher.mark = 'higher'
    left join {{ ref('stg_bars') }} as bars
        on lower(results.stage) = bars.stage
)

select
    'pupil' as subject,
    period,
    person_key,
    'attainment.' || named as fact,
    cast(max(score) as double) as value
from results
where score is not null
group by period, person_key, named
union all
select distinct
    'pupil' as subject,
    period,
    person_key,
    'reached.' || named as fact,
    cast(1 as double) as value
from results
where is_reached
union all
select distinct
    'pupil' as subject,
    period,
    person_key,
    'higher.' || named as fact,
    cast(1 as double) as value
from results
where is_higher

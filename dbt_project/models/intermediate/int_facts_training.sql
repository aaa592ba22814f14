-- Grain: one row per member of staff or governor, period and fact of training: completed in that academic year or the one before.
with completed as (
    select distinct
        training.person_key,
        periods.period,
        case training.course
            when 'equality' then 'trained_in_equality'
            when 'policy' then 'policy_acknowledged'
            else 'trained_otherwise'
        end as fact
    from {{ ref('stg_training') }} as training
    inner join {{ ref('stg_periods') }} as periods
        on
            training.completed >= periods.starts - interval '1' year
            and training.completed <= periods.ends
)

{% for subject in ['staff', 'governor'] %}
    select
        '{{ subject }}' as subject,
        period,
        person_key,
        fact,
        cast(1 as double) as value
    from completed
    {% if not loop.last %}union all{% endif %}
{% endfor %}

-- Grain: one row per figure, period and area: how far one group's pay lies below another's, as a share of the other's.
with values_by_group as (
    select
        measures.measure,
        measures.statistic,
        people.population,
        people.period,
        people.area_level,
        people.area_code,
        people.characteristic,
        measures.group_code,
        people.group_code = measures.group_code as is_group,
        outcomes.value
    from {{ ref('stg_measures') }} as measures
    inner join {{ ref('int_counted_people') }} as people
        on
            measures.population = people.population
            and measures.characteristic = people.characteristic
            and people.group_code in (measures.group_code, measures.against_code)
            and people.cross_characteristic = 'all'
    inner join {{ ref('int_person_outcomes') }} as outcomes
        on
            measures.measure = outcomes.measure
            and people.population = outcomes.population
            and people.period = outcomes.period
            and people.person_key = outcomes.person_key
    where measures.kind = 'figure'
),

summaries as (
    select
        measure,
        statistic,
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        is_group,
        cast(count(*) as bigint) as people,
        case when statistic = 'mean' then avg(value) else median(value) end as centre,
        max(value) / nullif(sum(value), 0) as largest_share
    from values_by_group
    group by
        measure,
        statistic,
        population,
        period,
        area_level,
        area_code,
        characteristic,
        group_code,
        is_group
)

select
    measure,
    population,
    period,
    area_level,
    area_code,
    characteristic,
    group_code,
    cast(sum(people) as bigint) as people,
    min(people) as smallest,
    max(largest_share) as largest_share,
    1 - max(case when is_group then centre end) / nullif(max(case when not is_group then centre end), 0) as value
from summaries
group by
    measure,
    population,
    period,
    area_level,
    area_code,
    characteristic,
    group_code
having count(*) = 2

-- Nobody is counted twice in one period: each headcount of everyone in the trust is its number of different people.
with counted as (
    select
        population,
        period,
        people
    from {{ ref('stat_headcounts') }}
    where area_level = 'trust' and characteristic = 'all' and cross_characteristic = 'all'
),

different_people as (
    select
        population,
        period,
        count(distinct person_key) as people
    from {{ ref('int_counted_people') }}
    group by population, period
)

select different_people.*
from different_people
left join counted
    on
        different_people.population = counted.population
        and different_people.period = counted.period
where counted.people is distinct from different_people.people

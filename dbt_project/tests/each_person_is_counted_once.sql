-- In every table of the trust the groups together hold as many people as there are: nobody twice, nobody left out.
with tables_of_the_trust as (
    select
        population,
        period,
        characteristic,
        cross_characteristic,
        sum(people) as people
    from {{ ref('stat_headcounts') }}
    where area_level = 'trust'
    group by population, period, characteristic, cross_characteristic
),

different_people as (
    select
        population,
        period,
        count(distinct person_key) as people
    from {{ ref('int_population_members') }}
    group by population, period
)

select tables_of_the_trust.*
from tables_of_the_trust
inner join different_people
    on
        tables_of_the_trust.population = different_people.population
        and tables_of_the_trust.period = different_people.period
where tables_of_the_trust.people <> different_people.people

-- Every measure's outcomes rest on exactly the people of its population's headcount: nobody without an outcome, none twice.
select
    outcomes.measure,
    outcomes.population,
    outcomes.period,
    outcomes.area_level,
    outcomes.area_code
from {{ ref('stat_outcomes') }} as outcomes
left join {{ ref('stat_headcounts') }} as headcounts
    on
        outcomes.population = headcounts.population
        and outcomes.period = headcounts.period
        and outcomes.area_level = headcounts.area_level
        and outcomes.area_code = headcounts.area_code
        and outcomes.characteristic = headcounts.characteristic
        and outcomes.group_code = headcounts.group_code
        and outcomes.cross_characteristic = headcounts.cross_characteristic
        and outcomes.cross_group_code = headcounts.cross_group_code
where headcounts.people is distinct from outcomes.people

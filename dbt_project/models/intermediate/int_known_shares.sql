-- Grain: one row per population, period and characteristic that it has: the share of its people whose group is known.
select
    members.population,
    members.period,
    person_groups.characteristic,
    avg(case when groups.is_unknown then 0 else 1 end) as known_share
from {{ ref('int_population_members') }} as members
inner join {{ ref('int_person_groups') }} as person_groups
    on
        members.subject = person_groups.subject
        and members.period = person_groups.period
        and members.person_key = person_groups.person_key
inner join {{ ref('stg_groups') }} as groups
    on
        person_groups.characteristic = groups.characteristic
        and person_groups.group_code = groups.group_code
group by members.population, members.period, person_groups.characteristic

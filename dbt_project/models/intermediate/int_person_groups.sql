-- Grain: one row per person, period and characteristic, and one for everyone. A blank or unmapped code is the unknown group.
with sources as (
    select
        characteristic,
        subject,
        dataset,
        field,
        group_code as unknown_group_code
    from {{ ref('stg_group_members') }}
    where code = ''
),

people_with_codes as (
    select
        places.subject,
        places.period,
        places.person_key,
        sources.characteristic,
        sources.dataset,
        sources.field,
        sources.unknown_group_code,
        codes.code
    from {{ ref('int_places') }} as places
    inner join sources
        on places.subject = sources.subject
    left join {{ ref('int_person_codes') }} as codes
        on
            places.subject = codes.subject
            and places.period = codes.period
            and places.person_key = codes.person_key
            and sources.dataset = codes.dataset
            and sources.field = codes.field
)

select
    people.subject,
    people.period,
    people.person_key,
    people.characteristic,
    coalesce(members.group_code, people.unknown_group_code) as group_code
from people_with_codes as people
left join {{ ref('stg_group_members') }} as members
    on
        people.characteristic = members.characteristic
        and people.subject = members.subject
        and people.dataset = members.dataset
        and people.field = members.field
        and people.code = members.code
union all
select
    subject,
    period,
    person_key,
    'all' as characteristic,
    'all' as group_code
from {{ ref('int_places') }}

-- Grain: one row per former key of a pupil that one pupil alone claims: the key that the pupil has now, up to three changes on.
with claims as (
    select distinct
        former_key,
        person_key
    from {{ source('landing', 'pupils') }}
    where former_key <> person_key
),

clear_claims as (
    select
        former_key,
        min(person_key) as person_key
    from claims
    group by former_key
    having count(*) = 1
),

followed as (
    select
        first_change.former_key,
        coalesce(third_change.person_key, second_change.person_key, first_change.person_key) as person_key,
        first_change.former_key in (second_change.person_key, third_change.person_key) as is_circle
    from clear_claims as first_change
    left join clear_claims as second_change
        on first_change.person_key = second_change.former_key
    left join clear_claims as third_change
        on second_change.person_key = third_change.former_key
)

select
    former_key,
    person_key
from followed
where coalesce(not is_circle, true)

-- What is not shown carries no number in any mart of figures: neither count nor value nor interval.
with cells as (
    select
        status,
        numerator,
        denominator,
        value,
        low,
        high,
        sd
    from {{ ref('mart_pupil_composition') }}
    union all
    select
        status,
        numerator,
        denominator,
        value,
        low,
        high,
        sd
    from {{ ref('mart_pupil_outcomes') }}
    union all
    select
        status,
        numerator,
        denominator,
        value,
        low,
        high,
        sd
    from {{ ref('mart_staff_composition') }}
    union all
    select
        status,
        numerator,
        denominator,
        value,
        low,
        high,
        sd
    from {{ ref('mart_staff_outcomes') }}
)

select status
from cells
where
    status not in ('shown', 'u')
    and coalesce(numerator, denominator, value, low, high, sd) is not null

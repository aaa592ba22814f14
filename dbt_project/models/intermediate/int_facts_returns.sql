-- Grain: one row per person, period and dataset that the academy which counts the person has sent.
select
    places.subject,
    places.period,
    places.person_key,
    'returned.' || returns.dataset as fact,
    cast(1 as double) as value
from {{ ref('int_places') }} as places
inner join {{ ref('stg_returns') }} as returns
    on
        places.academy_urn = returns.academy_urn
        and places.period = returns.period

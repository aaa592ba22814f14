-- Grain: one row per population and fact that its members must have.
select
    population,
    subject,
    fact
from {{ source('catalogue', 'population_facts') }}

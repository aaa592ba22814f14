-- Grain: one row per application for a post.
select
    person_key,
    academy_urn,
    period,
    role,
    age,
    shortlisted = 'Y' as is_shortlisted,
    appointed = 'Y' as is_appointed,
    attributes
from {{ source('landing', 'recruitment') }}

-- Grain: one row: the disclosure policy in force, as JSON.
select policy
from {{ source('catalogue', 'policy') }}

-- Grain: one row per code and what the code counts as.
select
    code_set,
    code,
    mark
from {{ source('catalogue', 'code_marks') }}

-- Grain: one row per characteristic. Public: the structure everyone may know.
select
    characteristic,
    label,
    protected,
    context,
    comparator_code
from {{ ref('stg_characteristics') }}

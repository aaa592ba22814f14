-- What is not shown carries no number in any mart of figures: neither count nor value nor interval.
with cells as (
    {% for mart in ['mart_pupil_composition', 'mart_pupil_outcomes', 'mart_staff_composition', 'mart_staff_outcomes'] -%}
    select
        status,
        coalesce(numerator, denominator, value, low, high, sd) as any_number
    from {{ ref(mart) }}
    {% if not loop.last %}union all
    {% endif -%}
    {% endfor %}
)

select status
from cells
where status not in ('shown', 'u') and any_number is not null

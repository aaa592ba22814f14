-- Grain: one row per cell of applicants: how they fare. Anonymised: what is not shown carries no number.
select
    cells.population,
    cells.period,
    cells.area_level,
    cells.area_code,
    cells.measure,
    cells.characteristic,
    cells.group_code,
    cells.cross_characteristic,
    cells.cross_group_code,
    cells.numerator,
    cells.denominator,
    cells.value,
    cells.low,
    cells.high,
    cells.sd,
    cells.status
from {{ ref('protected_cells') }} as cells
inner join {{ ref('stg_populations') }} as populations
    on cells.population = populations.population
where populations.subject in ('staff_applicant', 'pupil_applicant') and cells.kind <> 'headcount'

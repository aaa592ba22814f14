-- Grain: one row per cell of applicants: how they fare. Anonymised: what is not shown carries no number.
{{ cells_of(ref('protected_cells'), ref('stg_populations'), ['staff_applicant', 'pupil_applicant'], headcounts=false) }}

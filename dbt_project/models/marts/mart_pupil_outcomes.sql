-- Grain: one row per cell of pupils: how they fare. Anonymised: what is not shown carries no number.
{{ cells_of(ref('protected_cells'), ref('stg_populations'), ['pupil', 'pupil_answer'], headcounts=false) }}

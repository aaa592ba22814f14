-- Grain: one row per cell of pupils: how many there are. Anonymised: what is not shown carries no number.
{{ cells_of(ref('protected_cells'), ref('stg_populations'), ['pupil', 'pupil_answer'], headcounts=true) }}

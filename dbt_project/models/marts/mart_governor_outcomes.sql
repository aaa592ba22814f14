-- Grain: one row per cell of governors: how they fare. Anonymised: what is not shown carries no number.
{{ cells_of(ref('protected_cells'), ref('stg_populations'), ['governor'], headcounts=false) }}

-- Grain: one row per cell of incidents and entries of the register: how many there are. Anonymised: what is not shown carries no number.
{{ cells_of(ref('protected_cells'), ref('stg_populations'), ['incident', 'register_entry'], headcounts=true) }}

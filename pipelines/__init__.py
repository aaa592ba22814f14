"""The equality warehouse: what moves and protects. Shaping and counting live in dbt_project, judging in expectations."""

-- No mart has a column that could name a person: neither a key nor the coded facts of one.
-- depends_on: {{ ref('mart_gaps') }}
select
    table_name,
    column_name
from ({{ columns_of_schema('marts') }}) as published
where column_name like '%person%' or column_name in ('attributes', 'upn', 'staff_ref')

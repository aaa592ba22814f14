-- Grain: one row per case that is counted for itself: an incident and one characteristic, or one entry of the register.
with incidents as (
    select
        'incident' as subject,
        academy_urn,
        period,
        incident_kind as kind,
        concat_ws('|', academy_urn, coalesce(incident_key, ''), incident_kind, characteristic) as named,
        row_number() over (
            partition by academy_urn, period, incident_key, incident_kind, characteristic
            order by
                occurred asc nulls last,
                harmed asc nulls last,
                alleged asc nulls last,
                action_taken asc nulls last,
                outcome asc nulls last,
                resolved asc nulls last
        ) as copy,
        characteristic,
        harmed,
        alleged,
        action_taken,
        outcome,
        occurred as begun,
        resolved as done
    from {{ ref('stg_incidents') }}
),

entries as (
    select
        'register_entry' as subject,
        academy_urn,
        period,
        entry_kind as kind,
        concat_ws('|', academy_urn, coalesce(entry_key, ''), entry_kind) as named,
        row_number() over (
            partition by academy_urn, period, entry_key, entry_kind
            order by due asc nulls last, done asc nulls last
        ) as copy,
        cast(null as string) as characteristic,
        cast(null as string) as harmed,
        cast(null as string) as alleged,
        cast(null as string) as action_taken,
        cast(null as string) as outcome,
        due as begun,
        done
    from {{ ref('stg_register') }}
),

cases as (
    select * from incidents
    union all
    select * from entries
)

select
    cases.subject,
    cases.period,
    concat_ws('|', cases.named, cast(cases.copy as string)) as person_key,
    cases.academy_urn,
    cases.kind,
    cases.characteristic,
    cases.harmed,
    cases.alleged,
    cases.action_taken,
    cases.outcome,
    cases.begun,
    cases.done,
    periods.ends
from cases
inner join {{ ref('stg_periods') }} as periods
    on cases.period = periods.period
inner join {{ ref('stg_academies') }} as academies
    on
        cases.academy_urn = academies.academy_urn
        and coalesce(periods.reference_date >= academies.member_from, true)
        and coalesce(periods.reference_date < academies.member_until, true)

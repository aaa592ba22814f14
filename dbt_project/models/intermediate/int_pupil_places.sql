-- Grain: one row per pupil and period, placed at the academy that counts them and in a phase that it teaches. Only academies that are
-- in the trust on the reference date count anybody.
with spells_with_census as (
    select
        pupils.person_key,
        pupils.period,
        pupils.academy_urn,
        pupils.entry_date,
        pupils.year_group,
        pupils.age,
        pupils.birth_term,
        marks.mark is not null or pupils.enrolment_status is null as is_main_registration,
        coalesce(pupils.entry_date <= periods.reference_date, true)
        and coalesce(pupils.leaving_date > periods.reference_date, true) as is_current
    from {{ ref('stg_pupils') }} as pupils
    inner join {{ ref('stg_periods') }} as periods
        on pupils.period = periods.period
    inner join {{ ref('stg_academies') }} as academies
        on
            pupils.academy_urn = academies.academy_urn
            and coalesce(periods.reference_date >= academies.member_from, true)
            and coalesce(periods.reference_date < academies.member_until, true)
    left join {{ ref('stg_code_marks') }} as marks
        on
            pupils.enrolment_status = marks.code
            and marks.code_set = 'enrolment_status'
            and marks.mark = 'main_registration'
),

spells_in_order_of_claim as (
    select
        person_key,
        period,
        academy_urn,
        year_group,
        age,
        birth_term,
        is_main_registration,
        is_main_registration and is_current as is_on_roll,
        row_number() over (
            partition by period, person_key
            order by
                (is_main_registration and is_current) desc,
                is_main_registration desc,
                entry_date desc nulls last,
                academy_urn asc,
                year_group asc nulls last
        ) as claim
    from spells_with_census
)

select
    spells.person_key,
    spells.period,
    spells.academy_urn,
    spells.year_group,
    spells.age,
    spells.birth_term,
    coalesce(phases_taught.parent_code, academies.fallback_phase) as phase,
    spells.is_main_registration,
    spells.is_on_roll
from spells_in_order_of_claim as spells
inner join {{ ref('stg_academies') }} as academies
    on spells.academy_urn = academies.academy_urn
left join {{ ref('stg_phases') }} as phases
    on spells.year_group = phases.year_group
left join {{ ref('stg_areas') }} as phases_taught
    on
        phases_taught.area_level = 'academy'
        and spells.academy_urn = phases_taught.area_code
        and phases_taught.parent_level = 'phase'
        and phases.phase = phases_taught.parent_code
where spells.claim = 1

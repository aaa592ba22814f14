"""Grain: one row per group compared with its named comparison group. Made from protected cells alone."""

import pandas as pd

from pipelines.reporting.gaps import gaps


def model(dbt, session):
    dbt.config(materialized="table")
    outcomes = [dbt.ref("mart_pupil_outcomes").df(), dbt.ref("mart_staff_outcomes").df(), dbt.ref("mart_applicant_outcomes").df()]
    characteristics = dbt.ref("dim_characteristics").df()
    return gaps(
        cells=pd.concat(outcomes, ignore_index=True),
        measures=dbt.ref("dim_measures").df(),
        comparators=characteristics[["characteristic", "comparator_code"]],
        groups=dbt.ref("dim_groups").df(),
    )

"""Whether the gaps planted in the made-up trust are found, and none where none was planted, over many seeds.

``python -m benchmarks.planted_gaps [SEEDS]`` counts the people of each seed's trust (fifteen academies, one year) in its own way, with pandas,
and judges the counts with the functions that make ``mart_gaps``. Nothing is hidden here: what protection hides cannot be found by anybody.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipelines.catalogue import load
from pipelines.catalogue.tables import reference_tables
from pipelines.demo.make import people_and_events
from pipelines.demo.trust import FULL, calendar, declare
from pipelines.reporting.gaps import gaps
from pipelines.reporting.verdicts import CLEAR, LIKELY

GROUPS = {
    "sex": {"F": "F", "M": "M"},
    "disadvantage": {"Y": "disadvantaged", "N": "other"},
    "sen_provision": {"N": "none", "K": "sen_support", "E": "ehc_plan"},
    "eal": {"Y": "eal", "N": "english"},
    "disability": {"Y": "disabled", "N": "not_disabled"},
}
PLANTED = {
    ("persistent_absence", "disadvantage", "disadvantaged"),
    ("suspended", "sen_provision", "sen_support"),
    ("enrichment", "disadvantage", "disadvantaged"),
    ("parents_evening", "disadvantage", "disadvantaged"),
    ("phonics_met", "disadvantage", "disadvantaged"),
    ("ks4_attainment_8", "disadvantage", "disadvantaged"),
    ("ks4_attainment_8", "sex", "F"),
    ("voice_safe", "sen_provision", "sen_support"),
}
NOTHING = {
    ("persistent_absence", "sex", "F"),
    ("enrichment", "sex", "F"),
    ("enrichment", "eal", "eal"),
    ("parents_evening", "sex", "F"),
    ("parents_evening", "eal", "eal"),
    ("phonics_met", "sex", "F"),
    ("offered", "sex", "F"),
    ("offered", "disability", "disabled"),
    ("appointed", "sex", "F"),
    ("appointed", "disability", "disabled"),
    ("shortlisted", "sex", "F"),
    ("shortlisted", "disability", "disabled"),
    ("voice_belongs", "sex", "F"),
    ("voice_could_report", "sen_provision", "sen_support"),
}
"""Pairs in which no gap was planted, and none follows from one that was (SEN is commoner among boys and the disadvantaged)."""


def outcomes(tables: dict[str, pd.DataFrame]) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Population, measure and people with ``value`` and their own codes."""
    pupils = tables["pupils"]
    day = calendar(FULL.periods).periods[-1].reference_date
    there = [start <= day and (pd.isna(end) or end > day) for start, end in zip(pupils["entry_date"], pupils["leaving_date"], strict=True)]
    roll = pupils[np.array(there) & pupils["enrolment_status"].isin(["C", "M"])].drop_duplicates("upn")
    totals = tables["attendance"].groupby("upn")[["sessions_absent", "sessions_possible"]].sum()
    share = totals["sessions_absent"] / totals["sessions_possible"]
    yield (
        "pupils_with_sessions",
        "persistent_absence",
        roll.assign(value=roll["upn"].map((share >= 0.1).astype(float))).dropna(subset="value"),
    )
    suspended = tables["suspensions"].query("type != 'PERM'")["upn"]
    yield "pupils_suspensions_returned", "suspended", roll.assign(value=roll["upn"].isin(suspended).astype(float))
    for measure, kind in (("enrichment", "club"), ("parents_evening", "parents_evening")):
        taken = tables["participation"]
        came = taken.loc[taken["kind"].eq(kind) & taken["attended"].eq("Y"), "upn"]
        yield "pupils_participation_returned", measure, roll.assign(value=roll["upn"].isin(came).astype(float))
    met = tables["attainment"].query("stage == 'phonics' and outcome == 'WA'")["upn"]
    first = roll[roll["year_group"].eq("1")]
    yield "pupils_phonics_cohort", "phonics_met", first.assign(value=first["upn"].isin(met).astype(float))
    points = tables["attainment"].query("subject == 'attainment_8'").drop_duplicates("upn").set_index("upn")["score"]
    last = roll[roll["year_group"].eq("11")]
    yield "pupils_ks4_cohort", "ks4_attainment_8", last.assign(value=last["upn"].map(points).fillna(0.0))
    admitted = tables["admissions"]
    yield "applicants_pupil", "offered", admitted.assign(value=admitted["offered"].eq("Y").astype(float))
    applied = tables["recruitment"]
    yield "applicants_staff", "shortlisted", applied.assign(value=applied["shortlisted"].eq("Y").astype(float))
    listed = applied[applied["shortlisted"].eq("Y")]
    yield "applicants_shortlisted", "appointed", listed.assign(value=listed["appointed"].eq("Y").astype(float))


def cells(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The trust's cells of every measure by every characteristic its people have."""
    rows = []
    for population, measure, people in outcomes(tables):
        for characteristic, codes in GROUPS.items():
            if characteristic in people:
                for group, own in people.groupby(people[characteristic].map(codes)):
                    rows.append(
                        (population, measure, characteristic, group, own["value"].sum(), len(own), own["value"].mean(), own["value"].std())
                    )
    answers = tables["pupil_voice"].groupby(["question", "characteristic", "group"])[["agreed", "answered"]].sum()
    renamed = {"not_disadvantaged": "other"}
    for (question, characteristic, group), counted in answers.iterrows():
        if characteristic != "all":
            place = (f"answers_{question}", f"voice_{question}", characteristic, renamed.get(group, group))
            rows.append((*place, counted["agreed"], counted["answered"], counted["agreed"] / counted["answered"], np.nan))
    table = pd.DataFrame(rows, columns=["population", "measure", "characteristic", "group_code", "numerator", "denominator", "value", "sd"])
    place = {"period": "2025-26", "area_level": "trust", "area_code": "T", "cross_characteristic": "all", "status": "shown"}
    return table.assign(**place)


def main() -> None:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with TemporaryDirectory() as folder:
        declare(Path(folder), FULL)
        reference = reference_tables(load(Path(folder)))
    measures = reference["measures"].assign(known_at_least=0.0)
    comparators = reference["characteristics"][["characteristic", "comparator_code"]]
    found: dict[tuple[str, str, str], list[str]] = {}
    for seed in range(seeds):
        tables = people_and_events(calendar(FULL.periods).periods[-1], seed, FULL.sites)
        judged = gaps(cells(tables), measures, comparators, reference["groups"]).set_index(["measure", "characteristic", "group_code"])
        for key in PLANTED | NOTHING:
            found.setdefault(key, []).append(str(judged.loc[key, "verdict"]))
    for title, keys in (("Planted", PLANTED), ("Nothing planted", NOTHING)):
        print(f"\n{title}, {seeds} seeds\n\n| measure | characteristic | group | clear | likely | neither |\n|---|---|---|--:|--:|--:|")
        for key in sorted(keys):
            said = pd.Series(found[key])
            clear, likely = said.eq(CLEAR).mean(), said.eq(LIKELY).mean()
            print(f"| {' | '.join(key)} | {clear:.0%} | {likely:.0%} | {1 - clear - likely:.0%} |")
        every = pd.Series([verdict for key in keys for verdict in found[key]])
        print(f"\nClear in all: {every.eq(CLEAR).sum()} of {len(every)}, {every.eq(CLEAR).mean():.1%}")


if __name__ == "__main__":
    main()

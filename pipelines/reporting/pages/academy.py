"""One academy on one page: what to know, one table, questions to ask, what is still owed. The public page of an academy leaves the last two out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from pipelines.catalogue.trust import Brand
from pipelines.reporting.commentary import say
from pipelines.reporting.marts import ALL, NO_DATA, Cell, Marts
from pipelines.reporting.pages.board import Card, finding_card
from pipelines.reporting.pages.figures import without_figure
from pipelines.reporting.pages.findings import findings, going_well, lead_here
from pipelines.reporting.pages.frame import Context, render
from pipelines.reporting.pages.gap_tables import MOST_ROWS, GapTable, gap_table, listed
from pipelines.reporting.pages.people_tables import Composition, composition
from pipelines.reporting.pages.standing import standing
from pipelines.reporting.verdicts import NOT_SHOWN, SIMILAR
from pipelines.reporting.words import SYMBOLS, count, per_cent, within_sentence

SMALLEST_ROLL = 60
"""Under this roll nearly every table of an academy would be hidden, or would single somebody out: the page points to the trust's."""
COMPOSED = ("sex", "ethnicity_major", "sen_provision", "disadvantage", "eal", "disability")
QUESTIONS = {"suspended": (60, 61, 62), "persistent_absence": (63, 64, 62), "": (65, 66, 62)}
MOST_RATES = 6
COHORT = "_cohort"
"""How the catalogue names the pupils of one year group."""


def academy_page(marts: Marts, code: str, brand: Brand, context: Context, public: bool = False, shorter: int = 0) -> str:
    """The page of the academy ``code``; ``public``: what anybody may read of it, from the same cells with the same symbols.

    ``shorter``: how many rows fewer its tables have, for a page that would not fit on its sheet.
    """
    name = marts.academies[code]
    gaps = marts.gaps_at("academy", code)
    chosen = findings(gaps)
    cards = _cards(chosen, gaps)
    roll = marts.everyone("pupils", "headcount", "academy").get(code, NO_DATA)
    small = roll.numerator is None or roll.numerator < SMALLEST_ROLL
    rates = [] if small else _rates(marts, code)[: MOST_RATES - shorter]
    return render(
        "academy.html",
        brand,
        context,
        f"{name}: equality on one page",
        marts.trust,
        academy=name,
        public=public,
        small=small,
        smallest=SMALLEST_ROLL,
        roll=without_figure(roll.status).text if roll.numerator is None else count(roll.numerator),
        lead=_lead(chosen, gaps),
        cards=[replace(card, mis="") if public else card for card in cards],
        well=[] if any(card.good for card in cards) else going_well(marts, code),
        table=None if small else _table(gaps, marts.measures, chosen, context.few_below, MOST_ROWS - shorter),
        phase=within_sentence(marts.phases.get(marts.phase_of.get(code, ""), "")),
        rates=rates,
        not_by_phase=any(alike == SYMBOLS["z"] for _, _, alike, _ in rates),
        composition=[] if small else _composition(marts, code),
        questions=_questions(chosen),
        owed=_owed(marts, code),
        standing=standing(marts, context),
    )


def _lead(chosen: pd.DataFrame, gaps: pd.DataFrame) -> str:
    hidden = int(gaps["verdict"].eq(NOT_SHOWN).sum())
    if chosen.empty:
        return say(67, hidden=str(hidden), comparisons=str(len(gaps)))
    return lead_here(chosen)


def _cards(chosen: pd.DataFrame, gaps: pd.DataFrame) -> list[Card]:
    return [finding_card(row) for _, row in chosen.iterrows()] + ([] if len(chosen) > 2 else _good(gaps))


def _good(gaps: pd.DataFrame) -> list[Card]:
    """What is similar for most people, as a card; none where nothing is."""
    similar = gaps[gaps["verdict"].eq(SIMILAR) & gaps["kind"].eq("rate")].sort_values(["denominator", "label"], ascending=[False, True])
    return [
        Card(
            row["label"],
            row["group"],
            per_cent(row["value"]),
            "",
            say(69, group=row["group"], comparator=row["comparator"]),
            good=True,
        )
        for _, row in similar.head(1).iterrows()
    ]


def _table(gaps: pd.DataFrame, measures: pd.DataFrame, chosen: pd.DataFrame, few_below: int, most: int) -> GapTable | None:
    """The measure with most comparisons to show, one of the findings' if there are any; none where nothing can be shown."""
    shown = gaps[gaps["verdict"].ne(NOT_SHOWN)]
    shown = shown[shown["measure"].isin(chosen["measure"])] if len(chosen) else shown
    if shown.empty:
        return None
    counts = shown["measure"].value_counts()
    measure = next(row for _, row in measures.iterrows() if counts.get(row["measure"], 0) == counts.max())
    rows = gaps[gaps["measure"].eq(measure["measure"])].sort_values("order")
    return gap_table(measure, rows, listed(rows, most), few_below)


def _rates(marts: Marts, code: str) -> list[tuple[str, str, str, str]]:
    """The rates of everyone here beside those of its phase and the whole trust: label, here, phase, trust; the first of the duty statement."""
    rates = marts.measures[marts.measures["kind"].eq("rate") & marts.measures["subject"].isin(["pupil", "staff"])]
    rows = []
    for population, measure, label in rates[["population", "measure", "label"]].to_numpy():
        here = marts.everyone(population, measure, "academy").get(code, NO_DATA)
        trust = next(iter(marts.everyone(population, measure, "trust").values()), NO_DATA)
        if here.status not in ("x", "z"):
            phases = marts.everyone(population, measure, "phase")
            alike = phases.get(marts.phase_of.get(code, ""), NO_DATA) if phases else Cell("z")
            rows.append((label, _text(here), _text(alike), _text(trust)))
    return rows


def _text(cell: Any) -> str:
    return without_figure(cell.status).text if cell.value is None else per_cent(cell.value) + (" [u]" if cell.status == "u" else "")


def _composition(marts: Marts, code: str) -> list[Composition]:
    """Who is on roll here, by the characteristics that most people ask for."""
    wanted = marts.characteristics[marts.characteristics["characteristic"].isin(COMPOSED)]
    return composition(marts, ("pupils",), ("academy", code), wanted)


def _questions(chosen: pd.DataFrame) -> list[str]:
    topic = next((name for name in chosen["measure"] if name in QUESTIONS), "") if len(chosen) else ""
    return [say(number) for number in QUESTIONS[topic]]


def _owed(marts: Marts, code: str) -> list[str]:
    """The measures of which this academy has no data though all others of its phase have, in their labels.

    What only some year groups are counted in (a cohort, answers to a survey) is left out: an infant school has no key stage 2.
    """
    cells = marts.cells[
        marts.cells["area_level"].eq("academy") & marts.cells["characteristic"].eq(ALL) & marts.cells["cross_characteristic"].eq(ALL)
    ]
    told = cells[cells["status"].ne("x")].groupby(["population", "measure"])["area_code"].agg(set).to_dict()
    asked = marts.measures[~marts.measures["population"].isin(_of_some_years(marts)) & marts.measures["subject"].ne("pupil_answer")]
    labels = asked.set_index(["population", "measure"])["label"]
    phases = marts.areas[marts.areas["area_level"].eq("academy") & marts.areas["parent_level"].eq("phase")]
    mine = set(phases.loc[phases["area_code"].eq(code), "parent_code"])
    alike = set(phases.loc[phases["parent_code"].isin(mine), "area_code"]) - {code}
    owed = [label for key, label in labels.items() if code not in told.get(key, {code}) and alike and alike <= told[key]]
    return sorted(set(owed))


def _of_some_years(marts: Marts) -> set[str]:
    """The populations that are a cohort, or lie within one."""
    base = dict(marts.populations[["population", "base"]].itertuples(index=False, name=None))
    return {name for name in base if any(COHORT in one for one in (name, base[name] or ""))}

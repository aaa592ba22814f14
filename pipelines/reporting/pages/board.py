"""The board report: one self-contained page, at most five sheets of A4, made from the marts of one bundle, the trust's brand and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.catalogue.trust import Brand
from pipelines.reporting.commentary import gap_sentence, mis_sentence, people_sentence, say
from pipelines.reporting.marts import Marts
from pipelines.reporting.pages.charts import funnels
from pipelines.reporting.pages.figures import without_figure
from pipelines.reporting.pages.findings import findings, going_well, lead, not_known, told
from pipelines.reporting.pages.frame import VERDICT_WORDS, Context, render
from pipelines.reporting.pages.gap_tables import MOST_OVER_THREE_YEARS, MOST_ROWS, gap_tables, over_three_years, untabled
from pipelines.reporting.pages.incident_table import incidents
from pipelines.reporting.pages.objectives import Card as ObjectiveCard
from pipelines.reporting.pages.outside import outside
from pipelines.reporting.pages.pay_table import pay
from pipelines.reporting.pages.people_tables import academy_table
from pipelines.reporting.pages.plots import told_bar
from pipelines.reporting.pages.regard_table import due_regard
from pipelines.reporting.pages.standing import decisions, standing
from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, NOT_SHOWN, SIMILAR
from pipelines.reporting.words import count, difference_in_words, joined, per_cent, points, ratio, within_sentence

PUPILS = ("pupil", "pupil_answer")
APPLICANTS = ("staff_applicant", "pupil_applicant")
ROOM = {PUPILS: 30, ("staff",): 9, APPLICANTS: 9}
"""Rows of tables that a sheet has room for, by the people they are of."""
MOST_NOT_KNOWN = 6
UNRATED = ("monitored", "refused")


def board_page(marts: Marts, objectives: list[ObjectiveCard], brand: Brand, context: Context, shorter: int = 0) -> str:
    """The board report as text.

    ``shorter``: how many rows fewer each table has, for a report that would not fit on its five sheets.
    """
    view = _view(marts, objectives, context, MOST_ROWS - shorter)
    return render("board.html", brand, context, f"Equality report {context.year}", marts.trust, **view)


def _view(marts: Marts, cards: list[ObjectiveCard], context: Context, most: int) -> dict[str, Any]:
    chosen = findings(marts.gaps_at("trust"))
    academies = academy_table(marts, context.few_below)
    own = [card for card in cards if not card.area]
    tables = {subjects: gap_tables(marts, subjects, context.few_below, room, most) for subjects, room in ROOM.items()}
    off_track = [(card.code, card.title, card.owner) for card in own if card.status == "off_track"]
    return {
        "lead": lead(chosen),
        "cards": [finding_card(row) for _, row in chosen.iterrows()],
        "decisions": decisions(marts, chosen, off_track, academies.titles),
        "well": going_well(marts),
        "told": [_told_row(name, counts) for name, counts in told(marts).items()],
        "family": count(int(marts.gaps["family"].max())) if marts.gaps["family"].notna().any() else "0",
        "standing": standing(marts, context, academies.titles),
        "objectives": [card for card in own if card.status not in UNRATED],
        "unrated": joined([f"{card.code} ({within_sentence(card.word)})" for card in own if card.status in UNRATED]),
        "further_objectives": len(cards) - len(own),
        "gaps": list(tables.values()),
        "untabled": [untabled(marts, subjects, shown, quiet=subjects == PUPILS) for subjects, shown in tables.items()],
        "three_years": [over_three_years(marts, subjects, context.three_years, MOST_OVER_THREE_YEARS) for subjects in tables],
        "academies": academies,
        "funnel": (shown := outside(marts)),
        "funnel_charts": funnels(shown.rows, _area_labels(marts), prefix="funnel", title=shown.title, people="pupils") if shown else (),
        "pay": pay(marts),
        "incidents": incidents(marts, context.period),
        "due_regard": due_regard(marts),
        "not_known": _not_known(marts),
    }


def _area_labels(marts: Marts) -> dict[tuple[str, str], str]:
    return {(level, code): label for level, code, label in marts.areas[["area_level", "area_code", "label"]].to_numpy()}


def _not_known(marts: Marts) -> list[tuple[str, str, str]]:
    """The largest shares not known of protected characteristics, hidden ones among them."""
    table = not_known(marts)
    table = table[~table["is_context"] & ~table["share"].eq(0)].sort_values(["share", "label", "whom"], ascending=[False, True, True])
    shares = [per_cent(row["share"]) if pd.notna(row["share"]) else without_figure(row["status"]).text for _, row in table.iterrows()]
    return list(zip(table["label"], table["whom"], shares, strict=True))[:MOST_NOT_KNOWN]


@dataclass(frozen=True)
class Card:
    """One finding: its ``big`` figure, what it says, the ``people`` behind it and how an academy finds them in its own system (``mis``)."""

    title: str
    group: str
    big: str
    unit: str
    sentence: str
    people: str = ""
    mis: str = ""
    good: bool = False


def finding_card(gap: pd.Series) -> Card:
    """The card of one clear gap."""
    if gap["kind"] == "mean":
        size, _, unit = difference_in_words(abs(gap["value"] - gap["comparator_value"]), gap["unit"], gap["decimals"]).partition(" ")
        big = size.removeprefix("+")
        unit = f"{unit} {'lower' if gap['value'] < gap['comparator_value'] else 'higher'}"
    elif gap["statistic"] == "ratio":
        big, unit = ratio(gap["gap"]), "times as likely"
    else:
        big, _, unit = points(gap["value"] - gap["comparator_value"]).partition(" ")
    return Card(gap["label"], gap["group"], big, unit, gap_sentence(gap), people_sentence(gap), mis_sentence(gap))


def _told_row(name: str, counts: dict[str, int]) -> dict[str, Any]:
    untold = counts[CANNOT_TELL] + counts[NOT_SHOWN]
    sentence = say(20, comparisons=str(sum(counts.values())), clear=str(counts[CLEAR]), similar=str(counts[SIMILAR]), untold=str(untold))
    title = f"{name}: " + ", ".join(f"{number} {VERDICT_WORDS[verdict].lower()}" for verdict, number in counts.items())
    return {"name": name, "counts": counts, "sentence": sentence, "bar": told_bar(counts, title)}

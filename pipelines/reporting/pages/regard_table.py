"""Due regard by aim: what was looked at, what it showed, what answers it. The evidence is listed in ``mart_due_regard``."""

from __future__ import annotations

import pandas as pd

from pipelines.reporting.commentary import say
from pipelines.reporting.marts import Marts
from pipelines.reporting.words import joined, within_sentence

AIMS = {
    "eliminate": "Eliminate discrimination, harassment and victimisation",
    "advance": "Advance equality of opportunity",
    "foster": "Foster good relations",
}
STATUSES = {
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "cannot_tell_yet": "Cannot tell yet",
    "monitored": "Monitored",
}
MOST_TOPICS = 3


def due_regard(marts: Marts) -> list[tuple[str, str, str, str]]:
    """One row for each aim of section 149: its title, what was looked at, what it showed, and how the objectives that answer it stand."""
    evidence = marts.further["due_regard"]
    return [(title, *_aim(evidence[evidence["aim"].eq(aim)])) for aim, title in AIMS.items() if evidence["aim"].eq(aim).any()]


def _aim(evidence: pd.DataFrame) -> tuple[str, str, str]:
    measures, objectives = (evidence[evidence["evidence"].eq(kind)] for kind in ("measure", "objective"))
    totals = measures[["looked_at", "clear_gaps", "likely_gaps", "similar_groups", "cannot_be_told", "not_shown"]].sum().astype(int)
    looked = say(36, measures=str(len(measures)), objectives=str(len(objectives)), comparisons=str(totals["looked_at"]))
    showed = say(
        37,
        clear=str(totals["clear_gaps"]),
        likely=str(totals["likely_gaps"]),
        similar=str(totals["similar_groups"]),
        untold=str(totals["cannot_be_told"] + totals["not_shown"]),
    )
    most = measures[measures["clear_gaps"].gt(0)].sort_values(["clear_gaps", "title"], ascending=[False, True])["title"].head(MOST_TOPICS)
    if len(most):
        showed += " " + say(38, topics=joined([within_sentence(title) for title in most]))
    standing = [(words, sorted(objectives.loc[objectives["status"].eq(status), "name"])) for status, words in STATUSES.items()]
    done = " ".join(say(39, status=words, codes=joined(codes)) for words, codes in standing if codes)
    return looked, showed, done

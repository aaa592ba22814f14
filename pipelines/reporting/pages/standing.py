"""What figures rest on, for every page: the date of the data, how many academies are in, and whose group is not known."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipelines.reporting.commentary import coverage_sentence, say
from pipelines.reporting.marts import Marts
from pipelines.reporting.pages.findings import not_known
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.pages.people_tables import with_age, without_data
from pipelines.reporting.words import joined, per_cent, within_sentence

ASKED = {("pupils", "headcount"): "Pupils", ("staff", "headcount"): "Staff"}


@dataclass(frozen=True)
class Standing:
    """``line``: all in one line, for the foot of every printed page. ``coverage``: which academies each kind of figure rests on."""

    line: str
    academies: str
    unknown: str
    coverage: tuple[str, ...]


def standing(marts: Marts, context: Context, titles: dict[tuple[str, str], str] | None = None) -> Standing:
    """What the figures of ``context.period`` rest on; ``titles``: further measures, by population and name, whose academies are told."""
    asked = {key: title for key, title in (ASKED | (titles or {})).items() if marts.everyone(*key, "academy")}
    everybody = len(marts.academies)
    coverage = tuple(coverage_sentence(title, everybody, with_age(marts, *key)) for key, title in asked.items())
    fewest = min((everybody - len(without_data(marts, *key)) for key in asked), default=0)
    academies, unknown = f"{fewest} of {everybody} academies in", _most_unknown(marts)
    date = f"data of {context.reference_date:%-d %B %Y}" if context.reference_date else f"data of {context.year}"
    return Standing(" · ".join((date, academies, unknown)), academies, unknown, coverage)


def _most_unknown(marts: Marts) -> str:
    """The protected characteristic that is known least of pupils and of staff, with its share; a share that is hidden is passed over."""
    table = not_known(marts)
    table = table[~table["is_context"] & table["share"].notna()].sort_values(["whom", "share", "label"], ascending=[True, False, True])
    worst = table.drop_duplicates("whom").sort_values("whom")
    if worst.empty:
        return "share not known: hidden"
    return "not known at most: " + joined(
        [f"{within_sentence(row['label'])} of {per_cent(row['share'])} of {row['whom']}" for _, row in worst.iterrows()]
    )


def decisions(marts: Marts, chosen: pd.DataFrame, off_track: list[tuple[str, str, str]], titles: dict[tuple[str, str], str]) -> list[str]:
    """What a board is asked to decide, at most four: objectives off their line (code, title, owner), the widest gap, missing files, what is not known."""
    asked = [say(24, owner=owner, code=code, title=within_sentence(title)) for code, title, owner in off_track[:2]]
    if len(chosen):
        first = chosen.iloc[0]
        asked.append(say(25, measure=within_sentence(first["label"]), group=first["group"]))
    missing = {name: title for key, title in (ASKED | titles).items() for name in without_data(marts, *key)}
    if missing:
        asked.append(
            say(27, academies=joined(sorted(missing)), what=joined(sorted({within_sentence(title) for title in missing.values()})))
        )
    table = not_known(marts)
    table = table[~table["is_context"] & table["share"].gt(0.1)].sort_values(["share", "label"], ascending=[False, True])
    if len(table):
        row = table.iloc[0]
        asked.append(say(26, characteristic=within_sentence(row["label"]), share=per_cent(row["share"]), whom=row["whom"]))
    return asked[:4] or [say(28)]

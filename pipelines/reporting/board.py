"""The board report: one self-contained page made from the marts of one bundle, the trust's brand and nothing else."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.catalogue.trust import Brand
from pipelines.home.vault import write_whole
from pipelines.reporting.commentary import coverage_sentence, gap_sentence, people_sentence, say
from pipelines.reporting.figures import without_figure
from pipelines.reporting.findings import findings, going_well, lead, not_known, told
from pipelines.reporting.gap_tables import gap_tables, quiet_measures
from pipelines.reporting.marts import Marts, read_marts
from pipelines.reporting.pay_table import pay
from pipelines.reporting.people_tables import academy_table, composition, without_data
from pipelines.reporting.plots import told_bar
from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, NOT_SHOWN, SIMILAR
from pipelines.reporting.words import academic_year, difference_in_words, per_cent, points, ratio

TEMPLATES = Path(__file__).parent / "templates"
FONTS = {
    "sans": "source-sans-3-latin-400-normal.woff2",
    "sans_bold": "source-sans-3-latin-600-normal.woff2",
    "serif": "source-serif-4-latin-600-normal.woff2",
}
VERDICT_WORDS = {CLEAR: "Clear gap", LIKELY: "Likely gap", SIMILAR: "Similar", CANNOT_TELL: "Cannot tell", NOT_SHOWN: "Not shown"}
HIDDEN_WORDS = {"c": "hidden", "x": "no data", "z": "does not apply"}
PUPILS = ("pupil", "pupil_answer")
APPLICANTS = ("staff_applicant", "pupil_applicant")
READABLE = 4.5


@dataclass(frozen=True)
class Context:
    """What a page says of the figures that the marts do not hold. No clock: the same draft gives the same bytes.

    ``reference_date``: the census day of the roll. ``threshold`` and ``few_below`` are the policy's. ``rounding``: the base of rounded
    figures, 0 where none are; ``rounded``: the titles of the populations that are.
    """

    period: str
    made_up: bool
    threshold: int
    few_below: int
    reference_date: dt.date | None = None
    rounding: int = 0
    rounded: tuple[str, ...] = ()


def write_board(marts: Path, out: Path, brand: Brand, context: Context) -> Path:
    """Write the page for ``context.period`` from the Parquet files in ``marts`` to ``out``, whole or not at all; returns ``out``."""
    write_whole(out, board_page(read_marts(marts, context.period), brand, context).encode())
    return out


def board_page(marts: Marts, brand: Brand, context: Context) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return jinja.get_template("board.html").render(**_view(marts, brand, context))


def _view(marts: Marts, brand: Brand, context: Context) -> dict[str, Any]:
    chosen = findings(marts)
    academies = academy_table(marts, context.few_below)
    return {
        "brand": brand,
        "colour": readable(brand.colour),
        "context": context,
        "trust": marts.trust,
        "year": academic_year(context.period),
        "fonts": {name: base64.b64encode((TEMPLATES / "fonts" / file).read_bytes()).decode() for name, file in FONTS.items()},
        "words": VERDICT_WORDS,
        "hidden_words": HIDDEN_WORDS | {"low": f"1 to {context.threshold - 1} people"},
        "footer_text": f"Equality report, {academic_year(context.period)}" + (". MADE-UP DATA" if context.made_up else ""),
        "lead": lead(chosen),
        "cards": [_card(row) for _, row in chosen.iterrows()],
        "well": going_well(marts),
        "told": [_told_row(name, counts) for name, counts in told(marts).items()],
        "family": int(marts.gaps["family"].max()) if marts.gaps["family"].notna().any() else 0,
        "coverage": _coverage(marts, academies.titles),
        "composition": composition(marts),
        "pupil_gaps": [table for subject in PUPILS for table in gap_tables(marts, subject, context.few_below)],
        "staff_gaps": gap_tables(marts, "staff", context.few_below),
        "applicant_gaps": [table for subject in APPLICANTS for table in gap_tables(marts, subject, context.few_below)],
        "quiet": {"pupils": quiet_measures(marts, PUPILS), "staff": quiet_measures(marts, ("staff", *APPLICANTS))},
        "academies": academies,
        "pay": pay(marts),
        "not_known": [
            (row["label"], row["whom"], per_cent(row["share"]) if pd.notna(row["share"]) else without_figure(row["status"]).text)
            for _, row in not_known(marts).iterrows()
        ],
    }


def _card(gap: pd.Series) -> dict[str, str]:
    """One finding: its big figure, what it says, the people behind it and how an academy finds them in its own system."""
    if gap["kind"] == "mean":
        size, _, unit = difference_in_words(abs(gap["value"] - gap["comparator_value"]), gap["unit"], gap["decimals"]).partition(" ")
        big = size.removeprefix("+")
        unit = f"{unit} {'lower' if gap['value'] < gap['comparator_value'] else 'higher'}"
    elif gap["statistic"] == "ratio":
        big, unit = ratio(gap["gap"]), "times as likely"
    else:
        big, _, unit = points(gap["value"] - gap["comparator_value"]).partition(" ")
    mis = say(8, characteristic=gap["characteristic_label"], group=gap["group"], measure=gap["label"])
    parts = {"title": gap["label"], "group": gap["group"], "big": big, "unit": unit, "mis": mis}
    return {**parts, "sentence": gap_sentence(gap), "people": people_sentence(gap)}


def _told_row(name: str, counts: dict[str, int]) -> dict[str, Any]:
    untold = counts[CANNOT_TELL] + counts[NOT_SHOWN]
    sentence = say(20, comparisons=str(sum(counts.values())), clear=str(counts[CLEAR]), similar=str(counts[SIMILAR]), untold=str(untold))
    title = f"{name}: " + ", ".join(f"{number} {VERDICT_WORDS[verdict].lower()}" for verdict, number in counts.items())
    return {"name": name, "counts": counts, "sentence": sentence, "bar": told_bar(counts, title)}


def _coverage(marts: Marts, titles: dict[tuple[str, str], str]) -> list[str]:
    """How many academies each kind of figure rests on; the missing ones by name."""
    asked = {("pupils", "headcount"): "Pupils", ("staff", "headcount"): "Staff", **titles}
    academies = len(marts.academies)
    return [coverage_sentence(what, academies, without_data(marts, *key)) for key, what in asked.items() if _published(marts, *key)]


def _published(marts: Marts, population: str, measure: str) -> bool:
    return bool(marts.everyone(population, measure, "academy"))


def readable(colour: str) -> str:
    """``colour`` (``#rrggbb``), darkened until white text on it has the contrast that WCAG 2.2 AA asks for (4.5 to 1)."""
    channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    while contrast_with_white(channels) < READABLE:
        channels = [int(channel * 0.95) for channel in channels]
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def contrast_with_white(channels: list[int]) -> float:
    """The contrast ratio of WCAG 2.2 between a colour, three channels of 0 to 255, and white."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (channel / 255 for channel in channels)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)

"""The plain words that lie beside the files: what each is, what the symbols mean, how people are protected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import fill

from pipelines.reporting.open_data.csvw import GAPS, LICENCE, NAMES
from pipelines.reporting.open_data.pairs import Pair
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.words import count, joined, within_sentence

WIDTH = 100
MEANINGS = {
    "c": "hidden, so that nobody can be recognised; it may stand for any number; a comparison is hidden with either of its sides",
    "low": "1 to {most} people",
    "u": "rests on so few people that chance alone can move it far",
    "x": "not available: no data",
    "z": "does not apply",
}
PARTS = {"_terms": "by term", "_schools": "by academy", "_crossed": "by two characteristics at once", "_averages": "averages"}


def notes(trust: str, context: Context, pairs: Iterable[Pair], rows_of_gaps: int, marts: Iterable[str], titles: Mapping[str, str]) -> str:
    """The text of README.txt; ``marts``: the names of the Parquet files, ``titles``: what each mart is called."""
    told = [
        f"- {pair.name}.csv, {pair.name}.meta.csv: {titles[pair.mart]}{_parts(pair.name)}; {count(len(pair.data))} rows" for pair in pairs
    ]
    told += [f"- {GAPS}.csv: {titles['mart_gaps']}, in codes, shares from 0 to 1; {count(rows_of_gaps)} rows"] if rows_of_gaps else []
    told += [f"- {name}.csv: {what}" for name, what in NAMES.items()]
    told.append("- csv-metadata.json: what each column of each CSV file is, for programs (W3C CSV on the Web)")
    sections = {
        "": [f"Equality figures of {trust}, {context.year}: open data.", *_made_up(context)],
        "The files": told,
        "How to read them": [
            "The pairs follow the open data standards of the Department for Education (DfE) for Explore Education Statistics. A row is one "
            "figure: a time, an area, a population, a measure and a group. Total stands for everyone. Shares and pay gaps are percentages.",
            "Rows of the trust and of its academies lie in files of their own, because the table tool leaves out School rows that are mixed "
            "with others. A phase of the trust is a row of level MAT with an education_phase. The central team has no URN and bears z.",
            "Labels of ethnic groups, special educational needs provision and first language are those of DfE where they mean the same. "
            "The code lists hold the code of every label.",
            "Figures of three years taken together are in the workbook alone, ../workbook.xlsx: a row may not span years.",
        ],
        "Symbols": [
            *(f"- {symbol}: {meaning.format(most=context.threshold - 1)}" for symbol, meaning in MEANINGS.items()),
            "They are those of DfE's open data standards and stand where a number would. A row that is not shown bears its symbol in every "
            f"column of figures. u is for figures that rest on fewer than {context.few_below} people; their numbers are in the workbook.",
        ],
        "How people are protected": [
            f"Numbers of people from 1 to {context.threshold - 1} are never shown, nor is any figure that would give one away. Some larger "
            "figures are hidden too, because a small one could be had from them by adding and subtracting. All hidden figures bear the same "
            "symbol. Nought is shown as nought, unless that would say something of every member of a group.",
            "Every file here, and every other file of the release, holds the same figures, protected together.",
            *_rounded(context),
        ],
        "Parquet": [
            "The same figures with codes, types and statuses are Parquet files in marts/ of the release, which the trust "
            "keeps. They are not published with this folder:",
            ", ".join(f"{name}.parquet" for name in marts),
        ],
        "Licence": [f"Open Government Licence v3.0, {LICENCE}"],
    }
    return "\n\n".join(_section(title, lines) for title, lines in sections.items()) + "\n"


def _section(title: str, lines: list[str]) -> str:
    text = "\n".join(
        fill(line, WIDTH, subsequent_indent="  " if line.startswith("- ") else "", break_on_hyphens=False, break_long_words=False)
        for line in lines
    )
    return f"{title}\n{'-' * len(title)}\n{text}" if title else text


def _made_up(context: Context) -> list[str]:
    return ["Every person, academy and number in these files is made up."] if context.made_up else []


def _rounded(context: Context) -> list[str]:
    if not context.rounding:
        return []
    whom = joined([within_sentence(title) for title in context.rounded])
    return [f"Counts of {whom} are rounded to multiples of {context.rounding}."]


def _parts(name: str) -> str:
    words = [meaning for part, meaning in PARTS.items() if part in name]
    return f" ({', '.join(words)})" if words else ""

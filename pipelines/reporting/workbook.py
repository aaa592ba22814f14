"""The workbook: every published figure as an accessible spreadsheet, made from the marts of one bundle and its measures of loss.

One marked table a sheet (ONS `gptables`), no formula, no hidden sheet, row or column; the same marts give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from gptables import Cover, GPTable, produce_workbook

from pipelines.home.whole import write_whole
from pipelines.reporting.derived_sheets import COUNTED as WHOLE
from pipelines.reporting.derived_sheets import derived_sheets
from pipelines.reporting.marts import ALL
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.readable import COUNTS, NUMBERS, SYMBOL, Labels, safe
from pipelines.reporting.words import academic_year

MADE = dt.datetime(2000, 1, 1)
"""What the file says of when it was made: the manifest and the audit log know better, and a clock would change the bytes."""
MEANINGS = {
    "c": "Hidden, so that nobody can be recognised. It may stand for any number. A comparison is hidden with either of its sides.",
    "u": "Shown, but it rests on so few people that chance alone can move it far.",
    "x": "Not available: no data.",
    "z": "Does not apply.",
}
LOW = "1 to {most} people, in a table whose counts are rounded."
TITLES = {
    "mart_pupil_composition": "Pupils by area and group: how many there are",
    "mart_pupil_outcomes": "Pupils by area and group: how they fare",
    "mart_staff_composition": "Staff by area and group: how many there are",
    "mart_staff_outcomes": "Staff by area and group: how they fare",
    "mart_applicant_composition": "Applicants by group: how many there are",
    "mart_applicant_outcomes": "Applicants by group: how they fare",
    "mart_governor_composition": "Trustees and governors by group: how many there are",
    "mart_governor_outcomes": "Trustees and governors: training and policy",
    "mart_case_composition": "Incidents and notifications: how many there are",
    "mart_case_outcomes": "Incidents, adjustments, plans and policies: what became of them",
    "mart_gaps": "Each group compared with its named comparison group",
}
UNITS = "Rates are shares from 0 to 1, headcounts are people, means are in the unit of their measure."
UNITS_OF_GAPS = (
    "Values are shares from 0 to 1 or, of means, in the unit of their measure. Gap and interval are in the terms of How compared. "
    "difference: group minus comparison group, of shares or in the unit of the measure. ratio: how many times the comparison group's share. "
    "standardised: the difference in standard deviations, of shares Cohen's h."
)
COUNTED = {"published": "Published", "shown": "Shown", "hidden": "Hidden", "no_data": "Without data"}
SHARE = "Share shown"
WIDE, ROW = 130, 20
"""Width of a column of sentences, in characters, and height of a row, in points: nothing wraps."""


def write_workbook(marts: Path, out: Path, context: Context, loss: Mapping[str, Any]) -> Path:
    """Write the workbook of the Parquet files in ``marts`` to ``out``, whole or not at all; returns ``out``.

    ``loss`` is the block of that name in the manifest: cells published, shown and hidden by table and by area level.
    """
    write_whole(out, workbook(marts, context, loss))
    return out


def workbook(marts: Path, context: Context, loss: Mapping[str, Any]) -> bytes:
    """The workbook as bytes."""
    names, meanings = Labels(marts), _meanings(context)
    sheets = {
        "Notes": _notes(context),
        "Information loss": _loss(names, loss, meanings),
        "Loss by area level": _loss_by_level(loss, meanings),
    }
    for mart, title in TITLES.items():
        rows = pd.read_parquet(marts / f"{mart}.parquet")
        if len(rows):
            label = mart.removeprefix("mart_").replace("_", " ").capitalize()
            sheets[label] = _table(title, names.readable(rows), UNITS_OF_GAPS if mart == "mart_gaps" else UNITS, meanings)
    for sheet, table in derived_sheets(marts, names):
        sheets[sheet.label] = _table(sheet.title, table, sheet.scope, meanings)
    made_up = ["Every person, academy and number in this workbook is made up."] if context.made_up else []
    cover = Cover(
        width=WIDE,
        title=safe(f"Equality figures, {names.trust}, {academic_year(context.period)}"),
        intro=[
            *made_up,
            "Every figure that is published, one table to a sheet. The notes say what the symbols mean and how people are protected.",
        ],
        about=[
            f"Numbers of people from 1 to {context.threshold - 1} are never shown. {SYMBOL['c']} stands for any figure that is hidden.",
            "Figures of different sheets agree with one another, and with the board report.",
        ],
    )
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gptables warns that there are no numbered notes: the notes have a sheet of their own
        book = produce_workbook(
            content,
            sheets,
            cover=cover,
            auto_width={label: label != "Notes" for label in ("Contents", *sheets)},
            workbook_options={"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
    book.get_worksheet_by_name("Notes").set_column(0, 0, 12)
    book.get_worksheet_by_name("Notes").set_column(1, 1, WIDE)
    for sheet in book.worksheets():
        sheet.set_default_row(ROW)
        sheet.set_row(0, 1.4 * ROW)
        sheet.set_landscape()  # printed, a table is as wide as a page
        sheet.fit_to_pages(1, 0)
    book.set_properties({"title": cover.title, "created": MADE})
    book.close()
    return content.getvalue()


def _meanings(context: Context) -> dict[str, str]:
    return MEANINGS | {"low": LOW.format(most=context.threshold - 1)}


def _table(title: str, table: pd.DataFrame, scope: str, meanings: Mapping[str, str]) -> GPTable:
    symbols = [f"{SYMBOL[status]}: {meaning}" for status, meaning in meanings.items() if (table == SYMBOL[status]).any(axis=None)]
    whole = [heading for heading in (*(NUMBERS[name] for name in COUNTS), *COUNTED.values(), *WHOLE) if heading in table]
    shares = [heading for heading in (SHARE,) if heading in table]
    formats = [
        {"column": {"columns": names, "format": {"num_format": form}}} for names, form in ((whole, "#,##0"), (shares, "0%")) if names
    ]
    return GPTable(
        table=table.reset_index(drop=True),
        table_name=re.sub(r"\W", "_", title.lower()),
        title=title,
        instructions="This worksheet contains one table.",
        scope=scope,
        legend=symbols,
        index_columns={2: 0},
        additional_formatting=formats,
    )


def _loss(names: Labels, loss: Mapping[str, Any], meanings: Mapping[str, str]) -> GPTable:
    def by(entry: Mapping[str, Any]) -> str:
        return " and ".join(names.characteristic[entry[name]] for name in ("characteristic", "cross_characteristic") if entry[name] != ALL)

    entries = [
        {
            "Population": safe(names.population[entry["population"]]),
            "Measure": safe(names.measure[entry["measure"]]),
            "By": safe(by(entry) or "Everyone"),
            **_counted(entry),
        }
        for entry in loss["tables"]
    ]
    dear = loss.get("dearer_than_cheapest_at_most")
    more = f" What is hidden for others' sake costs at most {dear:.0%} more than the least that could protect them." if dear else ""
    scope = (
        "Figures of each table over all areas and periods. Which of the hidden figures are small is not told: that would reveal them."
        + more
    )
    return _table("Information loss by table: figures published, shown and hidden", pd.DataFrame(entries), scope, meanings)


def _loss_by_level(loss: Mapping[str, Any], meanings: Mapping[str, str]) -> GPTable:
    entries = [{"Area level": entry["area_level"], **_counted(entry)} for entry in loss["area_levels"]]
    return _table("Information loss by area level", pd.DataFrame(entries), "Figures of all tables.", meanings)


def _counted(entry: Mapping[str, Any]) -> dict[str, Any]:
    share = entry["share_shown"]
    return {**{words: entry[name] for name, words in COUNTED.items()}, SHARE: SYMBOL["z"] if share is None else share}


def _notes(context: Context) -> GPTable:
    small = f"1 to {context.threshold - 1}"
    protected = [
        f"A number of people from {small} is hidden: a group so small could be recognised.",
        f"So is a figure whose remainder (those who did not) is {small}, and any share, mean or interval that would give such a number away.",
        "Some larger figures are hidden too, because a small one could be had from them by adding and subtracting.",
        f"All hidden figures bear the same symbol, {SYMBOL['c']}. Which of them are small, and why each is hidden, is never told.",
        "Nought is shown as nought, unless that would say something of every member of a group.",
        "Before publication a program that knows only these tables tries to work out what is hidden. What it breaks is not published.",
        f"Figures that rest on fewer than {context.few_below} people bear {SYMBOL['u']}: read no meaning into small differences.",
    ]
    rows = [(SYMBOL[status], meaning) for status, meaning in _meanings(context).items()]
    rows += [(f"Note {number}", text) for number, text in enumerate(protected, start=1)]
    return GPTable(
        table=pd.DataFrame(rows, columns=["Symbol", "Meaning"]),
        table_name="notes",
        title="Notes",
        instructions="This worksheet contains one table.",
        index_columns={2: 0},
    )

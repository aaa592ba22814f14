"""What can be wrong with a file, in the words a data manager reads. Finding it belongs to the modules that read.

No sentence quotes a name, a date or an identifier. ``values`` holds codes only, and only those short enough to be codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Weight = Literal["refuses", "fix", "note"]


@dataclass(frozen=True)
class Wording:
    """How a kind of problem is put. ``title`` may use {count}, {rows}, {column}, {what} and {values}."""

    weight: Weight
    title: str
    effect: str = ""
    cause: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Problem:
    """One problem of one file: rows by their number in the spreadsheet, the column by its heading."""

    kind: str
    weight: Weight
    title: str
    rows: tuple[int, ...] = ()
    column: str = ""
    values: tuple[str, ...] = ()
    effect: str = ""
    cause: str = ""
    fix: str = ""


class Refused(Exception):
    """The file cannot be used at all; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


def problem(kind: str, *, rows: Iterable[int] = (), column: str = "", values: Iterable[str] = (), what: str = "") -> Problem:
    """The problem of that kind, in words."""
    wording = WORDINGS[kind]
    numbers, quoted = tuple(rows), tuple(values)
    terms = {
        "count": _counted(len(numbers)),
        "rows": "row has" if len(numbers) == 1 else "rows have",
        "are": "is" if len(numbers) == 1 else "are",
        "column": column,
        "what": what,
        "values": _listed(quoted),
    }
    title = wording.title.format(**terms)
    texts = (text.format(**terms) for text in (wording.effect, wording.cause, wording.fix))
    return Problem(kind, wording.weight, title[:1].upper() + title[1:], numbers, column, quoted, *texts)


def _counted(number: int) -> str:
    words = "no one two three four five six seven eight nine".split()
    return words[number] if number < len(words) else f"{number:,}"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values[:-1]) + " and " + values[-1] if len(values) > 1 else "".join(values)


_SEND_AGAIN = "Export it again from your MIS as CSV UTF-8 and drop it in the same folder."
_SET_ASIDE = "set aside, not counted"
_NOTHING_USED = "nothing in this file was used"
_UNKNOWN = "the row is counted, with this value as not known"

WORDINGS: dict[str, Wording] = {
    # The file as a whole
    "empty_file": Wording("refuses", "The file is empty", _NOTHING_USED, "the export failed or was saved before it finished", _SEND_AGAIN),
    "no_rows": Wording("refuses", "The file has headings but no rows", _NOTHING_USED, "a filter was left on in the report", _SEND_AGAIN),
    "too_big": Wording("refuses", "The file is far too big", _NOTHING_USED, "{what}", _SEND_AGAIN),
    "wrong_file_type": Wording("refuses", "This is {what}, not a CSV file or an Excel workbook", _NOTHING_USED, "", _SEND_AGAIN),
    "old_or_locked_workbook": Wording(
        "refuses", "The workbook has a password, or is of the old .xls kind", _NOTHING_USED, "", "Save it as CSV UTF-8 and send that."
    ),
    "unsafe_workbook": Wording("refuses", "The workbook is damaged or has unsafe content", _NOTHING_USED, "", _SEND_AGAIN),
    "encoding_unknown": Wording("refuses", "We cannot tell how the letters of this file are encoded", _NOTHING_USED, "", _SEND_AGAIN),
    "encoding_mixed": Wording(
        "refuses", "The file mixes two encodings of letters", _NOTHING_USED, "rows were pasted from another file", _SEND_AGAIN
    ),
    "empty_bytes": Wording("refuses", "The file is damaged: it contains empty bytes", _NOTHING_USED, "the copy was interrupted", _SEND_AGAIN),
    "unbalanced_quote": Wording(
        "refuses", "A quotation mark is opened and never closed", _NOTHING_USED, "a quotation mark inside a value", _SEND_AGAIN
    ),
    "field_too_long": Wording("refuses", "One value is far too long, so the file is damaged", _NOTHING_USED, "", _SEND_AGAIN),
    "too_many_columns": Wording("refuses", "The file has {what} columns, far more than any report", _NOTHING_USED, "", _SEND_AGAIN),
    "truncated": Wording("refuses", "The last row is incomplete, so part of the file may be missing", _NOTHING_USED, "the copy was cut off", _SEND_AGAIN),
    "bad_file_name": Wording(
        "refuses",
        "The file's name has characters that we do not accept",
        _NOTHING_USED,
        "signs such as / \\ $ ; or a dash at the front",
        "Rename it with letters, digits, spaces, dashes and dots, and send it again.",
    ),
    "not_a_file": Wording("refuses", "What was sent is {what}, not a file", _NOTHING_USED, "", "Drop the file itself into the folder."),
    "unplaced": Wording(
        "refuses",
        "The file lies in a folder that belongs to no academy of the trust",
        _NOTHING_USED,
        "a mistyped folder name, or an academy that is not in academies.yml",
        "Drop it in the folder named after the academy's URN.",
    ),
    # What it is
    "unrecognised": Wording(
        "refuses",
        "We cannot tell what this file is from its headings",
        _NOTHING_USED,
        "another report was exported, or the headings were removed",
        "Export one of the reports that the trust asks for, with its headings.",
    ),
    "missing_column": Wording(
        "refuses", "The column {column} is missing", _NOTHING_USED, "the report was changed, or a summary was exported", "Add the column to the report and export again."
    ),
    "duplicate_column": Wording(
        "refuses", "There are two columns called {column}, and they differ", _NOTHING_USED, "a sub-report was joined", "Keep one of them and export again."
    ),
    "wrong_academy": Wording(
        "refuses",
        "The file holds rows of another academy",
        "nothing in this file was used, and it was locked away",
        "the file was dropped in the wrong folder",
        "Send each academy's file to its own folder. Tell the trust's data team if another academy's file reached you.",
    ),
    "no_academy_column": Wording(
        "refuses", "A file for the whole trust needs a column with each academy's URN", _NOTHING_USED, "", "Add the column Academy URN to the report."
    ),
    "period_unknown": Wording(
        "refuses",
        "The academic year of this file is not in the trust's calendar",
        _NOTHING_USED,
        "an export of another year",
        "Export the year that is asked for, or ask the trust to add the year to its calendar.",
    ),
    "column_wrong": Wording(
        "refuses", "The column {column} is wrong throughout", _NOTHING_USED, "another field was chosen in the report", "Check the column in the report and export again."
    ),
    "identifiers_damaged": Wording(
        "refuses",
        "The identifiers in the column {column} are damaged throughout",
        _NOTHING_USED,
        "the file was opened and saved in a spreadsheet, which changes long numbers",
        "Export again from the MIS and send the file without opening it.",
    ),
    "too_many_set_aside": Wording(
        "refuses", "More than one row in ten could not be used", _NOTHING_USED, "see the other problems on this page", "Correct them in the MIS and export again."
    ),
    "gate": Wording(
        "refuses", "The rows do not make sense together: {what}", _NOTHING_USED, "another report or another year was exported", "Check the report's settings and export again."
    ),
    "could_not_be_checked": Wording(
        "refuses", "We could not check this file; the fault is ours", _NOTHING_USED, "", "The trust's data team has been told. Nothing is lost."
    ),
    # Which version
    "older_than_current": Wording(
        "refuses", "A newer file of yours is already in use", "this older file was kept but not used", "it was exported before the file we have", "Nothing to do, if the newer file is right."
    ),
    "two_at_once": Wording(
        "refuses",
        "Two different files have the same export time, so we cannot tell which is right",
        "neither is used until a person decides",
        "the report was run twice within a minute, or a copy was edited",
        "Export once more and send that file: it will replace both.",
    ),
    "fewer_rows": Wording(
        "fix", "The file has far fewer rows than your last one", "used as it is", "a filter was left on in the report", "If the fall is right, nothing to do. If not, export again."
    ),
    # Rows set aside
    "no_identifier": Wording("fix", "{count} {rows} no usable {what}", _SET_ASIDE, "the number is missing or damaged", "Enter it in the MIS and export again."),
    "period_not_in_calendar": Wording("fix", "{count} {rows} an academic year that is not in the trust's calendar", _SET_ASIDE, "", "Leave other years out of the report."),
    "not_in_trust": Wording("fix", "{count} {rows} the URN of no academy of the trust", _SET_ASIDE, "", "Correct the URN."),
    "needed_value_missing": Wording("fix", "{count} {rows} no usable {column}", _SET_ASIDE, "", "Fill it in in the MIS and export again."),
    "too_many_values": Wording(
        "fix", "{count} {rows} more values than there are headings", _SET_ASIDE, "a comma inside a value that is not in quotation marks", "Export again from the MIS as CSV."
    ),
    "rows_disagree": Wording(
        "fix",
        "{count} {rows} the same person and disagree with each other",
        "set aside: neither version was used",
        "a record was entered twice",
        "Correct the record in the MIS and export again.",
    ),
    # Values not known
    "code_unknown": Wording("fix", "{count} {rows} a code that we do not know", _UNKNOWN, "a code of your own, or a slip of the keyboard", "Choose a current code for each."),
    "code_ended": Wording("fix", "{count} {rows} a code that has ended", "counted under the code that replaced it, or as not known", "", "Choose a current code for each."),
    "date_unreadable": Wording("fix", "{count} {rows} no readable date", _UNKNOWN, "", "Set the report to day/month/year."),
    "date_month_first": Wording(
        "fix", "The dates are in American order, month first", "dates of this column are treated as not known", "", "Set the report to day/month/year and export again."
    ),
    "date_of_birth_unlikely": Wording("fix", "{count} {rows} a date of birth that cannot be right", "the age is treated as not known", "", "Correct it in the MIS."),
    "number_unreadable": Wording("fix", "{count} {rows} something that is not a number", _UNKNOWN, "", "Leave the cell empty where there is no number."),
    "number_out_of_range": Wording("fix", "{count} {rows} a number outside the possible range", _UNKNOWN, "a placeholder such as 999", "Correct it in the MIS."),
    "flag_unreadable": Wording("fix", "{count} {rows} neither yes nor no", _UNKNOWN, "", "Use Y or N."),
    "check_letter": Wording(
        "fix", "{count} {rows} a UPN whose check letter is wrong", "counted, but other files may not match", "a slip of the keyboard", "Correct the UPN at source."
    ),
    "unexpected_columns": Wording(
        "fix", "Columns that we did not ask for were not kept: {what}", "none of their values was stored", "the report has more columns than needed", "Please leave them out of the report."
    ),
    # What was done to read it
    "encoding_converted": Wording("note", "The file was saved as {what}; it was converted."),
    "garbled_letters": Wording("note", "Some letters with accents look garbled. The figures are not affected."),
    "delimiter_detected": Wording("note", "The file uses {what} in place of commas; it was read that way."),
    "lines_above_headings": Wording("note", "Lines above the column headings were skipped: {count}."),
    "totals_skipped": Wording("note", "Totals and footers were left out: {count}."),
    "blank_rows_skipped": Wording("note", "Empty rows were skipped."),
    "headings_repeated": Wording("note", "The headings appear again inside the file and were skipped: {count}."),
    "rows_repeated": Wording("note", "Rows that repeat another row were counted once: {count}."),
    "other_sheets": Wording("note", "Other sheets of the workbook were not read: {what}."),
    "decimal_comma": Wording("note", "Numbers in {column} use a decimal comma: 12,5 was read as 12.5."),
    "column_not_needed": Wording("note", "{what} holds what we read from another column, and was not read."),
    "year_from_calendar": Wording("note", "The file does not say its academic year; it was read as {what}, the year now open."),
}

"""How each MIS of the made-up trust writes a table: headings, spellings, dates. Headings and labels come from the catalogue alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from pipelines.catalogue.model import Catalogue, CodeSet, DataField, Dataset, Format

ANY_SYSTEM = "Any"
WHERE_AND_WHEN = ("urn", "period")
UPN_HABITS: dict[str, Callable[[Any], Any]] = {
    "plain": str,
    "lower": str.lower,
    "spaced": lambda upn: f"{upn[:4]} {upn[4:8]} {upn[8:]}",
}
ACRONYMS = frozenset({"upn", "urn", "sen", "eal", "fte", "nc"})


@dataclass(frozen=True)
class Dialect:
    """One system's habits. ``system`` None is a spreadsheet made by hand: the contract's own headings, with URN and year in each row.

    ``coded``: a coded value as its code, its label, or 'K - SEN support'. ``dates`` is a strftime pattern, or None for a workbook's
    real dates. ``yes_no``: with a blank for no, the column is of the kind that leaves 'no' out.
    """

    name: str
    system: str | None
    suffix: Literal["csv", "xlsx"]
    coded: Literal["code", "label", "both"]
    dates: str | None
    yes_no: tuple[str, str]
    encoding: str = "utf-8"
    delimiter: str = ","
    preamble: bool = False
    footer: bool = False
    upn: Literal["plain", "lower", "spaced"] = "plain"


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("sims_labels", "SIMS", "csv", "label", "%d/%m/%Y", ("Y", ""), encoding="cp1252", preamble=True, footer=True),
        Dialect("sims_codes_and_labels", "SIMS", "xlsx", "both", "%d/%m/%Y", ("Yes", "No"), preamble=True),
        Dialect("arbor", "Arbor", "csv", "label", "%Y-%m-%d", ("Yes", "No"), encoding="utf-8-sig"),
        Dialect("bromcom_workbook", "Bromcom", "xlsx", "label", None, ("True", "False")),
        Dialect("bromcom_codes", "Bromcom", "csv", "code", "%d/%m/%Y", ("Y", "N"), encoding="cp1252", upn="spaced"),
        Dialect("spreadsheet", None, "csv", "code", "%d %b %Y", ("T", "F"), delimiter=";", upn="lower"),
        Dialect("trust_office", ANY_SYSTEM, "csv", "label", "%Y-%m-%d", ("Yes", "No"), encoding="utf-8-sig"),
    )
}


def export(table: pd.DataFrame, dataset: Dataset, catalogue: Catalogue, dialect: Dialect) -> pd.DataFrame:
    """``table``, in the dataset's field names and codes, as ``dialect`` writes it: headings as columns, cells as text (or as dates).

    Surplus columns that the report is known for (names, registration groups, comments) are filled as well, to be dropped at the door.
    """
    report = report_for(dataset, catalogue, dialect)
    columns = {
        heading: _spelt(table[field.name], field, report, catalogue.code_sets, dialect)
        for heading, field in _headings(dataset, report, dialect).items()
    }
    surplus = {heading: _surplus(heading, table) for heading in (report.ignore if report else ())}
    ordered = [heading for heading in (report.recognise if report else ()) if heading in columns or heading in surplus]
    content = columns | surplus
    return pd.DataFrame({heading: content[heading] for heading in [*ordered, *(name for name in content if name not in ordered)]})


def report_for(dataset: Dataset, catalogue: Catalogue, dialect: Dialect) -> Format | None:
    """The report that the dialect's system makes of ``dataset``; None when its data manager types the sheet herself."""
    if dialect.system is None:
        return None
    reports = [item for _, item in sorted(catalogue.formats.items()) if item.dataset == dataset.name and not item.constants]
    for system in (dialect.system, ANY_SYSTEM):
        for report in reports:
            if report.system == system:
                return report
    return None


def _headings(dataset: Dataset, report: Format | None, dialect: Dialect) -> dict[str, DataField]:
    """Heading -> field. A field that the report does not know, such as one a trust has added, goes under its own first heading."""
    known = {name: heading for heading, name in (report.columns if report else {}).items()}
    headings = {}
    for field in dataset.totals:
        if field.name in known:
            headings[known[field.name]] = field
        elif field.type not in WHERE_AND_WHEN or report is None or dialect.system == ANY_SYSTEM:
            headings[capitals(field.headings[0]) if field.headings else field.title] = field
    return headings


def capitals(heading: str) -> str:
    """A heading as a person types it: 'upn' as 'UPN', 'entry date' as 'Entry date'."""
    text = " ".join(word.upper() if word in ACRONYMS else word for word in heading.split())
    return text[:1].upper() + text[1:]


def _spelt(values: pd.Series, field: DataField, report: Format | None, code_sets: Mapping[str, CodeSet], dialect: Dialect) -> list[Any]:
    """Each value as the system writes it; blank stays blank. A spelling that the report declares for a code comes first."""
    own = {code: spelling for spelling, code in report.values.get(field.name, {}).items()} if report else {}
    scale = report.scale.get(field.name, 1.0) if report else 1.0
    spell = _coded(field, code_sets[field.codes], dialect) if field.codes else _plain(field, scale, dialect)
    filled = values.astype(object).where(values.notna(), "")
    spelling = {value: "" if value == "" else own.get(value) or spell(value) for value in filled.unique()}
    return [spelling[value] for value in filled]


def _coded(field: DataField, code_set: CodeSet, dialect: Dialect) -> Callable[[Any], Any]:
    """A code that is in no set, such as a planted fault, is written as it is; a year group is never written as code and label."""
    labels = {item.code: item.label for item in code_set.codes}
    if dialect.coded == "code":
        return str
    if dialect.coded == "both" and field.type == "code":
        return lambda code: f"{code} - {labels[code]}" if code in labels else code
    return lambda code: labels.get(code, code)


def _plain(field: DataField, scale: float, dialect: Dialect) -> Callable[[Any], Any]:
    match field.type:
        case "flag":
            return lambda flag: dialect.yes_no[flag != "Y"]
        case "date":
            return lambda day: day.strftime(dialect.dates) if dialect.dates else day
        case "integer" | "number":
            return lambda number: f"{float(number) / scale:.10g}"
        case "upn":
            return UPN_HABITS[dialect.upn]
    return str


def _surplus(heading: str, table: pd.DataFrame) -> list[str]:
    """What a report has and the contract does not name: it tests that the door drops it, so the comments name the made-up person."""
    word = heading.lower()
    names = table.reindex(columns=["forename", "surname", "year_group"], fill_value="").astype(str)
    if "surname" in word or "last name" in word:
        return list(names["surname"])
    if "forename" in word or "first name" in word:
        return list(names["forename"])
    if word in ("reg", "tutor group") or "registration form" in word:
        return [f"{year}A" for year in names["year_group"]]
    if "comment" in word or "narrative" in word:
        return [
            f"{forename} {surname} was spoken to; made up" for forename, surname in zip(names["forename"], names["surname"], strict=True)
        ]
    if word in ("adm no", "admission number") or word.endswith(" id"):
        return [f"{number:06d}" for number in range(1, len(table) + 1)]
    return [""] * len(table)

"""What every CSV of the folder holds, for programs, as `W3C metadata for tabular data <https://www.w3.org/TR/tabular-metadata/>`_."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from pipelines.reporting.open_data import comparisons
from pipelines.reporting.open_data.pairs import META, Pair
from pipelines.reporting.readable import COUNTS

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
SYMBOLS = ["c", "low", "u", "x", "z"]
GAPS = "gaps"
TITLES = {
    "time_period": "Academic year",
    "time_identifier": "Year or term",
    "geographic_level": "Level of the area",
    "country_code": "Code of the country",
    "country_name": "Country",
    "trust_id": "Code of the trust",
    "trust_name": "Trust",
    "school_urn": "Unique reference number of the academy",
    "school_laestab": "Local authority and establishment number",
    "school_name": "Academy",
}
KEYS = {
    "codes-areas": ["area_level", "area_code"],
    "codes-groups": ["characteristic", "group_code"],
    "codes-measures": ["population", "measure"],
    "codes-populations": ["population"],
}
NAMES = {
    "codes-areas": "Areas: their codes, labels and place in the files (an education_phase or a school_urn)",
    "codes-groups": "Groups of each characteristic: their codes, labels and place in the files",
    "codes-measures": "Measures: their codes, labels, units and definitions",
    "codes-populations": "Populations: their codes and labels",
}
Reference = tuple[list[str], str, list[str]]


def metadata(title: str, pairs: Iterable[Pair], lists: Mapping[str, pd.DataFrame], gaps: pd.DataFrame, titles: Mapping[str, str]) -> bytes:
    """The metadata of the folder; ``titles``: what each mart is called."""
    tables = [table for pair in pairs for table in (_data(pair, titles[pair.mart]), _meta(pair, titles[pair.mart]))]
    tables += [_gaps(gaps, titles["mart_gaps"])] if len(gaps) else []
    tables += [_codes(name, frame) for name, frame in lists.items()]
    group = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": title,
        "dc:license": {"@id": LICENCE},
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\n"], "header": True},
        "tables": tables,
    }
    return (json.dumps(group, ensure_ascii=False, indent=1) + "\n").encode()


def _data(pair: Pair, title: str) -> dict[str, Any]:
    is_figure = {item.name: item for item in pair.indicators}
    columns = []
    for name in pair.data.columns:
        if name in is_figure:
            item = is_figure[name]
            columns.append(_column(name, item.label, "integer" if item.decimals == 0 else "decimal", SYMBOLS))
        else:
            columns.append(_column(name, TITLES.get(name) or pair.filters[name], required=True))
    fixed = {"country_code", "country_name", "trust_name", "school_laestab", "school_name", *is_figure}
    at_schools = "school_urn" in pair.data
    references: list[Reference] = [
        (["school_urn" if at_schools else "education_phase"], "codes-areas", ["place"]),
        (["population"], "codes-populations", ["label"]),
    ]
    if "measure" in pair.data:
        references.append((["population", "measure"], "codes-measures", ["population_label", "label"]))
    if "breakdown" in pair.data:
        references.append((["breakdown_topic", "breakdown"], "codes-groups", ["breakdown_topic", "breakdown"]))
    return _table(pair.name, title, columns, [name for name in pair.data.columns if name not in fixed], references)


def _meta(pair: Pair, title: str) -> dict[str, Any]:
    columns = [_column(name, name.replace("_", " ").capitalize(), required=name in META[:3]) for name in META]
    return _table(f"{pair.name}.meta", f"{title}: columns of {pair.name}.csv", columns, ["col_name"], [])


def _gaps(gaps: pd.DataFrame, title: str) -> dict[str, Any]:
    columns = [
        _column(name, name.replace("_", " ").capitalize(), "integer" if name in COUNTS else "decimal", SYMBOLS)
        if name in comparisons.NUMBERS
        else _column(name, name.replace("_", " ").capitalize(), required=True)
        for name in gaps.columns
    ]
    references: list[Reference] = [
        (["area_level", "area_code"], "codes-areas", ["area_level", "area_code"]),
        (["population", "measure"], "codes-measures", ["population", "measure"]),
        (["characteristic", "group_code"], "codes-groups", ["characteristic", "group_code"]),
        (["characteristic", "comparator_code"], "codes-groups", ["characteristic", "group_code"]),
    ]
    return _table(GAPS, title, columns, comparisons.KEY, references)


def _codes(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    columns = [_column(column, column.replace("_", " ").capitalize(), required=column in KEYS[name]) for column in frame.columns]
    return _table(name, NAMES[name], columns, KEYS[name], [])


def _column(name: str, title: str, datatype: str = "string", null: list[str] | None = None, required: bool = False) -> dict[str, Any]:
    column: dict[str, Any] = {"name": name, "titles": [name, title], "datatype": datatype}
    if null:
        column["null"] = null
    if required:
        column["required"] = True
    return column


def _table(name: str, title: str, columns: list[dict[str, Any]], key: list[str], references: list[Reference]) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": columns, "primaryKey": key}
    if references:
        schema["foreignKeys"] = [
            {"columnReference": ours, "reference": {"resource": f"{there}.csv", "columnReference": theirs}}
            for ours, there, theirs in references
        ]
    return {"url": f"{name}.csv", "dc:title": title, "tableSchema": schema}

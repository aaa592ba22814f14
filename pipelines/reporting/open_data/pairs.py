"""Marts of cells as pairs of files that DfE's Explore Education Statistics (EES) takes: the figures, and what each column is.

What the standards leave open is decided here.

- Rows of the trust (level MAT) and of academies (level School) lie in files of their own: the table tool of EES leaves out School rows
  that are mixed with others. Terms have files of their own too: years and parts of years may not be mixed.
- A phase of a trust is no level of EES. Its rows are MAT rows with the filter ``education_phase``, which is Total for the whole trust.
- A trust's central team is an academy without a URN: its URN is ``z``, the standards' code for a place that none applies to.
- Years taken together have no place: a row may not span years.
- A cell crossed with a second characteristic lies in a file of its own with one filter for each characteristic: the standards keep
  crossed groups out of ``breakdown``.
- Measures are a filter, and an indicator has one unit: shares and pay gaps are percentages, all other averages have files of their own.
- A row that is not shown bears its symbol in every indicator. ``u`` stands instead of its number, as EES has no room for both: the
  symbol of low reliability in DfE's open data standards. Its number is in the Parquet files and the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.reporting.marts import ALL, CELLS
from pipelines.reporting.open_data.codes import Codes
from pipelines.reporting.open_data.harmonised import (
    COLUMNS,
    COUNTRY,
    LEVELS,
    NAME_LIMIT,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    TOTAL,
    YEAR,
    time_of,
)
from pipelines.reporting.words import within_sentence

UNITS_OF_PERCENT = ("share", "percent_of_pay")
NUMBERS = ["numerator", "denominator", "value", "low", "high", "sd"]
META = [
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint", "filter_grouping_column",
    "filter_default",
]  # fmt: skip
PLACES = 2


@dataclass(frozen=True)
class Indicator:
    """One column of figures: the number of a cell that fills it, its name and label, its unit, and the decimals EES shows."""

    number: str
    name: str
    label: str
    unit: str = ""
    decimals: int = 0
    always: bool = True


def _spread(name: str, label: str, unit: str) -> tuple[Indicator, ...]:
    return (
        Indicator("denominator", "group_count", "Number in the group"),
        Indicator("value", name, label, unit, 1),
        Indicator("low", f"{name}_lower_95_ci", "Lower end of 95% interval", unit, 1, always=False),
        Indicator("high", f"{name}_upper_95_ci", "Upper end of 95% interval", unit, 1, always=False),
        Indicator("sd", f"{name}_sd", "Standard deviation", unit, 1, always=False),
    )


COUNTED = (Indicator("numerator", "outcome_count", "Number with the outcome"),)
PERCENT = COUNTED + _spread("outcome_percent", "Percentage", "%")
AVERAGE = _spread("outcome_average", "Average", "")
HEADCOUNTS: dict[str, tuple[Indicator, ...]] = {
    subject: (Indicator("numerator", f"{subject}_count", f"Number of {plural}"),)
    for subject, plural in {
        "pupil": "pupils",
        "staff": "staff",
        "applicant": "applicants",
        "governor": "trustees and governors",
        "case": "cases",
    }.items()
}
FILTERS = {
    "population": ("Population", "Filter by the people that are counted"),
    "measure": ("Measure", "Filter by what is measured"),
    "breakdown_topic": ("Characteristic", "Filter by characteristic"),
    "breakdown": ("Group", "Filter by the groups of a characteristic"),
    "education_phase": ("Phase", "Filter by phase of education"),
}


@dataclass(frozen=True)
class Pair:
    """One pair of files: ``data`` and ``meta`` as text, as they are written; ``filters`` and ``indicators`` of ``data``, by column."""

    name: str
    mart: str
    data: pd.DataFrame
    meta: pd.DataFrame
    filters: dict[str, str]
    indicators: tuple[Indicator, ...]


def pairs(marts: Path, codes: Codes) -> list[Pair]:
    """Every pair that the marts have rows for, by name."""
    made = [pair for mart in CELLS for pair in _of_mart(mart, pd.read_parquet(marts / f"{mart}.parquet"), codes)]
    return sorted(made, key=lambda pair: pair.name)


def _of_mart(mart: str, rows: pd.DataFrame, codes: Codes) -> Iterator[Pair]:
    rows = _placed(rows, codes)
    name = mart.removeprefix("mart_")
    subject, _, about = name.partition("_")
    parts: dict[str, tuple[pd.DataFrame, tuple[Indicator, ...]]]
    if about == "composition":
        parts = {name: (rows, HEADCOUNTS[subject])}
    else:
        units = codes.measures.set_index(["population", "measure"])["unit"]
        unit = [units.get(key, "") for key in zip(rows["population"], rows["measure"], strict=True)]
        in_percent = pd.Series(unit, index=rows.index, dtype=object).isin(UNITS_OF_PERCENT)
        parts = {name: (rows[in_percent], PERCENT), f"{subject}_averages": (rows[~in_percent], AVERAGE)}
    for base, (part, indicators) in parts.items():
        crossed = part["cross_characteristic"].ne(ALL)
        for kind, chosen in (("", part[~crossed]), ("_crossed", _with_margins(part, crossed))):
            for (level, is_year), some in chosen.groupby(["geographic_level", "is_year"]):
                ending = ("" if is_year else "_terms") + ("_schools" if level == "School" else "")
                yield _pair(f"{base}{kind}{ending}", mart, some, indicators, codes)


def _placed(rows: pd.DataFrame, codes: Codes) -> pd.DataFrame:
    """The rows that have a place in EES, in reading order, with their time and level, and no number where none is shown."""
    times = {period: time for period in rows["period"].unique() if (time := time_of(period))}
    rows = rows[rows["area_level"].isin(list(LEVELS)) & rows["period"].isin(list(times))]
    keys = zip(rows["characteristic"], rows["group_code"], strict=True)
    rows = rows.assign(
        time_period=[times[period][0] for period in rows["period"]],
        time_identifier=[times[period][1] for period in rows["period"]],
        geographic_level=rows["area_level"].map(LEVELS),
        place=rows["area_level"].map(list(LEVELS).index),
        order=[codes.order[key] for key in keys],
    )
    rows = rows.assign(is_year=rows["time_identifier"].eq(YEAR))
    rows[NUMBERS] = rows[NUMBERS].astype("float64").where(rows["status"].eq("shown"))
    order = ["time_period", "time_identifier", "place", "area_code", "population", "measure", "order"]
    return rows.sort_values([*order, "cross_characteristic", "cross_group_code"], ignore_index=True)


def _with_margins(rows: pd.DataFrame, crossed: pd.Series) -> pd.DataFrame:
    """Crossed rows and, so that each filter has its Total, the uncrossed rows of the same measures, levels and characteristics."""
    inner = rows[crossed]
    table = ["population", "measure", "area_level"]
    sides = [inner[[*table, side]].set_axis([*table, "characteristic"], axis=1) for side in ("characteristic", "cross_characteristic")]
    known = pd.concat([*sides, inner[table].assign(characteristic=ALL)]).drop_duplicates()
    margins = rows[~crossed].reset_index().merge(known, on=[*table, "characteristic"]).set_index("index")
    return pd.concat([inner, margins]).sort_index()


def _pair(name: str, mart: str, rows: pd.DataFrame, indicators: tuple[Indicator, ...], codes: Codes) -> Pair:
    kept = tuple(item for item in indicators if item.always or rows[item.number].notna().any())
    filters = _filters(rows, codes)
    if rows["measure"].eq("headcount").all():
        del filters["measure"]
    if rows["geographic_level"].eq("School").all():
        del filters["education_phase"]
    figures = {item.name: _figures(rows, item) for item in kept}
    data = pd.DataFrame({**_where_and_when(rows, codes), **filters, **figures}).reset_index(drop=True)
    labels = {column: FILTERS[column][0] if column in FILTERS else _label(column, codes) for column in filters}
    return Pair(name, mart, data, _meta(data, labels, kept, _first(rows, codes)), labels, kept)


def _where_and_when(rows: pd.DataFrame, codes: Codes) -> dict[str, object]:
    columns: dict[str, object] = {
        "time_period": rows["time_period"],
        "time_identifier": rows["time_identifier"],
        "geographic_level": rows["geographic_level"],
        "country_code": COUNTRY[0],
        "country_name": COUNTRY[1],
        "trust_id": codes.trust_id,
        "trust_name": codes.trust_name,
    }
    if rows["geographic_level"].eq("School").all():
        urns = rows["area_code"].map(codes.school)
        columns["school_urn"] = urns
        columns["school_laestab"] = urns.where(urns.eq(NOT_APPLICABLE), NOT_AVAILABLE)
        columns["school_name"] = [codes.area["academy", code] for code in rows["area_code"]]
    return columns


def _filters(rows: pd.DataFrame, codes: Codes) -> dict[str, pd.Series]:
    phases = [codes.phase(level, code) for level, code in zip(rows["area_level"], rows["area_code"], strict=True)]
    columns: dict[str, pd.Series] = {
        "population": rows["population"].map(codes.population),
        "measure": rows["measure"].map(codes.measure),
        "education_phase": pd.Series(phases, index=rows.index, dtype=object),
    }
    if rows["cross_characteristic"].eq(ALL).all():
        keys = list(zip(rows["characteristic"], rows["group_code"], strict=True))
        columns["breakdown_topic"] = rows["characteristic"].map(codes.topic)
        columns["breakdown"] = pd.Series([codes.group[key] for key in keys], index=rows.index, dtype=object)
        return columns
    sides = ["characteristic", "group_code", "cross_characteristic", "cross_group_code"]
    members = [{one: group, other: second} for one, group, other, second in zip(*(rows[side] for side in sides), strict=True)]
    for name in sorted({*rows["characteristic"], *rows["cross_characteristic"]} - {ALL}):
        items = [codes.group[name, member[name]] if name in member else TOTAL for member in members]
        columns[_column(name)] = pd.Series(items, index=rows.index, dtype=object)
    return columns


def _column(characteristic: str) -> str:
    return COLUMNS.get(characteristic, characteristic)[:NAME_LIMIT]


def _label(column: str, codes: Codes) -> str:
    return next(topic for characteristic, topic in codes.topic.items() if _column(characteristic) == column)


def _figures(rows: pd.DataFrame, item: Indicator) -> list[str]:
    scale = 100 if item.unit == "%" else 1
    places = 0 if item.decimals == 0 else PLACES
    return [
        status if status != "shown" else NOT_APPLICABLE if pd.isna(number) else _number(number * scale, places)
        for status, number in zip(rows["status"], rows[item.number], strict=True)
    ]


def _number(number: float, places: int) -> str:
    text = f"{number:.{places}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _first(rows: pd.DataFrame, codes: Codes) -> dict[str, str]:
    """The measure that EES opens with, the first of the duty statement, and the population it is about."""
    table = rows[["population", "measure"]].drop_duplicates().merge(codes.measures, how="left", on=["population", "measure"])
    table = table.assign(rank=table["number"].where(table["number"] > 0))
    best = table.sort_values(["rank", "measure", "population"], na_position="last").iloc[0]
    return {"population": codes.population[best["population"]], "measure": codes.measure[best["measure"]]}


def _meta(data: pd.DataFrame, labels: dict[str, str], indicators: tuple[Indicator, ...], first: dict[str, str]) -> pd.DataFrame:
    """A row for each indicator and each filter of more than one item; a filter without a Total says what EES opens with."""
    grouped = "breakdown_topic" in labels and data["breakdown_topic"].eq(TOTAL).any()
    entries: list[dict[str, str]] = []
    for column, label in labels.items():
        items = data[column]
        if items.nunique() < 2 or (column == "breakdown_topic" and grouped):
            continue
        opens_with = "" if items.eq(TOTAL).any() else first.get(column, items.iloc[0])
        hint = FILTERS[column][1] if column in FILTERS else f"Filter by {within_sentence(label)}"
        group = "breakdown_topic" if column == "breakdown" and grouped else ""
        entries.append(
            {
                "col_name": column,
                "col_type": "Filter",
                "label": label,
                "filter_hint": hint,
                "filter_grouping_column": group,
                "filter_default": opens_with,
            }
        )
    entries += [
        {
            "col_name": item.name,
            "col_type": "Indicator",
            "label": item.label,
            "indicator_unit": item.unit,
            "indicator_dp": str(item.decimals),
        }
        for item in indicators
    ]
    return pd.DataFrame(entries, columns=META).fillna("")

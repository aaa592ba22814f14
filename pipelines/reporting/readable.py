"""Rows of a mart in words, for a spreadsheet: labels for codes, symbols for what is not shown, a reading order. Sheets belong to `workbook`."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from pipelines.reporting.marts import ALL, SHOWN
from pipelines.reporting.words import SYMBOLS, academic_year

SYMBOL = {**SYMBOLS, "u": "[u]"}
LEVELS = ("trust", "phase", "academy")
NUMBERS = {
    "numerator": "People counted",
    "denominator": "Of people",
    "value": "Value",
    "comparator_value": "Value of the comparison group",
    "gap": "Gap",
    "low": "Lower end of 95% interval",
    "high": "Upper end of 95% interval",
    "sd": "Standard deviation",
    "comparator_denominator": "People in the comparison group",
    "people_behind": "People behind the gap",
    "p_value": "P value",
    "q_value": "P value, adjusted",
    "family": "Comparisons tested together",
}
COUNTS = ("numerator", "denominator", "comparator_denominator", "people_behind", "family")
DECIMALS = 4
RISKY = ("=", "+", "-", "@")


def safe(text: object) -> str:
    """A label as a cell may hold it: never taken for a formula (here, or in a CSV made from the sheet), a link or a reference to a note."""
    plain = "".join(sign if sign.isprintable() else " " for sign in str(text)).replace("](", "] (").replace("$$", "$ $")
    plain = not_run(plain)
    return plain if re.search("[a-zA-Z0-9]", plain) else f"{plain} (no Latin name)"


def not_run(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip().startswith(RISKY) else text


class Labels:
    """The published labels, and the order in which tables are read: one that ranks nobody."""

    def __init__(self, marts: Path) -> None:
        dims = {
            name: pd.read_parquet(marts / f"dim_{name}.parquet")
            for name in ("areas", "groups", "measures", "populations", "characteristics")
        }
        areas = dims["areas"].drop_duplicates(["area_level", "area_code"])
        self.trust = str(areas.loc[areas["area_level"].eq("trust"), "label"].iloc[0])
        self.area = areas.set_index(["area_level", "area_code"])["label"].to_dict()
        self.group = dims["groups"].set_index(["characteristic", "group_code"])["label"].to_dict()
        self.order = dims["groups"].set_index(["characteristic", "group_code"])["sort"].to_dict()
        self.measure = dims["measures"].drop_duplicates("measure").set_index("measure")["label"].to_dict() | {"headcount": "Headcount"}
        self.population = dims["populations"].set_index("population")["label"].to_dict()
        self.characteristic = dims["characteristics"].set_index("characteristic")["label"].to_dict() | {ALL: "Everyone"}

    def readable(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of a mart in words: labels for codes, symbols for what is not shown, columns that no row fills left out."""
        rows = self._in_order(rows)
        symbol = rows["status"].map(SYMBOL) if "status" in rows else rows["verdict"].map({"not_shown": SYMBOL["c"]})
        areas, groups = (
            list(zip(rows[one], rows[other], strict=True)) for one, other in (("area_level", "area_code"), ("characteristic", "group_code"))
        )
        table = pd.DataFrame(
            {
                "Population": rows["population"].map(self.population),
                "Period": rows["period"].map(academic_year),
                "Area level": rows["area_level"],
                "Area": [self.area[key] for key in areas],
                "Area code": rows["area_code"],
                "Measure": rows["measure"].map(self.measure),
                "Characteristic": rows["characteristic"].map(self.characteristic),
                "Group": [self.group[key] for key in groups],
            }
        )
        if "comparator_code" in rows:
            others = zip(rows["characteristic"], rows["comparator_code"], strict=True)
            table["Compared with"] = [self.group[key] for key in others]
            table["How compared"] = rows["statistic"].fillna(SYMBOL["x"])
        elif rows["cross_characteristic"].ne(ALL).any():
            others = zip(rows["cross_characteristic"], rows["cross_group_code"], strict=True)
            table["Second characteristic"] = rows["cross_characteristic"].map(self.characteristic)
            table["Second group"] = [self.group[key] for key in others]
        table = table.map(safe)
        if "status" in rows:
            table["Status"] = symbol.fillna("shown")
        else:
            table["Verdict"] = rows["verdict"].str.replace("_", " ")
        hidden = ~rows["status"].isin(SHOWN) if "status" in rows else rows["verdict"].eq("not_shown")
        for name, heading in NUMBERS.items():
            told_already = name == "value" and rows["measure"].eq("headcount").all()
            if name in rows and rows[name].notna().any() and not told_already:
                table[heading] = _numbers(rows[name], name in COUNTS).where(rows[name].notna(), symbol.where(hidden, SYMBOL["z"]))
        return table

    def _in_order(self, rows: pd.DataFrame) -> pd.DataFrame:
        sort = [self.order[key] for key in zip(rows["characteristic"], rows["group_code"], strict=True)]
        keys = ["population", "measure", "period", "level", "area_code", "characteristic", "sort", "group_code"]
        crossed = [name for name in ("cross_characteristic", "cross_group_code") if name in rows]
        placed = rows.assign(level=rows["area_level"].map(LEVELS.index), sort=sort).sort_values([*keys, *crossed], ignore_index=True)
        return placed.drop(columns=["level", "sort"])


def _numbers(column: pd.Series, counted: bool) -> pd.Series:
    rounded = [None if pd.isna(number) else int(number) if counted else round(float(number), DECIMALS) for number in column]
    return pd.Series(rounded, index=column.index, dtype=object)

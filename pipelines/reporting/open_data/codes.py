"""Codes and what the files show for them: one item per code, none twice, none that a program would take for no data or a formula."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from pipelines.reporting.marts import ALL
from pipelines.reporting.open_data.harmonised import (
    EMPTY_WORDS,
    ITEM_LIMIT,
    ITEMS,
    LEVELS,
    NOT_APPLICABLE,
    TOPICS,
    TOTAL,
)
from pipelines.reporting.readable import safe

DIMS = ("areas", "groups", "measures", "populations", "characteristics")


class Codes:
    """The published reference tables of one folder of marts, with the item that each code bears in the files."""

    def __init__(self, marts: Path) -> None:
        dims = {name: pd.read_parquet(marts / f"dim_{name}.parquet") for name in DIMS}
        areas = dims["areas"].drop_duplicates(["area_level", "area_code"])
        self.areas = areas[areas["area_level"].isin(list(LEVELS))].sort_values(["area_level", "area_code"], ignore_index=True)
        self.groups = dims["groups"].sort_values(["characteristic", "sort", "group_code"], ignore_index=True)
        self.measures = dims["measures"].sort_values(["population", "measure"], ignore_index=True)
        self.populations = dims["populations"].sort_values("population", ignore_index=True)
        is_trust = self.areas["area_level"].eq("trust")
        self.trust_id, self.trust_name = self.areas.loc[is_trust, ["area_code", "label"]].iloc[0].map(str)
        self.trust_name = _item(self.trust_name)
        self.area = {
            (level, code): item
            for level, rows in self.areas.groupby("area_level")
            for code, item in distinct_items(dict(zip(rows["area_code"], rows["label"], strict=True))).items()
        }
        self.population = distinct_items(dict(zip(self.populations["population"], self.populations["label"], strict=True)))
        named = self.measures.drop_duplicates("measure")
        self.measure = distinct_items(dict(zip(named["measure"], named["label"], strict=True)))
        titles = dict(zip(dims["characteristics"]["characteristic"], dims["characteristics"]["label"], strict=True))
        self.topic = {**distinct_items(titles | {code: name for code, name in TOPICS.items() if code in titles}), ALL: TOTAL}
        self.group = {
            (characteristic, code): item
            for characteristic, rows in self.groups.groupby("characteristic")
            for code, item in self._items_of(str(characteristic), rows).items()
        }
        place = zip(self.groups["characteristic"], self.groups["group_code"], strict=True)
        self.order = {key: number for number, key in enumerate(place)}

    def school(self, area_code: str) -> str:
        """The URN of an academy; a trust's central team has none."""
        return NOT_APPLICABLE if area_code == self.trust_id else area_code

    def phase(self, area_level: str, area_code: str) -> str:
        """The item of the filter of phases: everyone's unless the area is a phase."""
        return self.area[area_level, area_code] if area_level == "phase" else TOTAL

    def lists(self) -> dict[str, pd.DataFrame]:
        """The code lists by file name: each code, its label and what the files show for it."""
        areas, groups, measures = self.areas, self.groups, self.measures
        places = list(zip(areas["area_level"], areas["area_code"], strict=True))
        members = list(zip(groups["characteristic"], groups["group_code"], strict=True))
        return {
            "codes-areas": pd.DataFrame(
                {
                    "area_level": areas["area_level"],
                    "area_code": areas["area_code"],
                    "label": [self.area[key] for key in places],
                    "geographic_level": areas["area_level"].map(LEVELS),
                    "place": [self.school(code) if level == "academy" else self.phase(level, code) for level, code in places],
                }
            ),
            "codes-groups": pd.DataFrame(
                {
                    "characteristic": groups["characteristic"],
                    "group_code": groups["group_code"],
                    "label": groups["label"].map(_item),
                    "breakdown_topic": groups["characteristic"].map(self.topic),
                    "breakdown": [self.group[key] for key in members],
                    "parent_characteristic": groups["parent_characteristic"],
                    "parent_group_code": groups["parent_group_code"],
                }
            ),
            "codes-measures": pd.DataFrame(
                {
                    "population": measures["population"],
                    "measure": measures["measure"],
                    "population_label": measures["population"].map(self.population),
                    "label": measures["measure"].map(self.measure),
                    "kind": measures["kind"],
                    "unit": measures["unit"],
                    "definition": measures["definition"].map(_plain),
                }
            ),
            "codes-populations": pd.DataFrame(
                {
                    "population": self.populations["population"],
                    "label": self.populations["population"].map(self.population),
                    "base": self.populations["base"],
                }
            ),
        }

    def _items_of(self, characteristic: str, rows: pd.DataFrame) -> dict[str, str]:
        if characteristic == ALL:
            return {ALL: TOTAL}
        known = ITEMS.get(characteristic, {})
        return distinct_items({code: known.get(code, label) for code, label in zip(rows["group_code"], rows["label"], strict=True)})


def distinct_items(labels: Mapping[str, str]) -> dict[str, str]:
    """An item for each code: its label, with the code behind it where another label reads the same or the label reads as no data."""
    items = {str(code): _item(label) for code, label in labels.items()}
    seen = Counter(_read(item) for item in items.values())
    return {
        code: _cut(item, f" ({code})") if seen[_read(item)] > 1 or item.lower() in EMPTY_WORDS else item for code, item in items.items()
    }


def _read(item: str) -> str:
    """What is left of an item for a program that looks at letters and digits only."""
    return re.sub(r"[\W_]", "", item).lower()


def _item(label: object) -> str:
    return _cut(_plain(label))


def _plain(text: object) -> str:
    return " ".join(safe(text).split())


def _cut(text: str, end: str = "") -> str:
    room = ITEM_LIMIT - len(end)
    return (text if len(text) <= room else f"{text[: room - 3].rstrip()}...") + end

"""The home of one made-up local authority, seeded: its schools as academies, its pupils in files, and what is counted of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml
from pyarrow import csv

from pipelines.catalogue import load
from pipelines.demo import england
from pipelines.demo.trust import PRIMARY_YEARS, SECONDARY_YEARS, SIXTH_FORM_YEARS, calendar
from pipelines.home import Home, make_keys

PUPILS, SCHOOLS, AUTHORITIES = 8_000_000, 22_000, 150
PERIOD = "2025-26"
FIRST_URN = 700_001
SECONDARY, AS_LARGE = 0.2, 3.6
"""The share of schools that are secondary, and how many times as many pupils as a primary they have (DfE, Schools, pupils and their characteristics)."""
UNLIKE = 0.55
"""The standard deviation of the logarithm of an authority's size."""
SCHOOLS_A_FILE = 40
HEADCOUNT, POPULATION, NOBODY = "headcount", "pupils", "staff"
HEADINGS = {
    "Sex": "sex",
    "Ethnicity code": "ethnicity_major",
    "SEN provision": "sen_provision",
    "Pupil premium": "disadvantage",
    "EAL": "eal",
    "FSM": "free_school_meals",
    "NC year": "year_group",
}
"""What is counted, by the heading that it stands under."""
COUNTED = tuple(HEADINGS)
LETTERS = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"))


@dataclass(frozen=True)
class Authority:
    """A local authority: the ``schools`` from the one with ``first_urn`` on, and its pupils from number ``first_pupil`` on."""

    number: int
    pupils: int
    schools: int
    first_urn: int
    first_pupil: int

    @property
    def code(self) -> str:
        return f"LA{self.number:03d}"

    @property
    def name(self) -> str:
        return f"Authority {self.number}"


def authorities(seed: int) -> list[Authority]:
    """All of the nation, by number."""
    rng = np.random.default_rng([seed, 1])
    weights = np.exp(rng.normal(0, UNLIKE, AUTHORITIES))
    shares = weights / weights.sum()
    pupils, schools = _parted(PUPILS, shares), _parted(SCHOOLS, shares)
    urns, firsts = np.cumsum([FIRST_URN, *schools]), np.cumsum([0, *pupils])
    return [
        Authority(number + 1, int(pupils[number]), int(schools[number]), int(urns[number]), int(firsts[number]))
        for number in range(AUTHORITIES)
    ]


def chosen(nation: Sequence[Authority], share: float) -> list[Authority]:
    """That share of the authorities, as large and as small as all of them."""
    by_size = sorted(nation, key=lambda one: (one.pupils, one.number))
    number = max(1, round(len(by_size) * share))
    places = ((np.arange(number) + 0.5) / number * len(by_size)).astype(int)
    return [by_size[place] for place in places]


def _parted(whole: int, shares: np.ndarray) -> np.ndarray:
    """``whole`` in integer parts as near to ``shares`` as they can be, of which none is nothing."""
    ends = np.round(np.cumsum(shares) * whole).astype(int)
    parts = np.diff([0, *ends])
    return np.asarray(np.maximum(parts, 1))


def make(home: Home, group: Sequence[Authority], seed: int) -> list[Path]:
    """Make the home of these authorities, usually one, with its files in ``drop/trust``; the files."""
    home.make()
    make_keys(home)
    _declare(home, group, seed)
    folder = home.drop / "trust"
    folder.mkdir(exist_ok=True)
    written = []
    for authority in group:
        table, schools = pupils_of(authority, seed), _schools(authority, seed)
        for number, first in enumerate(range(0, authority.schools, SCHOOLS_A_FILE), start=1):
            rows = slice(int(schools[:first].sum()), int(schools[: first + SCHOOLS_A_FILE].sum()))
            path = folder / f"Pupils_{PERIOD}_{authority.code}_part{number:02d}.csv"
            csv.write_csv(table.slice(rows.start, rows.stop - rows.start), path, csv.WriteOptions(quoting_style="none"))
            os.utime(path, (1_784_000_000 + number,) * 2)
            written.append(path)
    return written


def _is_secondary(authority: Authority, seed: int) -> np.ndarray:
    return np.asarray(np.random.default_rng([seed, 2, authority.number]).random(authority.schools) < SECONDARY)


def _schools(authority: Authority, seed: int) -> np.ndarray:
    """The pupils of each school, which add up to the authority's."""
    rng = np.random.default_rng([seed, 3, authority.number])
    weights = np.where(_is_secondary(authority, seed), AS_LARGE, 1.0) * np.exp(rng.normal(0, 0.4, authority.schools))
    sizes = _parted(authority.pupils, weights / weights.sum())
    sizes[np.argmax(sizes)] += authority.pupils - sizes.sum()
    return np.asarray(sizes)


def pupils_of(authority: Authority, seed: int) -> pa.Table:
    """A row for each pupil, as a file for all schools has them, in the order of the schools."""
    rng = np.random.default_rng([seed, 4, authority.number])
    sizes, size = _schools(authority, seed), authority.pupils
    secondary = np.repeat(_is_secondary(authority, seed), sizes)
    older = (*SECONDARY_YEARS, *SIXTH_FORM_YEARS)
    year = np.where(secondary, np.array(older)[rng.integers(0, len(older), size)], np.array(PRIMARY_YEARS)[rng.integers(0, 7, size)])
    minority = float(np.exp(rng.normal(0, 0.6)))
    poor = rng.random(size) < england.DISADVANTAGED.value * np.repeat(np.exp(rng.normal(0, 0.4, authority.schools)), sizes)
    draw = rng.random(size)
    return pa.table(
        {
            "UPN": upns(authority.first_pupil + np.arange(size)),
            "URN": np.repeat(authority.first_urn + np.arange(authority.schools), sizes).astype(str),
            "NC year": year,
            "Sex": np.where(rng.random(size) < 0.49, "F", "M"),
            "Ethnicity code": rng.choice(list(england.ETHNICITY), size, p=england.ethnic_shares(min(minority, 2.0))),
            "SEN provision": np.select(
                [draw < england.EHC_PLAN.value, draw < england.EHC_PLAN.value + england.SEN_SUPPORT.value], ["E", "K"], "N"
            ),
            "Pupil premium": np.where(poor, "Y", "N"),
            "EAL": np.where(rng.random(size) < 0.2 * min(minority, 2.0), "Y", "N"),
            "FSM": np.where(poor & (rng.random(size) < 0.84), "FSM", "N"),
            "Enrolment status": np.full(size, "C"),
        }
    )


def upns(numbers: np.ndarray) -> np.ndarray:
    """Unique pupil numbers of made-up pupils, with their check letters."""
    digits = (90_000_000_000 * 10 + numbers[:, None]) // 10 ** np.arange(11, -1, -1) % 10
    letters = LETTERS[(digits * np.arange(2, 14)).sum(axis=1) % 23]
    return np.char.add(letters, (900_000_000_000 + numbers).astype(str))


def _declare(home: Home, group: Sequence[Authority], seed: int) -> None:
    """The trust's files: the schools, a calendar, and a catalogue in which nothing but headcounts of pupils is published."""
    one = group[0]
    schools = [
        {
            "urn": str(authority.first_urn + place),
            "name": f"School {authority.first_urn + place}",
            "year_groups": list((*SECONDARY_YEARS, *SIXTH_FORM_YEARS) if secondary else PRIMARY_YEARS),
        }
        for authority in group
        for place, secondary in enumerate(_is_secondary(authority, seed))
    ]
    name = one.name if len(group) == 1 else "Nation"
    _write(home.trust / "academies.yml", {"code": one.code, "name": name, "made_up": True, "academies": schools})
    _write(home.trust / "calendar.yml", calendar((PERIOD,)).model_dump(exclude_defaults=True))
    _write(home.trust / "brand.yml", {"short_name": name})
    _write(home.trust / "disclosure_policy.yml", {"profile": "publication", "crosses": [], "price_coarser": 0})
    built_in = load(home.trust)
    for measure in built_in.measures.values():
        if measure.name != HEADCOUNT:
            _lay_over(home, "measures", {"name": measure.name, "optional": True})
    for characteristic in built_in.characteristics.values():
        if characteristic.name not in HEADINGS.values():
            _lay_over(home, "characteristics", {"name": characteristic.name, "populations": [NOBODY]})
    populations = [
        item.model_copy(update={"areas": ("trust", "academy"), "composition": item.name == POPULATION}).model_dump(mode="json")
        for item in built_in.populations.values()
    ]
    _write(home.trust / "populations.yml", {"populations": populations})
    load(home.trust)


def _lay_over(home: Home, folder: str, entry: dict[str, Any]) -> None:
    (home.trust / folder).mkdir(exist_ok=True)
    _write(home.trust / folder / f"{entry['name']}.yml", entry)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(_plain(content), sort_keys=False), "utf-8")


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    return [_plain(item) for item in content] if isinstance(content, (list, tuple)) else content

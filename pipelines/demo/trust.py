"""The made-up trust itself: its academies, calendar, policy, brand and objectives. Its people belong in ``pupils`` and ``workforce``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.catalogue.trust import Academy, Brand, Calendar, CalendarPeriod, Objective, Trust

PRIMARY_YEARS = ("R", "1", "2", "3", "4", "5", "6")
SECONDARY_YEARS = ("7", "8", "9", "10", "11")


@dataclass(frozen=True)
class Site:
    """An academy with what the demonstration alone needs to know of it.

    ``places``: pupils per year group, in its primary and its secondary years. ``minority``: how much commoner than in England
    pupils from minority ethnic groups are; ``hardship``: the same for disadvantage. ``dialect`` names the MIS that it runs.
    """

    academy: Academy
    places: tuple[int, int]
    minority: float
    hardship: float
    dialect: str

    @property
    def urn(self) -> str:
        return self.academy.urn

    @property
    def establishment(self) -> int:
        return int(str(self.academy.laestab)[3:])

    def places_in(self, year_group: str) -> int:
        return self.places[year_group in SECONDARY_YEARS]


def _academy(urn: str, name: str, laestab: str, *year_groups: str) -> Academy:
    return Academy(urn=urn, name=name, laestab=laestab, year_groups=year_groups)


SITES = (
    Site(_academy("900401", "Quayside Primary Academy", "9992001", *PRIMARY_YEARS), (30, 0), 1.6, 1.3, "sims_labels"),
    Site(_academy("900402", "Gorse Hill Primary Academy", "9992002", *PRIMARY_YEARS), (45, 0), 0.5, 0.8, "arbor"),
    Site(_academy("900403", "Lantern Street Primary Academy", "9992003", *PRIMARY_YEARS), (60, 0), 1.3, 1.2, "bromcom_workbook"),
    Site(_academy("900404", "Harbour Academy", "9994001", *SECONDARY_YEARS), (0, 240), 1.3, 1.1, "sims_codes_and_labels"),
    Site(_academy("900405", "Heathland Academy", "9994002", *SECONDARY_YEARS), (0, 180), 0.5, 0.8, "bromcom_codes"),
    Site(_academy("900406", "Beacon All-through Academy", "9994003", *PRIMARY_YEARS, *SECONDARY_YEARS), (30, 160), 0.9, 0.9, "spreadsheet"),
)
TRUST = Trust(
    code="HHAT",
    name="Harbour & Heath Academies Trust",
    made_up=True,
    central="Central team",
    academies=tuple(site.academy for site in SITES),
)
BRAND = Brand(short_name="Harbour & Heath", colour="#1f4e5f", contact="equality@harbour-heath.example")
POLICY = {"profile": "publication"}

_WHO, _ADVANCE = "Director of Education", "advance"
OBJECTIVES = tuple(
    Objective.model_validate(entry)
    for entry in (
        {"code": "T1", "title": "Narrow the gap in attainment between disadvantaged pupils and their peers", "kind": "gap",
         "measure": "ks4_attainment_8", "characteristic": "disadvantage", "group": "disadvantaged", "comparator": "other",
         "owner": _WHO, "aim": _ADVANCE},
        {"code": "T2", "title": "Attendance at least in line with national figures", "kind": "benchmark",
         "measure": "persistent_absence", "owner": _WHO, "aim": _ADVANCE},
        {"code": "T3a", "title": "Fewer suspensions of pupils with special educational needs", "kind": "gap",
         "measure": "suspended", "characteristic": "sen_provision", "group": "sen_support", "comparator": "none",
         "owner": "Director of Inclusion", "aim": "eliminate"},
        {"code": "T3b", "title": "Fewer suspensions of disadvantaged pupils", "kind": "gap",
         "measure": "suspended", "characteristic": "disadvantage", "group": "disadvantaged", "comparator": "other",
         "owner": "Director of Inclusion", "aim": "eliminate"},
        {"code": "T4", "title": "Narrow the gap in attainment between boys and girls", "kind": "gap",
         "measure": "ks4_attainment_8", "characteristic": "sex", "group": "F", "comparator": "M", "owner": _WHO, "aim": _ADVANCE},
        {"code": "T5", "title": "Monitor recruitment, promotion, pay and terms by protected characteristic", "kind": "monitor",
         "measure": "gender_pay_gap_mean", "characteristic": "sex", "group": "F", "comparator": "M",
         "owner": "Director of People", "aim": "eliminate"},
        {"code": "A1", "title": "Boys and girls alike leave with strong passes in English and maths", "kind": "gap",
         "measure": "ks4_english_maths_5", "characteristic": "sex", "group": "F", "comparator": "M",
         "owner": "Principal, Harbour Academy", "aim": _ADVANCE},
        {"code": "A2", "title": "Pupils with English as an additional language reach the expected standard as often as others",
         "kind": "gap", "measure": "ks2_expected", "characteristic": "eal", "group": "eal", "comparator": "english",
         "owner": "Principal, Quayside Primary Academy", "aim": _ADVANCE},
        {"code": "A3a", "title": "Better attendance of disadvantaged pupils", "kind": "gap", "measure": "persistent_absence",
         "characteristic": "disadvantage", "group": "disadvantaged", "comparator": "other",
         "owner": "Principal, Beacon All-through Academy", "aim": _ADVANCE},
        {"code": "A3b", "title": "Better attendance of pupils with SEN support", "kind": "gap", "measure": "persistent_absence",
         "characteristic": "sen_provision", "group": "sen_support", "comparator": "none",
         "owner": "Principal, Beacon All-through Academy", "aim": _ADVANCE},
        {"code": "A4", "title": "Less variation in attendance between year groups", "kind": "monitor",
         "measure": "persistent_absence", "owner": "Principal, Harbour Academy", "aim": _ADVANCE},
        {"code": "A5", "title": "Every group of pupils takes part in clubs and activities", "kind": "monitor",
         "owner": "Principal, Heathland Academy", "aim": "foster"},
        {"code": "A6", "title": "Families of disadvantaged and EAL pupils come to parents' evenings", "kind": "monitor",
         "owner": "Principal, Quayside Primary Academy", "aim": "foster"},
        {"code": "A7", "kind": "monitor", "owner": "Designated Safeguarding Lead", "aim": "foster",
         "title": "Support transgender pupils. Not measured: one or two children could be recognised; this is casework, not statistics"},
    )
)  # fmt: skip


def calendar(periods: tuple[str, ...]) -> Calendar:
    """The calendar of ``periods`` such as '2025-26', oldest first; the last is open. Each may be released from its 1 October."""
    return Calendar(open_period=periods[-1], approvals=0, periods=tuple(_period(period) for period in periods))


def _period(period: str) -> CalendarPeriod:
    year = int(period[:4])
    return CalendarPeriod(
        period=period,
        starts=dt.date(year, 9, 1),
        ends=dt.date(year + 1, 8, 31),
        reference_date=dt.date(year + 1, 1, 15),
        release_from=dt.date(year + 1, 10, 1),
    )


def declare(directory: Path, periods: tuple[str, ...]) -> None:
    """Write the five files of ``home.trust`` into ``directory``, which exists."""
    _write(directory / "academies.yml", TRUST.model_dump(mode="json", exclude_defaults=True))
    _write(directory / "calendar.yml", calendar(periods).model_dump(exclude_defaults=True))
    _write(directory / "disclosure_policy.yml", POLICY)
    _write(directory / "brand.yml", BRAND.model_dump(mode="json"))
    _write(directory / "objectives.yml", {"objectives": [item.model_dump(mode="json", exclude_none=True) for item in OBJECTIVES]})


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(_plain(content), sort_keys=False, allow_unicode=True, width=120), "utf-8")


def _plain(content: Any) -> Any:
    """Tuples as lists: YAML has no tuples."""
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    return [_plain(item) for item in content] if isinstance(content, (list, tuple)) else content

"""The made-up trust itself: its academies, calendar, policy, brand and objectives. Its people belong in ``pupils`` and ``workforce``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.catalogue.trust import Academy, Brand, Calendar, CalendarPeriod, Objective, Trust

NURSERY_YEARS = ("N2",)
PRIMARY_YEARS = ("R", "1", "2", "3", "4", "5", "6")
SECONDARY_YEARS = ("7", "8", "9", "10", "11")
SIXTH_FORM_YEARS = ("12", "13")


@dataclass(frozen=True)
class Site:
    """An academy with what the demonstration alone needs to know of it.

    ``places``: pupils per year group, in its primary (and nursery) and its secondary years; in a sixth form half as many. ``minority``:
    how much commoner than in England pupils from minority ethnic groups are; ``hardship``: the same for disadvantage. ``dialect``
    names the MIS that it runs. ``special``: every pupil has an EHC plan.
    """

    academy: Academy
    places: tuple[int, int]
    minority: float
    hardship: float
    dialect: str
    special: bool = False

    @property
    def urn(self) -> str:
        return self.academy.urn

    @property
    def establishment(self) -> int:
        return int(str(self.academy.laestab)[3:])

    def places_in(self, year_group: str) -> int:
        if year_group in SIXTH_FORM_YEARS:
            return self.places[1] // 2
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
    Site(_academy("900407", "Mill Lane Infant Academy", "9992004", *NURSERY_YEARS, "R", "1", "2"), (60, 0), 1.1, 1.1, "arbor"),
    Site(_academy("900408", "Mill Lane Junior Academy", "9992005", "3", "4", "5", "6"), (60, 0), 1.1, 1.1, "arbor"),
    Site(_academy("900409", "Saltmarsh Primary Academy", "9992006", *PRIMARY_YEARS), (30, 0), 0.3, 0.7, "bromcom_codes"),
    Site(_academy("900410", "Foundry Road Primary Academy", "9992007", *NURSERY_YEARS, *PRIMARY_YEARS), (60, 0), 1.7, 1.4, "sims_labels"),
    Site(_academy("900411", "Ferry Meadow Primary Academy", "9992008", *PRIMARY_YEARS), (45, 0), 0.8, 1.0, "bromcom_workbook"),
    Site(_academy("900412", "St Brannock Primary Academy", "9992009", *PRIMARY_YEARS), (30, 0), 1.2, 1.2, "spreadsheet"),
    Site(
        _academy("900413", "Tideway Academy", "9994004", *SECONDARY_YEARS, *SIXTH_FORM_YEARS), (0, 180), 1.4, 1.3, "sims_codes_and_labels"
    ),
    Site(_academy("900414", "Moorside Academy", "9994005", *SECONDARY_YEARS, *SIXTH_FORM_YEARS), (0, 150), 0.6, 0.9, "arbor"),
    Site(
        _academy("900415", "Cove House Special Academy", "9997001", *PRIMARY_YEARS, *SECONDARY_YEARS), (3, 4), 0.9, 1.3, "spreadsheet", True
    ),
)
CODE, NAME = "HHAT", "Harbour & Heath Academies Trust"


@dataclass(frozen=True)
class Size:
    """How large the made-up trust is: its academies, and the academic years it has sent, oldest first."""

    sites: tuple[Site, ...]
    periods: tuple[str, ...]


FULL = Size(SITES, ("2023-24", "2024-25", "2025-26"))
SMALL = Size(SITES[:6], ("2025-26",))


def made_up(sites: tuple[Site, ...]) -> Trust:
    """The trust of these academies."""
    return Trust(code=CODE, name=NAME, made_up=True, central="Central team", academies=tuple(site.academy for site in sites))


BRAND = Brand(short_name="Harbour & Heath", colour="#1f4e5f", contact="equality@harbour-heath.example")
POLICY = {
    "profile": "publication",
    "optional": [f"{what}_pay_gap_{statistic}" for what in ("ethnicity", "disability") for statistic in ("mean", "median")],
}

_EDUCATION, _INCLUSION, _PEOPLE = "Director of Education", "Director of Inclusion", "Director of People"
_MONITORED = ("shortlisted", "appointed", "promoted", "permanent_contract", "redundant", "procedure_disciplinary")
_FROM, _BY = {"period": "2023-24"}, "2026-27"


def _objective(code: str, title: str, kind: str, measures: tuple[str, ...] | str, owner: str, aim: str, **more: Any) -> dict[str, Any]:
    named = (measures,) if isinstance(measures, str) else measures
    return {"code": code, "title": title, "kind": kind, "measures": named, "owner": owner, "aim": aim, **more}


def _gap(characteristic: str, group: str, comparator: str, target: float, **more: Any) -> dict[str, Any]:
    sides = {"characteristic": characteristic, "group": group, "comparator": comparator}
    return {**sides, "baseline": _FROM, "target": {"period": _BY, "value": target}, **more}


DISADVANTAGED, BY_SEX = ("disadvantage", "disadvantaged", "other"), ("sex", "M", "F")
DECLARED_OBJECTIVES = (
    _objective("T1", "Narrow the gap in attainment between disadvantaged pupils and their peers nationally", "gap", "ks4_attainment_8",
               _EDUCATION, "advance", **_gap(*DISADVANTAGED, -11.0, against="England"),
               why="Attainment 8 of disadvantaged pupils lies furthest from that of others in England."),
    _objective("T2a", "Attendance at least in line with national figures", "benchmark", "attendance_rate", _EDUCATION, "advance",
               against="England"),
    _objective("T2b", "Less lateness", "target", "lateness", _EDUCATION, "advance", baseline=_FROM, target={"period": _BY, "value": 0.02}),
    _objective("T3a", "Fewer suspensions of pupils with special educational needs", "gap", "suspended", _INCLUSION, "eliminate",
               **_gap("sen_provision", "sen_support", "none", 2.5)),
    _objective("T3b", "Fewer suspensions of pupils who attract the pupil premium", "gap", "suspended", _INCLUSION, "eliminate",
               **_gap(*DISADVANTAGED, 1.0)),
    _objective("T3c", "No more exclusions than the year before", "monitor", "permanently_excluded", _INCLUSION, "eliminate"),
    _objective("T4", "Narrow the gap in attainment between boys and girls", "gap", "ks4_attainment_8", _EDUCATION, "advance",
               **_gap(*BY_SEX, -2.0)),
    _objective("T5a", "Monitor recruitment, promotion, terms, redundancy and disciplinary by sex", "monitor", _MONITORED, _PEOPLE,
               "eliminate", characteristic="sex", group="F", comparator="M"),
    _objective("T5b", "Monitor recruitment, promotion, terms, redundancy and disciplinary by disability", "monitor", _MONITORED, _PEOPLE,
               "eliminate", characteristic="disability", group="disabled", comparator="not_disabled"),
    _objective("T5c", "Monitor pay by sex", "monitor", ("gender_pay_gap_mean", "gender_pay_gap_median"), _PEOPLE, "eliminate",
               characteristic="sex", group="F"),
    _objective("A1", "Boys and girls alike leave with strong passes in English and maths", "gap", "ks4_english_maths_5",
               "Principal, Harbour Academy", "advance", **_gap(*BY_SEX, 0.0, area="900404")),
    _objective("A2", "Pupils with English as an additional language attend as well as others", "gap", "persistent_absence",
               "Principal, Quayside Primary Academy", "advance", **_gap("eal", "eal", "english", 0.0, area="900401")),
    _objective("A3a", "Better attendance of disadvantaged pupils", "gap", "persistent_absence", "Principal, Beacon All-through Academy",
               "advance", **_gap(*DISADVANTAGED, 0.1, area="900406")),
    _objective("A3b", "Better attendance of pupils with SEN support", "target", "persistent_absence",
               "Principal, Beacon All-through Academy", "advance", area="900406", characteristic="sen_provision", group="sen_support",
               baseline=_FROM, target={"period": _BY, "value": 0.2}),
    _objective("A4", "Less variation in attendance between year groups", "target", "attendance_rate", "Principal, Harbour Academy",
               "advance", area="900404", characteristic="year_group", spread=True, baseline=_FROM, target={"period": _BY, "value": 0.01}),
    _objective("A5", "Disadvantaged pupils take part in clubs and activities as often as others", "gap", "enrichment",
               "Principal, Heathland Academy", "foster", **_gap(*DISADVANTAGED, -0.1, area="900405")),
    _objective("A6a", "Families of disadvantaged pupils come to parents' evenings", "target", "parents_evening",
               "Principal, Quayside Primary Academy", "foster", area="900401", characteristic="disadvantage", group="disadvantaged",
               baseline=_FROM, target={"period": _BY, "value": 0.85}),
    _objective("A6b", "Families of pupils with English as an additional language come to parents' evenings", "target", "parents_evening",
               "Principal, Quayside Primary Academy", "foster", area="900401", characteristic="eal", group="eal",
               baseline=_FROM, target={"period": _BY, "value": 0.85}),
    _objective("A7", "Track the progress of transgender pupils", "refused", (), "Designated Safeguarding Lead", "foster",
               reason="One or two children could be recognised. This is casework, not statistics: it is never collected or counted."),
)  # fmt: skip


def objectives(sites: tuple[Site, ...]) -> tuple[Objective, ...]:
    """The published objectives of one real trust and of one of its academies, in our words, as far as these academies have them."""
    urns = {site.urn for site in sites}
    return tuple(Objective.model_validate(entry) for entry in DECLARED_OBJECTIVES if entry.get("area", SITES[0].urn) in urns)


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


def declare(directory: Path, size: Size) -> None:
    """Write the five files of ``home.trust`` into ``directory``, which exists."""
    _write(directory / "academies.yml", made_up(size.sites).model_dump(mode="json", exclude_defaults=True))
    _write(directory / "calendar.yml", calendar(size.periods).model_dump(exclude_defaults=True))
    _write(directory / "disclosure_policy.yml", POLICY)
    _write(directory / "brand.yml", BRAND.model_dump(mode="json"))
    _write(
        directory / "objectives.yml",
        {"objectives": [item.model_dump(mode="json", exclude_defaults=True) for item in objectives(size.sites)]},
    )


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(_plain(content), sort_keys=False, allow_unicode=True, width=120), "utf-8")


def _plain(content: Any) -> Any:
    """Tuples as lists: YAML has no tuples."""
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    return [_plain(item) for item in content] if isinstance(content, (list, tuple)) else content

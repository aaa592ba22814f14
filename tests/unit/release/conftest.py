"""A small home with a draft that both judges have passed; every release test starts from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipelines.catalogue.trust import Calendar, CalendarPeriod
from pipelines.home import Home, make_keys
from pipelines.release import bundle, draft
from pipelines.release.manifest import Disclosure, Input, Manifest, Verdict, Versions

CELL_COLUMNS = [
    "population", "period", "area_level", "area_code", "measure", "characteristic", "group_code",
    "cross_characteristic", "cross_group_code", "numerator", "denominator", "value", "low", "high", "sd", "status",
]  # fmt: skip


def composition(girls: int, period: str = "2025-26") -> pd.DataFrame:
    """Two shown headcounts and one hidden, in the shape of the contract."""
    rows = [("F", girls, "shown"), ("M", 210, "shown"), ("U", None, "c")]
    frame = pd.DataFrame(
        [
            ("pupils", period, "trust", "T1", "headcount", "sex", code, "all", "all", count, None, count, None, None, None, status)
            for code, count, status in rows
        ],
        columns=CELL_COLUMNS,
    )
    return frame.astype(
        {"numerator": "Int64", "denominator": "Int64", "value": "float64", "low": "float64", "high": "float64", "sd": "float64"}
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make()
    make_keys(home)
    return home


@pytest.fixture
def build(home: Home) -> Callable[..., Manifest]:
    """``build(girls=..., period=..., release_from=...)`` makes a judged draft and returns its sealed manifest."""

    def build(girls: int = 190, period: str = "2025-26", release_from: dt.date | None = dt.date(2026, 9, 1), **changes: object) -> Manifest:
        folder = draft.begin(home)
        bundle.write_marts(folder, {"mart_pupil_composition": composition(girls, period)})
        reports = folder / "reports"
        reports.mkdir()
        (reports / "board.html").write_text(f"<p>{girls} girls</p>")
        manifest = Manifest(
            trust="T1",
            period=period,
            periods=(period,),
            release_from=release_from,
            approvals_needed=0,
            inputs=(Input(dataset="pupils", period=period, urn="100001", sha256="0" * 64),),
            versions=Versions(code="c" * 64, lock="d" * 64, solver="highs 1"),
            catalogue={"all": "e" * 64},
            policy={"threshold": 10},
            disclosure=Disclosure(k=10, level="exact"),
            verdicts={
                "gate2": Verdict(passed=True, checks=("threshold",), judged=bundle.digest(folder, "marts/")),
                "attack": Verdict(passed=True, checks=("subtraction",), judged=bundle.digest(folder)),
            },
        )
        return draft.finish(home, manifest.model_copy(update=changes))

    return build


@pytest.fixture
def dated() -> Callable[..., Any]:
    """``dated(approvals, y2025_26=date)``: what a release asks of the catalogue, its calendar. By default 2025-26 from 1 September 2026."""

    def dated(approvals: int = 0, **release_from: dt.date | None) -> Any:
        dates = {name[1:].replace("_", "-"): date for name, date in (release_from or {"y2025_26": dt.date(2026, 9, 1)}).items()}
        periods = [
            CalendarPeriod(
                period=period,
                starts=dt.date(int(period[:4]), 9, 1),
                ends=dt.date(int(period[:4]) + 1, 8, 31),
                reference_date=dt.date(int(period[:4]) + 1, 1, 15),
                release_from=date,
            )
            for period, date in dates.items()
        ]
        return SimpleNamespace(calendar=Calendar(open_period=periods[-1].period, periods=tuple(periods), approvals=approvals))

    return dated

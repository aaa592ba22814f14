"""``mart_objectives``: where each equality objective stands, period by period, from shown cells and gaps alone. A status is never typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.reporting.estimates import Sample, mean_difference

SHOWN = ("shown", "u")
COLUMNS = [
    "objective", "title", "kind", "aim", "owner", "why", "measure", "period", "area_level", "area_code", "characteristic", "group_code",
    "comparator_code", "against", "value", "low", "high", "baseline_period", "baseline", "target_period", "target", "expected", "status", "said",
]  # fmt: skip
NUMBERS = ["value", "low", "high", "baseline", "target", "expected"]
STATUSES = ("on_track", "at_risk", "off_track", "cannot_tell_yet", "monitored", "refused")
LEEWAY = 0.1
"""The share of the planned improvement by which a figure may lie behind the line and still be on track."""
NOT_MEASURABLE = "Monitored: as it stands it names no figure to be reached, so nothing can say whether it is met."


@dataclass(frozen=True)
class Reading:
    """What an objective's figure is in one period, with the range that chance allows; nothing where it is not shown."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Figures:
    """The shown figures that objectives are read from: ``cells`` and ``gaps`` of the marts, and ``benchmarks`` of stg_benchmarks.

    ``changes``: dim_measure_changes, which says from when a measure is defined anew.
    """

    cells: pd.DataFrame
    gaps: pd.DataFrame
    benchmarks: pd.DataFrame
    changes: pd.DataFrame

    def broken(self, measure: str, since: str, period: str) -> str:
        """Why figures of the two periods may not be compared; empty where they may."""
        if not since:
            return ""
        between = self.changes["period"].gt(since) & self.changes["period"].le(period)
        rows = self.changes[self.changes["measure"].eq(measure) & self.changes["change"].eq("break") & between]
        return f"Defined anew from {rows['period'].iloc[-1]}, so that nothing before compares: {rows['why'].iloc[-1]}" if len(rows) else ""

    def cell(self, where: dict[str, Any], period: str) -> Reading:
        """The cell of one group at one place."""
        return _reading(self._rows(where, period))

    def _rows(self, where: dict[str, Any], period: str) -> pd.DataFrame:
        return self.cells[
            self.cells["measure"].eq(where["measure"])
            & self.cells["period"].eq(period)
            & self.cells["area_level"].eq(where["area_level"])
            & self.cells["area_code"].eq(where["area_code"])
            & self.cells["characteristic"].eq(where["characteristic"])
            & self.cells["group_code"].eq(where["group_code"])
            & self.cells["cross_characteristic"].eq("all")
            & self.cells["status"].isin(SHOWN)
        ]

    def gap(self, where: dict[str, Any], period: str) -> Reading:
        """The gap of one group to another at one place: as the measure is judged, or in its unit where that is in standard deviations."""
        rows = self.gaps[
            self.gaps["measure"].eq(where["measure"])
            & self.gaps["period"].eq(period)
            & self.gaps["area_level"].eq(where["area_level"])
            & self.gaps["area_code"].eq(where["area_code"])
            & self.gaps["characteristic"].eq(where["characteristic"])
            & self.gaps["group_code"].isin([where["group_code"], where["comparator_code"]])
            & self.gaps["comparator_code"].isin([where["group_code"], where["comparator_code"]])
            & self.gaps["gap"].notna()
        ]
        if rows.empty:
            return Reading()
        row = rows.iloc[0]
        turned = row["group_code"] != where["group_code"]
        if row["statistic"] == "standardised":
            return self._in_the_unit(where, period)
        value, low, high = (None if pd.isna(row[name]) else float(row[name]) for name in ("gap", "low", "high"))
        if not turned:
            return Reading(value, low, high)
        if row["statistic"] == "ratio":
            return Reading(*(1 / end if end else None for end in (value, high, low)))
        return Reading(*(None if end is None else -end for end in (value, high, low)))

    def _in_the_unit(self, where: dict[str, Any], period: str) -> Reading:
        """The difference of two means in their own unit, with Welch's range: a target is set in points, not in standard deviations."""
        sides = [self._rows({**where, "group_code": code}, period) for code in (where["group_code"], where["comparator_code"])]
        if any(side.empty or side[["value", "sd", "denominator"]].isna().any(axis=None) for side in sides):
            return Reading()
        samples = [Sample(*(side[name].to_numpy(float) for name in ("value", "sd", "denominator"))) for side in sides]
        found = mean_difference(*samples)
        return Reading(float(found.gap[0]), float(found.low[0]), float(found.high[0]))

    def elsewhere(self, where: dict[str, Any], period: str, group: str) -> float | None:
        """The latest figure of the geography for that group, of a period no later than this."""
        rows = self.benchmarks[
            self.benchmarks["measure"].eq(where["measure"])
            & self.benchmarks["geography"].eq(where["against"])
            & self.benchmarks["characteristic"].eq(where["characteristic"])
            & self.benchmarks["group_code"].eq(group)
            & self.benchmarks["period"].le(period[:7])
        ]
        rows = rows.assign(whole=rows["phase"].eq("all")).sort_values(["whole", "period"])
        return float(rows["value"].iloc[-1]) if len(rows) else None

    def spread(self, where: dict[str, Any], period: str) -> Reading:
        """From the lowest to the highest group that is shown, where at least two are."""
        rows = self.cells[
            self.cells["measure"].eq(where["measure"])
            & self.cells["period"].eq(period)
            & self.cells["area_level"].eq(where["area_level"])
            & self.cells["area_code"].eq(where["area_code"])
            & self.cells["characteristic"].eq(where["characteristic"])
            & self.cells["cross_characteristic"].eq("all")
            & self.cells["status"].eq("shown")
        ]
        return Reading(float(rows["value"].max() - rows["value"].min())) if len(rows) > 1 else Reading()


def progress(objectives: pd.DataFrame, figures: Figures, measures: pd.DataFrame, periods: list[str]) -> pd.DataFrame:
    """One row for each objective, measure and period. ``objectives``: stg_objectives. ``measures``: dim_measures. ``periods`` in order.

    The line runs straight from baseline to target. *on_track*: at the line or better, give or take a tenth of the planned improvement.
    *at_risk*: worse, but the line lies inside the range, or there is no range. *off_track*: the whole range is worse. *cannot_tell_yet*: not
    shown, or the measure was defined anew since the baseline. A benchmark's line is the latest figure of its geography. A baseline
    without a value is the figure of its period.
    """
    better = dict(measures[["measure", "better"]].itertuples(index=False, name=None))
    declared = [{str(name): value for name, value in row.items()} for row in objectives.to_dict("records")]
    rows = [row for objective in declared for row in _rows(objective, figures, better, periods)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    texts = [name for name in COLUMNS if name not in NUMBERS]
    table = table.astype(dict.fromkeys(texts, "str") | dict.fromkeys(NUMBERS, "float64"))
    return table.sort_values(["objective", "measure", "period"], kind="stable", ignore_index=True)


def _rows(objective: dict[str, Any], figures: Figures, better: dict[str, str], periods: list[str]) -> list[dict[str, Any]]:
    kept = {name: objective[name] for name in COLUMNS if name in objective}
    if objective["kind"] == "refused":
        return [{**kept, "period": periods[-1], "baseline": None, "target": None, "status": "refused", "said": objective["reason"]}]
    baseline = objective["baseline_value"]
    if pd.isna(baseline) and objective["baseline_period"]:
        baseline = _read(objective, figures, objective["baseline_period"]).value
    out = []
    for period in periods:
        found = _read(objective, figures, period)
        expected = _expected(objective, figures, baseline, period)
        upwards = _upwards(objective, better, baseline)
        planned = 0.0 if baseline is None or pd.isna(objective["target_value"]) else abs(objective["target_value"] - baseline)
        status = "monitored" if objective["kind"] == "monitor" else status_of(found, expected, upwards, planned)
        broken = figures.broken(objective["measure"], objective["baseline_period"], period)
        if broken and status != "monitored":
            status, expected = "cannot_tell_yet", None
        out.append(
            {
                **kept,
                "period": period,
                "value": found.value,
                "low": found.low,
                "high": found.high,
                "baseline": baseline,
                "target": objective["target_value"],
                "expected": expected,
                "status": status,
                "said": NOT_MEASURABLE if status == "monitored" else broken,
            }
        )
    return out


def status_of(found: Reading, expected: float | None, upwards: bool, planned: float) -> str:
    """The status of one figure beside the line; ``upwards``: more is better, ``planned``: the size of the whole improvement."""
    if found.value is None or expected is None:
        return "cannot_tell_yet"
    sign = 1 if upwards else -1
    if sign * (found.value - expected) >= -LEEWAY * planned - 1e-12:
        return "on_track"
    worst_allowed = found.high if upwards else found.low
    if worst_allowed is None or sign * (worst_allowed - expected) >= 0:
        return "at_risk"
    return "off_track"


def _read(objective: dict[str, Any], figures: Figures, period: str) -> Reading:
    if objective["spread"]:
        return figures.spread(objective, period)
    if objective["kind"] in ("gap", "monitor") and objective["comparator_code"] and not objective["against"]:
        return figures.gap(objective, period)
    found = figures.cell(objective, period)
    if objective["kind"] != "gap" or found.value is None:
        return found
    other = figures.elsewhere(objective, period, objective["comparator_code"])
    if other is None:
        return Reading()
    return Reading(*(None if end is None else end - other for end in (found.value, found.low, found.high)))


def _expected(objective: dict[str, Any], figures: Figures, baseline: float | None, period: str) -> float | None:
    """Where the line is in that period."""
    if objective["kind"] == "benchmark":
        return figures.elsewhere(objective, period, objective["group_code"])
    if baseline is None or pd.isna(objective["target_value"]):
        return None
    first, last, now = (int(name[:4]) for name in (objective["baseline_period"], objective["target_period"], period))
    if now < first:
        return None
    share = min(1.0, (now - first) / (last - first))
    return float(baseline + share * (objective["target_value"] - baseline))


def _upwards(objective: dict[str, Any], better: dict[str, str], baseline: float | None) -> bool:
    """Whether more is better: towards the target; for a benchmark, or where the target is the baseline, as the measure says."""
    target = objective["target_value"]
    if objective["kind"] != "benchmark" and baseline is not None and not pd.isna(target) and target != baseline:
        return bool(target > baseline)
    return better.get(objective["measure"]) != "lower"


def _reading(rows: pd.DataFrame) -> Reading:
    if rows.empty or pd.isna(rows["value"].iloc[0]):
        return Reading()
    row = rows.iloc[0]
    return Reading(*(None if pd.isna(row[name]) else float(row[name]) for name in ("value", "low", "high")))

"""A small made-up release that is safe by construction, and ways to write it. Breaking it belongs to the control tests.

Four academies: two primary, one secondary, one that teaches both. Every atom (academy, phase, group, sex) has 30 pupils, of whom 12
are absent, 12 suspended and, in primary, 15 have a score; so every sum, complement and difference is at least 10. One atom is
small: academy 100001 has 4 Indian pupils. Its row and three others are hidden, so that in every table exactly one rectangle of four
is hidden: in it one number may be raised, two lowered and one raised again without changing any printed total.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pandas as pd

PERIOD = "2025-26"
TRUST = "T1"
PRIMARY_ONE, PRIMARY_TWO, SECONDARY, BOTH = "100001", "100002", "100003", "100004"
ATOMS = [(PRIMARY_ONE, "primary"), (PRIMARY_TWO, "primary"), (SECONDARY, "secondary"), (BOTH, "primary"), (BOTH, "secondary")]
MINOR = {"indian": "asian", "pakistani": "asian", "british": "white", "irish": "white", "african": "black", "caribbean": "black"}
SMALL = {(PRIMARY_ONE, "indian"): (2, 2)}
Rectangle = tuple[tuple[str, str], ...]
RECTANGLE: Rectangle = tuple(product((PRIMARY_ONE, PRIMARY_TWO), ("indian", "pakistani")))
DISCLOSURE = {"k": 10, "level": "exact", "zero_hidden": []}
CELL = [
    "population", "period", "area_level", "area_code", "measure", "characteristic", "group_code", "cross_characteristic",
    "cross_group_code", "numerator", "denominator", "value", "low", "high", "sd", "status",
]  # fmt: skip
TEXT = [*CELL[:9], "status"]
Marts = dict[str, pd.DataFrame]


def pupils(small: dict[tuple[str, str], tuple[int, int]] | None = None) -> pd.DataFrame:
    """One row per made-up pupil: academy, phase, sex, ethnicity, ethnicity_major, absent, suspended, score (NaN without one).

    ``small``: girls and boys of those groups of an academy that have fewer than 30 of each.
    """
    small = SMALL if small is None else small
    rows = []
    for (academy, phase), (minor, major), sex in product(ATOMS, MINOR.items(), ("F", "M")):
        few = small.get((academy, minor))
        count, flagged, scored = (few[sex == "M"], 1, 1) if few else (30, 12, 15)
        for number in range(count):
            score = 90.0 + (7 * number + len(minor) + (sex == "F")) % 21 if phase == "primary" and number < scored else None
            rows.append((academy, phase, sex, minor, major, number < flagged, number >= count - flagged, score))
    return pd.DataFrame(rows, columns=["academy", "phase", "sex", "ethnicity", "ethnicity_major", "absent", "suspended", "score"])


def staff() -> pd.DataFrame:
    """One row per made-up employee: academy, sex, pay. Men at the first academy are 15: shown, but too few to interpret."""
    rows = []
    for academy, sex in product((PRIMARY_ONE, PRIMARY_TWO, SECONDARY, BOTH), ("F", "M")):
        count = 15 if (academy, sex) == (PRIMARY_ONE, "M") else 30
        rows += [(academy, sex, 20.0 + number % 7 + (sex == "M")) for number in range(count)]
    return pd.DataFrame(rows, columns=["academy", "sex", "pay"])


def small_release(rectangle: Rectangle = RECTANGLE, small: dict[tuple[str, str], tuple[int, int]] | None = None) -> Marts:
    """Every mart and reference table of the release, by name. ``rectangle``: academies and groups whose rows are hidden."""
    people = pupils(small)
    scored = people[people["score"].notna()]
    measures = {
        "headcount": ("headcount", None, 0, False),
        "persistent_absence": ("rate", "absent", 3, False),
        "suspended": ("rate", "suspended", 3, True),
        "reading_score": ("mean", "score", 1, False),
        "hourly_pay": ("mean", "pay", 2, False),
        "pay_gap": ("figure", None, 1, False),
    }
    tables = ("sex", "ethnicity_major", "ethnicity")
    cells = []
    for name in ("headcount", "persistent_absence", "suspended"):
        cells += _cells("pupils", people, name, measures[name], tables, ("trust", "phase", "academy"), rectangle)
    cells += _cells("pupils_read", scored, "reading_score", measures["reading_score"], tables, ("trust", "phase", "academy"), rectangle)
    employees = staff()
    cells += _cells("staff", employees, "headcount", measures["headcount"], ("sex",), ("trust", "academy"), ())
    cells += _cells("staff", employees, "hourly_pay", measures["hourly_pay"], ("sex",), ("trust", "academy"), ())
    cells.append(_figure(employees))
    table = _typed(pd.DataFrame(cells, columns=CELL))
    subject = table["population"].eq("staff").map({True: "staff", False: "pupil"})
    headcount = table["measure"].eq("headcount").map({True: "composition", False: "outcomes"})
    marts = {
        f"mart_{person}_{kind}": table[(subject == person) & (headcount == kind)].reset_index(drop=True)
        for person, kind in product(("pupil", "staff"), ("composition", "outcomes"))
    }
    for person, kind in product(("applicant", "governor", "case"), ("composition", "outcomes")):
        marts[f"mart_{person}_{kind}"] = marts[f"mart_staff_{kind}"].head(0)
    return {**marts, "mart_gaps": _gaps(marts["mart_pupil_outcomes"]), **_dimensions(measures)}


def with_derived(marts: Marts) -> Marts:
    """The release with marts made from marts: a benchmark beside the trust's rate, and whose sex is not known."""
    everyone = {"area_level": "trust", "characteristic": "all"}
    (rate,) = (
        marts["mart_pupil_outcomes"]
        .query("measure == 'suspended' and area_level == 'trust' and characteristic == 'all'")
        .to_dict("records")
    )
    place = {name: rate[name] for name in ("population", "period", "area_code", "measure", "numerator", "value")}
    (people,) = marts["mart_pupil_composition"].query("area_level == 'trust' and characteristic == 'all'")["numerator"]
    counted = {"population": "pupils", "period": PERIOD, "area_level": "trust", "area_code": TRUST, "characteristic": "sex"}
    return {
        **marts,
        "mart_benchmarks": pd.DataFrame([{**place, **everyone, "group_code": "all", "geography": "England", "benchmark": 0.2}]),
        "mart_completeness": pd.DataFrame([{**counted, "not_known": 0, "people": int(people), "share": 0.0}]),
    }


def write(marts: Marts, folder: Path, disclosure: dict[str, object] | None = None, reports: dict[str, str] | None = None) -> Path:
    """The release as a folder: marts, reports and a manifest with the disclosure block."""
    (folder / "marts").mkdir(parents=True)
    (folder / "reports").mkdir()
    for name, frame in marts.items():
        frame.to_parquet(folder / "marts" / f"{name}.parquet", index=False)
    for name, text in (reports or {}).items():
        (folder / "reports" / name).write_text(text, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"disclosure": disclosure or DISCLOSURE}), encoding="utf-8")
    return folder


def change(marts: Marts, name: str, where: dict[str, str], **values: object) -> Marts:
    """The marts with ``values`` set in those rows of one mart that match ``where``; fails unless some row matches."""
    frame = marts[name].copy()
    chosen = pd.Series(True, index=frame.index)
    for column, wanted in where.items():
        chosen &= frame[column] == wanted
    assert chosen.any(), "the control would break nothing"
    for column, value in values.items():
        frame.loc[chosen, column] = value
    return {**marts, name: frame}


def without(marts: Marts, name: str, query: str) -> Marts:
    """The marts without those rows of one mart, and without the gaps, which may have rested on them."""
    frame = marts[name]
    kept = frame[~frame.eval(query)]
    assert len(kept) < len(frame), "the control would break nothing"
    return {**marts, name: kept, "mart_gaps": marts["mart_gaps"].head(0)}


def _groups(characteristic: str) -> list[str]:
    return {
        "sex": ["F", "M", "U"],
        "ethnicity_major": ["asian", "white", "black"],
        "ethnicity": list(MINOR),
    }[characteristic]


def _areas(people: pd.DataFrame, level: str) -> list[tuple[str, pd.DataFrame]]:
    if level == "trust":
        return [(TRUST, people)]
    codes = ["primary", "secondary"] if level == "phase" else [PRIMARY_ONE, PRIMARY_TWO, SECONDARY, BOTH]
    return [(code, people[people[level] == code]) for code in codes]


def _cells(
    population: str, people: pd.DataFrame, name: str, measure: tuple[str, str | None, int, bool],
    characteristics: tuple[str, ...], levels: tuple[str, ...], rectangle: Rectangle,
) -> list[tuple[object, ...]]:  # fmt: skip
    rows = []
    for level in levels:
        for area, inside in _areas(people, level):
            groups = [("all", "all", inside)]
            groups += [(c, g, inside[inside[c] == g]) for c in characteristics for g in _groups(c)]
            for characteristic, group, members in groups:
                place = (population, PERIOD, level, area, name, characteristic, group, "all", "all")
                hidden = characteristic == "ethnicity" and (area, group) in rectangle
                rows.append((*place, *_numbers(measure, members, empty_area=inside.empty, hidden=hidden)))
    return rows


def _numbers(measure: tuple[str, str | None, int, bool], members: pd.DataFrame, empty_area: bool, hidden: bool) -> tuple[object, ...]:
    kind, column, decimals, _ = measure
    count = len(members)
    nothing = (None, None, None, None, None, None)
    if hidden:
        return (*nothing, "c")
    if kind == "headcount":
        return (count, None, float(count), None, None, None, "shown")
    if count == 0:
        return (*nothing, "x" if empty_area else "z")
    status = "u" if count < 20 else "shown"
    if kind == "rate":
        reached = int(members[column].sum())
        share = reached / count
        return (reached, count, share, max(0.0, share - 0.1), min(1.0, share + 0.1), None, status)
    mean, spread = float(members[column].mean()), float(members[column].std())
    return (None, count, round(mean, decimals), mean - spread, mean + spread, spread, status)


def _figure(employees: pd.DataFrame) -> tuple[object, ...]:
    means = employees.groupby("sex")["pay"].mean()
    gap = round(100 * float((means["M"] - means["F"]) / means["M"]), 1)
    place = ("staff", PERIOD, "trust", TRUST, "pay_gap", "sex", "F", "all", "all")
    return (*place, None, None, gap, gap - 2.0, gap + 2.0, None, "shown")


def _gaps(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Each ethnic group against British pupils in each area; where one side is hidden, a row without numbers."""
    place = ["population", "period", "area_level", "area_code", "measure", "characteristic"]
    own = outcomes[(outcomes["characteristic"] == "ethnicity") & ~outcomes["status"].isin(["x", "z"])]
    other = own[own["group_code"] == "british"]
    pairs = own[own["group_code"] != "british"].merge(other, on=place, suffixes=("", "_c"))
    numbers = pd.DataFrame({
        **{column: pairs[column] for column in [*place, "group_code"]},
        "comparator_code": "british", "statistic": "difference",
        "value": pairs["value"], "comparator_value": pairs["value_c"], "gap": pairs["value"] - pairs["value_c"],
        "low": pairs["value"] - pairs["value_c"] - 0.1, "high": pairs["value"] - pairs["value_c"] + 0.1,
        "denominator": pairs["denominator"], "comparator_denominator": pairs["denominator_c"],
        "people_behind": pd.array([0] * len(pairs), dtype="Int64"), "p_value": 0.5, "q_value": 0.5,
        "family": pd.array([len(pairs)] * len(pairs), dtype="Int64"), "verdict": "cannot_tell",
    })  # fmt: skip
    hidden = pairs["status"].eq("c") | pairs["status_c"].eq("c")
    numbers.loc[hidden, ["value", "comparator_value", "gap", "low", "high", "p_value", "q_value"]] = None
    numbers.loc[hidden, ["denominator", "comparator_denominator", "people_behind", "family"]] = pd.NA
    numbers.loc[hidden, "verdict"] = "not_shown"
    return numbers


def _dimensions(measures: dict[str, tuple[str, str | None, int, bool]]) -> Marts:
    areas = [("trust", TRUST, "The trust", "", "")]
    areas += [("phase", phase, phase.title(), "trust", TRUST) for phase in ("primary", "secondary")]
    for academy in (PRIMARY_ONE, PRIMARY_TWO, SECONDARY, BOTH):
        areas.append(("academy", academy, f"Academy {academy}", "trust", TRUST))
        phases = [phase for code, phase in ATOMS if code == academy]
        areas += [("academy", academy, f"Academy {academy}", "phase", phase) for phase in phases]
        if len(phases) > 1:
            parts = product(phases, ("academy", "phase"))
            areas += [
                ("academy_phase", f"{academy}|{phase}", f"Academy {academy}", level, academy if level == "academy" else phase)
                for phase, level in parts
            ]
    groups = [("all", "all", "Everyone", "", "", 0, False)]
    groups += [("sex", code, code, "all", "all", place, code == "U") for place, code in enumerate("FMU", 1)]
    groups += [("ethnicity_major", code, code, "all", "all", place, False) for place, code in enumerate(("asian", "white", "black"), 1)]
    groups += [("ethnicity", code, code, "ethnicity_major", major, place, False) for place, (code, major) in enumerate(MINOR.items(), 1)]
    where = {"reading_score": ("pupils_read",), "hourly_pay": ("staff",), "pay_gap": ("staff",), "headcount": ("pupils", "staff")}
    scale = {"reading_score": (80.0, 120.0)}
    declared = [
        (name, name, kind, population, "people", sensitive, *scale.get(name, (None, None)), decimals, "")
        for name, (kind, _, decimals, sensitive) in measures.items()
        for population in where.get(name, ("pupils",))
    ]
    return {
        "dim_areas": pd.DataFrame(areas, columns=["area_level", "area_code", "label", "parent_level", "parent_code"]),
        "dim_groups": pd.DataFrame(groups, columns=[
            "characteristic", "group_code", "label", "parent_characteristic", "parent_group_code", "sort", "is_unknown"]),
        "dim_measures": pd.DataFrame(declared, columns=[
            "measure", "label", "kind", "population", "unit", "sensitive", "scale_min", "scale_max", "decimals", "better"]),
        "dim_periods": pd.DataFrame({"period": [PERIOD], "part_of": [""]}),
        "dim_populations": pd.DataFrame(
            [("pupils", "Pupils", "pupil", "", False), ("pupils_read", "Pupils with a score", "pupil", "pupils", True),
             ("staff", "Staff", "staff", "", False)],
            columns=["population", "label", "subject", "base", "nested"]),
    }  # fmt: skip


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    types: dict[str, str] = dict.fromkeys(TEXT, "str")
    types |= dict.fromkeys(("numerator", "denominator"), "Int64")
    types |= dict.fromkeys(("value", "low", "high", "sd"), "float64")
    return table.astype(types)


Breakage = Callable[[Marts], Marts]

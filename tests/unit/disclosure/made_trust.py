"""A made-up trust as frames, of any size and seed: people with groups and outcomes, counted densely. No assertions here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

GROUPS = {
    "sex": ["F", "M", "U"],
    "ethnicity_major": ["A", "B", "W"],
    "fsm": ["N", "Y"],
}
MINORS = {"A1": "A", "A2": "A", "B1": "B", "W1": "W", "W2": "W"}
WEIGHTS = {"sex": [0.5, 0.49, 0.01], "fsm": [0.75, 0.25], "minor": [0.1, 0.05, 0.05, 0.72, 0.08]}


@dataclass(frozen=True)
class Frames:
    """The arguments of protect() but the policy, and the persons they were counted from."""

    cells: pd.DataFrame
    links: pd.DataFrame
    groups: pd.DataFrame
    areas: pd.DataFrame
    measures: pd.DataFrame
    populations: pd.DataFrame
    persons: pd.DataFrame


def made_trust(
    seed: int = 0,
    academies: int = 4,
    roll: int = 60,
    periods: int = 1,
    rates: tuple[str, ...] = ("suspended",),
    means: tuple[str, ...] = ("score",),
    crosses: tuple[tuple[str, str], ...] = (("sex", "ethnicity_major"),),
    all_through: bool = True,
) -> Frames:
    """Count a random trust. The last academy teaches both phases if `all_through`; movers are outside `stable`."""
    draw = np.random.default_rng(seed)
    people = []
    for period in range(periods):
        for academy in range(academies):
            size = int(draw.integers(roll // 2, roll * 3 // 2 + 1))
            minor = draw.choice(list(MINORS), size, p=WEIGHTS["minor"])
            frame = pd.DataFrame(
                {
                    "period": f"20{20 + period}-{21 + period}",
                    "academy": f"10{academy:02d}",
                    "sex": draw.choice(GROUPS["sex"], size, p=WEIGHTS["sex"]),
                    "fsm": draw.choice(GROUPS["fsm"], size, p=WEIGHTS["fsm"]),
                    "ethnicity": minor,
                    "ethnicity_major": [MINORS[code] for code in minor],
                    "phase": "primary" if academy % 2 else "secondary",
                    "stable": draw.random(size) < 0.85,
                }
            )
            if all_through and academy == academies - 1:
                frame["phase"] = np.where(draw.random(size) < 0.5, "primary", "secondary")
            for name in rates:
                frame[name] = draw.random(size) < draw.choice([0.05, 0.3, 0.9])
            for name in means:
                frame[name] = np.round(draw.normal(50, 15, size).clip(0, 100))
            people.append(frame)
    persons = pd.concat(people, ignore_index=True)
    teaches = persons.groupby("academy")["phase"].nunique()
    mixed = set(teaches[teaches > 1].index)

    areas = [("trust", "T", "", "")]
    areas += [("phase", code, "trust", "T") for code in sorted(persons["phase"].unique())]
    for academy, phase in persons[["academy", "phase"]].drop_duplicates().sort_values(["academy", "phase"]).itertuples(index=False):
        areas += [("academy", academy, "phase", phase), ("academy", academy, "trust", "T")]
        if academy in mixed:
            areas += [("academy_phase", f"{academy}|{phase}", "academy", academy), ("academy_phase", f"{academy}|{phase}", "phase", phase)]
    area_frame = pd.DataFrame(areas, columns=["area_level", "area_code", "parent_level", "parent_code"]).drop_duplicates()

    atoms = persons[persons["academy"].isin(mixed)]
    placed = pd.concat(
        [
            persons.assign(area_level="trust", area_code="T"),
            persons.assign(area_level="phase", area_code=persons["phase"]),
            persons.assign(area_level="academy", area_code=persons["academy"]),
            atoms.assign(area_level="academy_phase", area_code=atoms["academy"] + "|" + atoms["phase"]),
        ],
        ignore_index=True,
    )
    codes = GROUPS | {"ethnicity": list(MINORS)}
    shapes = [("all", "all"), *((name, "all") for name in codes), *crosses]
    tall = pd.concat([_grid(placed, one, two, codes, area_frame, rates, means) for one, two in shapes], ignore_index=True)
    inside = placed[placed["stable"]]
    tall_stable = pd.concat([_grid(inside, one, two, codes, area_frame, (), (), placed) for one, two in shapes[:4]], ignore_index=True)

    cells = pd.concat([_cells(tall, "pupils", rates, means), _cells(tall_stable, "stable", (), ())], ignore_index=True)
    key = ["period", "area_level", "area_code", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]
    both = tall_stable[[*key, "n"]].merge(tall[[*key, "n"]], on=key, suffixes=("_here", "_base"))
    links = both[key].assign(population="stable", base="pupils", only_here=0, only_base=both["n_base"] - both["n_here"])

    groups = [("all", "all", "", "")]
    groups += [(name, code, "all", "all") for name in GROUPS for code in GROUPS[name]]
    groups += [("ethnicity", code, "ethnicity_major", major) for code, major in MINORS.items()]
    measures = pd.DataFrame(
        [("headcount", "headcount", False, np.nan, np.nan)]
        + [(name, "rate", name.startswith("sensitive"), np.nan, np.nan) for name in rates]
        + [(name, "mean", False, 0.0, 100.0) for name in means],
        columns=["measure", "kind", "sensitive", "scale_min", "scale_max"],
    )
    return Frames(
        cells=cells,
        links=links,
        groups=pd.DataFrame(groups, columns=["characteristic", "group_code", "parent_characteristic", "parent_group_code"]),
        areas=area_frame,
        measures=measures,
        populations=pd.DataFrame({"population": ["pupils", "stable"], "base": ["", "pupils"]}),
        persons=persons,
    )


def _grid(people, one, two, codes, areas, rates, means, frame=None):
    """Dense counts, numerators and sums of one shape of table."""
    everyone = people if frame is None else frame
    named = people.assign(all="all")
    by = ["period", "area_level", "area_code", one, two] if two != one else ["period", "area_level", "area_code", one]
    wanted = {"n": ("academy", "size")} | {name: (name, "sum") for name in (*rates, *means)}
    counted = named.groupby(by).agg(**wanted).reset_index()
    places = areas[["area_level", "area_code"]].drop_duplicates()
    dense = pd.DataFrame({"period": everyone["period"].unique()}).merge(places, how="cross")
    for name in dict.fromkeys([one, two]):
        dense = dense.merge(pd.DataFrame({name: codes.get(name, ["all"])}), how="cross")
    dense = dense.merge(counted, how="left", on=by).fillna(0)
    dense["characteristic"], dense["group_code"] = one, dense[one]
    dense["cross_characteristic"], dense["cross_group_code"] = two, dense[two]
    return dense.drop(columns=list(codes), errors="ignore")


def _cells(tall: pd.DataFrame, population: str, rates: tuple[str, ...], means: tuple[str, ...]) -> pd.DataFrame:
    key = ["period", "area_level", "area_code", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]
    n = tall["n"].astype("Int64")
    head = tall[key].assign(measure="headcount", kind="headcount", numerator=n, denominator=pd.NA, value=n.astype(float))
    frames = [head]
    for name in rates:
        frames.append(
            tall[key].assign(
                measure=name,
                kind="rate",
                numerator=tall[name].astype("Int64"),
                denominator=n,
                value=(tall[name] / tall["n"].where(tall["n"] > 0)).astype(float),
            )
        )
    for name in means:
        frames.append(
            tall[key].assign(
                measure=name,
                kind="mean",
                numerator=pd.NA,
                denominator=n,
                value=(tall[name] / tall["n"].where(tall["n"] > 0)).astype(float),
                smallest=n,
            )
        )
    cells = pd.concat(frames, ignore_index=True)
    cells = cells.astype(
        {"numerator": "Int64", "denominator": "Int64", "smallest": "Int64"} if means else {"numerator": "Int64", "denominator": "Int64"}
    )
    if not means:
        cells["smallest"] = pd.array([pd.NA] * len(cells), dtype="Int64")
    return cells.assign(
        population=population, low=np.nan, high=np.nan, sd=np.nan, largest_share=np.nan, published=cells["area_level"] != "academy_phase"
    )

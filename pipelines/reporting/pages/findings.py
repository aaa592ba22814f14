"""What a board should hear first: the gaps with most people behind them, what goes well, how much could be told."""

from __future__ import annotations

import functools

import pandas as pd

from pipelines.reporting.commentary import say, similar_sentence
from pipelines.reporting.marts import NO_DATA, Marts
from pipelines.reporting.verdicts import CLEAR, SIMILAR, VERDICTS
from pipelines.reporting.words import joined, per_cent, within_sentence

MOST = 3
MOSTLY_KNOWN = 0.9


def findings(gaps: pd.DataFrame) -> pd.DataFrame:
    """The clear gaps of one area that leave someone worse off, most people behind them first; at most three, as rows of ``gaps``.

    Where only two groups are compared and the comparator is worse off, the row is turned round. A characteristic, with the finer
    ones that divide it, is named once for a measure: the group with most people behind the gap stands for it.
    """
    gaps = gaps.assign(only_two=gaps.groupby(["measure", "characteristic"])["group_code"].transform("nunique").eq(1))
    clear = gaps[gaps["verdict"].eq(CLEAR)]
    worse_off = _worse_off(clear)
    worse, turned = clear[worse_off], _turned_round(clear[~worse_off & clear["only_two"]])
    table = pd.concat([worse, turned]).sort_values(
        ["people_behind", "label", "order"], ascending=[False, True, True], na_position="last", kind="stable"
    )
    return table.drop_duplicates(["measure", "root"]).head(MOST).reset_index(drop=True)


def _worse_off(gaps: pd.DataFrame) -> pd.Series:
    above = gaps["value"] > gaps["comparator_value"]
    return gaps["better"].eq("neither") | (gaps["better"].eq("lower") & above) | (gaps["better"].eq("higher") & ~above)


def _turned_round(gaps: pd.DataFrame) -> pd.DataFrame:
    """The same comparisons seen from the comparator; people behind the gap are then the comparator's."""
    behind = ((gaps["value"] - gaps["comparator_value"]).abs() * gaps["comparator_denominator"]).round().astype("Int64")
    swapped = {"group": "comparator", "group_code": "comparator_code", "value": "comparator_value", "denominator": "comparator_denominator"}
    both_ways = {**swapped, **{other: own for own, other in swapped.items()}}
    gap = (1 / gaps["gap"]).where(gaps["statistic"].eq("ratio"), -gaps["gap"])
    return gaps.rename(columns=both_ways).assign(gap=gap, people_behind=behind.where(gaps["kind"].eq("rate")))


def lead(chosen: pd.DataFrame) -> str:
    """The summary in one sentence."""
    if chosen.empty:
        return say(2)
    return _topics(chosen, (1, 80, 81))


def lead_here(chosen: pd.DataFrame) -> str:
    """The same of one academy that has a clear gap."""
    return _topics(chosen, (68, 82, 83))


def _topics(chosen: pd.DataFrame, numbers: tuple[int, int, int]) -> str:
    """What the findings are about: by the people behind them, one alone, or several of which one is an average without people behind it."""
    topics = [f"{within_sentence(row['label'])} ({row['group']})" for _, row in chosen.iterrows()]
    number = numbers[1] if len(chosen) == 1 else numbers[2] if chosen["people_behind"].isna().any() else numbers[0]
    return say(number, topics=joined(topics))


def going_well(marts: Marts, academy: str = "") -> list[str]:
    """At least one sentence of the trust, or of one academy (its code): what is similar for most people, else the protected
    characteristics known best, else the truth."""
    gaps = marts.gaps_at("academy", academy) if academy else marts.gaps_at("trust")
    gaps = gaps[gaps["verdict"].eq(SIMILAR)]
    covered = gaps.assign(smaller=gaps[["denominator", "comparator_denominator"]].min(axis=1))
    covered = covered.sort_values(["smaller", "label", "order"], ascending=[False, True, True]).drop_duplicates("measure")
    if len(covered):
        return [similar_sentence(row) for _, row in covered.head(2).iterrows()]
    every = not_known_at(marts, "academy", academy) if academy else not_known(marts)
    known = every[every["share"].notna()]
    known = known[known["share"].le(1 - MOSTLY_KNOWN) & ~known["is_context"]].sort_values(["share", "label", "whom"], kind="stable")
    if len(known):
        best = known.drop_duplicates("label").head(2)
        return [say(10, characteristic=row["label"], share=per_cent(1 - row["share"]), whom=row["whom"]) for _, row in best.iterrows()]
    return [say(79 if every["status"].isin(["c", "low"]).any() else 11)]


@functools.lru_cache(maxsize=1)
def not_known(marts: Marts) -> pd.DataFrame:
    """Whose group is not known: ``label``, ``whom``, ``share`` (null when hidden), ``status``, ``is_context`` per characteristic.

    The same for every page of a pack, and so reckoned once.
    """
    return not_known_at(marts, "trust", marts.trust_code)


def not_known_at(marts: Marts, area_level: str, area_code: str) -> pd.DataFrame:
    """The same of any area."""
    rows = []
    roots = marts.characteristics.loc[~marts.characteristics["is_finer"], ["characteristic", "label", "is_context"]]
    for population in ("pupils", "staff"):
        everyone = marts.everyone(population, "headcount", area_level).get(area_code, NO_DATA)
        for characteristic, label, is_context in roots.to_numpy():
            cells = marts.at_area(area_level, area_code, population, "headcount", characteristic)
            groups = marts.groups_of(characteristic)
            for code in groups.loc[groups["is_unknown"].astype(bool), "group_code"]:
                if code in cells:
                    cell = cells[code]
                    share = cell.numerator / everyone.numerator if cell.numerator is not None and everyone.numerator else None
                    rows.append((label, population, share, cell.status if not cell.shown else everyone.status, is_context))
    return pd.DataFrame(rows, columns=["label", "whom", "share", "status", "is_context"]).astype({"share": "float64", "is_context": bool})


def told(marts: Marts) -> dict[str, dict[str, int]]:
    """How many comparisons got each verdict, across the trust and in its academies and phases."""
    whole = marts.gaps["area_level"].eq("trust")
    parts = {"Across the trust": marts.gaps[whole], "In academies and phases": marts.gaps[~whole]}
    return {name: {verdict: int(part["verdict"].eq(verdict).sum()) for verdict in VERDICTS} for name, part in parts.items() if len(part)}

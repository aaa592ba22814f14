"""What a board should hear first: the gaps with most people behind them, what goes well, how much could be told. Words are ``commentary``'s."""

from __future__ import annotations

import pandas as pd

from pipelines.reporting.commentary import say, similar_sentence
from pipelines.reporting.marts import SHOWN, Marts
from pipelines.reporting.verdicts import CLEAR, SIMILAR, VERDICTS
from pipelines.reporting.words import per_cent, within_sentence

MOST = 3
MOSTLY_KNOWN = 0.9


def findings(marts: Marts) -> pd.DataFrame:
    """The trust's clear gaps that leave someone worse off, most people behind them first; at most three, as rows of ``marts.gaps``.

    Where only two groups are compared and the comparator is worse off, the row is turned round. Of a group and a finer group
    within it, only the one with more people behind the gap is named.
    """
    clear = marts.gaps[marts.gaps["area_level"].eq("trust") & marts.gaps["verdict"].eq(CLEAR)]
    sides = marts.gaps[marts.gaps["area_level"].eq("trust")].groupby(["measure", "characteristic"])["group_code"].nunique()
    worse = clear[_worse_off(clear)]
    better = clear[_better_off(clear)]
    only_two = [sides[measure, characteristic] == 1 for measure, characteristic in zip(better["measure"], better["characteristic"], strict=True)]
    turned = _turned_round(better[only_two])
    table = pd.concat([worse, turned]).sort_values(
        ["people_behind", "label", "order"], ascending=[False, True, True], na_position="last", kind="stable"
    )
    return table.drop_duplicates(["measure", "root"]).head(MOST).reset_index(drop=True)


def _worse_off(gaps: pd.DataFrame) -> pd.Series:
    above = gaps["value"] > gaps["comparator_value"]
    return gaps["better"].eq("neither") | (gaps["better"].eq("lower") & above) | (gaps["better"].eq("higher") & ~above)


def _better_off(gaps: pd.DataFrame) -> pd.Series:
    return ~_worse_off(gaps)


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
    topics = [f"{within_sentence(row['label'])} ({row['group']})" for _, row in chosen.iterrows()]
    return say(1, topics=", ".join(topics[:-1]) + (" and " if topics[:-1] else "") + topics[-1])


def going_well(marts: Marts) -> list[str]:
    """At least one sentence: the similar comparisons that cover most people, else the best-known characteristic, else the plain truth."""
    gaps = marts.gaps[marts.gaps["area_level"].eq("trust") & marts.gaps["verdict"].eq(SIMILAR)]
    covered = gaps.assign(smaller=gaps[["denominator", "comparator_denominator"]].min(axis=1))
    covered = covered.sort_values(["smaller", "label", "order"], ascending=[False, True, True]).drop_duplicates("measure")
    if len(covered):
        return [similar_sentence(row) for _, row in covered.head(2).iterrows()]
    known = not_known(marts).dropna(subset=["share"]).sort_values(["share", "label", "whom"], kind="stable")
    if len(known) and 1 - known["share"].iloc[0] >= MOSTLY_KNOWN:
        best = known.iloc[0]
        return [say(10, characteristic=best["label"], share=per_cent(1 - best["share"]), whom=best["whom"])]
    return [say(11)]


def not_known(marts: Marts) -> pd.DataFrame:
    """``label``, ``whom``, ``share`` (null when hidden) and ``status`` of the people whose group is not known, per characteristic."""
    rows = []
    unknown = marts.groups[marts.groups["is_unknown"].astype(bool)]
    for population, subject in (("pupils", "pupil"), ("staff", "staff")):
        everyone = marts.everyone("headcount", population, "trust")
        for _, characteristic in marts.characteristics[~marts.characteristics["is_finer"]].iterrows():
            codes = unknown.loc[unknown["characteristic"].eq(characteristic["characteristic"]), "group_code"]
            cells = marts.at_trust(population, "headcount", characteristic["characteristic"])
            for code in codes[codes.isin(cells.index)]:
                cell = cells.loc[code]
                known = cell["status"] in SHOWN and everyone["status"].iloc[0] in SHOWN and everyone["numerator"].iloc[0] > 0
                share = cell["numerator"] / everyone["numerator"].iloc[0] if known else None
                rows.append((characteristic["label"], "pupils" if subject == "pupil" else "staff", share, cell["status"]))
    return pd.DataFrame(rows, columns=["label", "whom", "share", "status"]).astype({"share": "float64"})


def told(marts: Marts) -> dict[str, dict[str, int]]:
    """How many comparisons got each verdict, across the trust and in its academies and phases."""
    whole = marts.gaps["area_level"].eq("trust")
    parts = {"Across the trust": marts.gaps[whole], "In academies and phases": marts.gaps[~whole]}
    return {name: {verdict: int(part["verdict"].eq(verdict).sum()) for verdict in VERDICTS} for name, part in parts.items() if len(part)}

"""How statistics are tied: groups add up to their parent, areas and periods to theirs, what is not published fills gaps. Solving is elsewhere.

Statistics that nobody printed but that tie others together (the margin of a cross, an academy's part in a phase) are added as
unknowns: an intruder may compute them as well as we can.
"""

from __future__ import annotations

import pandas as pd

from expectations.attack.reading import NotARelease, canonical
from expectations.attack.statistics import STATISTIC, key_of

ALL = "all"
PLAIN = ["characteristic", "group_code"]
CROSS = ["cross_characteristic", "cross_group_code"]
AREA = ["area_level", "area_code"]


def complete(table: pd.DataFrame, groups: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """``table`` with the unpublished statistics that tie its rows together: academies' parts in phases, then missing margins."""
    table = _with(table, table[STATISTIC].assign(family="n"))
    new = table = _with(table, _parts(table, edges(areas)))
    while len(new):
        larger = _with(table, _lifted(new, groups))
        new, table = larger.iloc[len(table) :], larger
    return table.reset_index(drop=True)


def group_sums(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Rows (total, part, line, gap): the part's groups of one characteristic add up to the total. Positions are those of ``table``.

    ``gap`` marks a line in which a declared group has no statistic, so that the parts may fall short of the total.
    """
    lifted = _lifted(table, groups)
    within = ["characteristic", "parent_characteristic", "parent_group_code"]
    declared = key_of(groups, within).value_counts()
    ties = _tied(table, lifted)
    ties["gap"] = ties.groupby("line")["part"].transform("size") < key_of(ties, ["by", "up", "up_code"]).map(declared)
    return ties[["total", "part", "line", "gap"]]


def area_sums(table: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Rows (total, part, line, gap): areas of one level add up to their parent; an area without a statistic counts nobody."""
    lifted = table[STATISTIC].assign(part=range(len(table))).merge(edges(areas), on=AREA)
    lifted = lifted.drop(columns=AREA).rename(columns={"parent_level": "area_level", "parent_code": "area_code", "child_level": "by"})
    return _tied(table, lifted).assign(gap=False)[["total", "part", "line", "gap"]]


def period_sums(table: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Rows (total, part, line, gap): figures of several periods add up to that of the longer one they are ``part_of``."""
    tree = periods.loc[periods["part_of"] != "", ["period", "part_of"]].drop_duplicates()
    if tree.empty:
        return pd.DataFrame({"total": [], "part": [], "line": [], "gap": []}).astype(
            {"gap": bool} | dict.fromkeys(("total", "part", "line"), int)
        )
    lifted = table[STATISTIC].assign(part=range(len(table))).merge(tree, on="period")
    lifted = lifted.drop(columns="period").rename(columns={"part_of": "period"}).assign(by="period")
    ties = _tied(table, lifted)
    ties["gap"] = ties.groupby("line")["part"].transform("size") < ties["period"].map(tree["part_of"].value_counts())
    return ties[["total", "part", "line", "gap"]]


def edges(areas: pd.DataFrame) -> pd.DataFrame:
    """Which area adds up to which: area_level, area_code, parent_level, parent_code, child_level (the level summed over).

    An area with several parents of one level is split into parts, one for each; the parts add up to it and to each parent.
    """
    tree = areas.loc[areas["parent_level"] != "", [*AREA, "parent_level", "parent_code"]].drop_duplicates()
    tree = tree[~tree["area_level"].isin(_part_levels(areas))]
    several = tree.groupby([*AREA, "parent_level"])["parent_code"].transform("size") > 1
    whole, split = tree[~several], tree[several]
    part_level = split["area_level"] + "_" + split["parent_level"]
    part_code = split["area_code"] + "|" + split["parent_code"]
    to_parent = split.assign(child_level=split["area_level"], area_level=part_level, area_code=part_code)
    to_whole = to_parent.assign(parent_level=split["area_level"], parent_code=split["area_code"], child_level=part_level)
    return pd.concat([whole.assign(child_level=whole["area_level"]), to_parent, to_whole], ignore_index=True)


def _part_levels(areas: pd.DataFrame) -> set[str]:
    """Levels such as ``academy_phase`` that only name the parts themselves: they are made here from the areas' parents."""
    levels = set(areas["area_level"])
    return {f"{child}_{parent}" for child in levels for parent in levels} & levels


def _parts(table: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    """A statistic for each part of a split area, wherever the whole has one and its level of parents is published for the family."""
    is_part = tree["area_level"] == tree["child_level"]
    wholes = tree[is_part].rename(columns={"area_level": "part_level", "area_code": "part_code"}).drop(columns="child_level")
    parents = tree[~is_part & tree["area_level"].isin(wholes["part_level"])]
    parents = parents[[*AREA, "parent_level"]].set_axis(["part_level", "part_code", "other_level"], axis=1)
    found = table[STATISTIC].merge(wholes, left_on=AREA, right_on=["parent_level", "parent_code"])
    found = found.merge(parents, on=["part_level", "part_code"])
    published = key_of(table, ["population", "period", "family", "area_level"])
    found = found[key_of(found, ["population", "period", "family", "other_level"]).isin(set(published))]
    return found.assign(area_level=found["part_level"], area_code=found["part_code"])[STATISTIC]


def _lifted(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Every statistic of a group moved to the group it lies within: the parent's :data:`STATISTIC`, ``by`` and ``part``."""
    parents = groups[["parent_characteristic", "parent_group_code"]].set_axis(key_of(groups, PLAIN), axis=0)
    parents = parents[~parents.index.duplicated()]
    pieces = []
    for place in (PLAIN, CROSS):
        rows = table.loc[table[place[0]] != ALL, STATISTIC].assign(part=(table[place[0]] != ALL).to_numpy().nonzero()[0])
        found = parents.reindex(key_of(rows, place))
        if found["parent_characteristic"].isna().any():
            raise NotARelease("a mart holds a group that dim_groups does not declare")
        up, code = (found[column].to_numpy() for column in found.columns)
        pieces.append(rows.assign(by=rows[place[0]], up=up, up_code=code, **{place[0]: up, place[1]: code}))
    return canonical(pd.concat(pieces, ignore_index=True))


def _with(table: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """``table`` and those statistics of ``more`` that it lacks, as unknowns that may be anything from nought."""
    more = more[STATISTIC]
    key = key_of(more, STATISTIC)
    new = more[~(key.isin(set(key_of(table, STATISTIC))) | key.duplicated())]
    if new.empty:
        return table
    return pd.concat([table, new.assign(lower=0.0, upper=float("inf"), hidden=False)], ignore_index=True)


def _tied(table: pd.DataFrame, lifted: pd.DataFrame) -> pd.DataFrame:
    """``lifted`` with the total it adds up to and a number for each line (a total and the level summed ``by``).

    A total that nobody has makes no line.
    """
    totals = pd.Series(range(len(table)), index=key_of(table, STATISTIC))
    ties = lifted.assign(total=key_of(lifted, STATISTIC).map(totals))
    ties = ties[ties["total"].notna()].astype({"total": "int64"})
    ties["line"] = ties.groupby(["total", "by"], sort=False).ngroup()
    return ties

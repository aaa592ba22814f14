"""How statistics are tied: groups add up to their parent, areas to theirs, and what is not published fills the gap. Solving is elsewhere.

Statistics that nobody printed but that tie others together (the margin of a cross, an academy's part in a phase) are added as
unknowns: an intruder may compute them as well as we can.
"""

from __future__ import annotations

import pandas as pd

from expectations.attack.reading import PLACE, NotARelease, canonical
from expectations.attack.statistics import STATISTIC

ALL = "all"
PLAIN = ["characteristic", "group_code"]
CROSS = ["cross_characteristic", "cross_group_code"]
AREA = ["area_level", "area_code"]


def complete(table: pd.DataFrame, groups: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """``table`` with the unpublished statistics that tie its rows together: academies' parts in phases, then missing margins."""
    people = table[PLACE].drop_duplicates().assign(family="n")
    table = _with(table, people)
    table = _with(table, _parts(table, edges(areas)))
    while True:
        larger = _with(table, _lifted(table, groups)[STATISTIC])
        if len(larger) == len(table):
            return larger.reset_index(drop=True)
        table = larger


def group_sums(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Rows (total, part, line, gap): the part's groups of one characteristic add up to the total. Positions are those of ``table``.

    ``gap`` marks a line in which a declared group has no statistic, so that the parts may fall short of the total.
    """
    lifted = _lifted(table, groups)
    sizes = groups.groupby(["characteristic", "parent_characteristic", "parent_group_code"]).size().rename("declared")
    lifted = lifted.merge(sizes.reset_index(), left_on=["by", "up", "up_code"], right_on=sizes.index.names, how="left", suffixes=("", "_d"))
    ties = _tied(table, lifted, ["by"])
    ties["gap"] = ties.groupby("line")["part"].transform("size") < ties["declared"]
    return ties[["total", "part", "line", "gap"]]


def area_sums(table: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Rows (total, part, line, gap): areas of one level add up to their parent; an area without a statistic counts nobody."""
    tree = edges(areas)
    lifted = table[STATISTIC].assign(part=range(len(table))).merge(tree, on=AREA)
    lifted["by"] = lifted["child_level"]
    lifted = lifted.drop(columns=AREA).rename(columns={"parent_level": "area_level", "parent_code": "area_code"})
    return _tied(table, lifted, ["by"]).assign(gap=False)[["total", "part", "line", "gap"]]


def edges(areas: pd.DataFrame) -> pd.DataFrame:
    """Which area adds up to which: area_level, area_code, parent_level, parent_code, child_level (the level summed over).

    An area with several parents of one level is split into parts, one for each; the parts add up to it and to each parent.
    """
    tree = areas.loc[areas["parent_level"] != "", [*AREA, "parent_level", "parent_code"]].drop_duplicates()
    tree = tree[~tree["area_level"].isin(_part_levels(areas))]
    several = tree.groupby([*AREA, "parent_level"])["parent_code"].transform("size") > 1
    whole = tree[~several].assign(child_level=tree["area_level"])
    split = tree[several]
    part_level = split["area_level"] + "_" + split["parent_level"]
    part_code = split["area_code"] + "|" + split["parent_code"]
    to_parent = split.assign(child_level=split["area_level"], area_level=part_level, area_code=part_code)
    to_whole = to_parent.assign(
        parent_level=split["area_level"], parent_code=split["area_code"], child_level=part_level
    )
    return pd.concat([whole, to_parent, to_whole], ignore_index=True)


def _part_levels(areas: pd.DataFrame) -> set[str]:
    """Levels such as ``academy_phase`` that only name the parts themselves: they are made here from the areas' parents."""
    levels = set(areas["area_level"])
    return {f"{child}_{parent}" for child in levels for parent in levels} & levels


def _parts(table: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    """A statistic for each part of a split area, wherever the whole has one and its level of parents is published for the family."""
    of_a_whole = [level.startswith(f"{whole}_") for level, whole in zip(tree["area_level"], tree["parent_level"], strict=True)]
    to_whole = tree[of_a_whole]
    part_of = to_whole.rename(columns={"area_level": "part_level", "area_code": "part_code"})
    found = table[STATISTIC].merge(part_of, left_on=AREA, right_on=["parent_level", "parent_code"])
    upwards = tree[["area_level", "area_code", "parent_level"]].rename(
        columns={"area_level": "part_level", "area_code": "part_code", "parent_level": "other_level"}
    )
    found = found.merge(upwards, on=["part_level", "part_code"])
    found = found[found["other_level"] != found["parent_level"]]
    published = table[["population", "period", "family", "area_level"]].drop_duplicates()
    found = found.merge(
        published, left_on=["population", "period", "family", "other_level"],
        right_on=["population", "period", "family", "area_level"], suffixes=("", "_o"),
    )
    found = found.assign(area_level=found["part_level"], area_code=found["part_code"])
    return found[STATISTIC].drop_duplicates()


def _lifted(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Every statistic of a group moved to the group it lies within: the parent's :data:`STATISTIC`, ``by`` and ``part``."""
    parents = groups[[*PLAIN, "parent_characteristic", "parent_group_code"]]
    pieces = []
    for place in (PLAIN, CROSS):
        rows = table[STATISTIC].assign(part=range(len(table)))
        rows = rows[rows[place[0]] != ALL]
        merged = rows.merge(parents, left_on=place, right_on=PLAIN, how="left", suffixes=("", "_g"))
        if merged["parent_characteristic"].isna().any():
            raise NotARelease("a mart holds a group that dim_groups does not declare")
        merged["by"] = merged[place[0]]
        merged["up"], merged["up_code"] = merged["parent_characteristic"], merged["parent_group_code"]
        merged[place[0]], merged[place[1]] = merged["up"], merged["up_code"]
        pieces.append(merged[[*STATISTIC, "by", "up", "up_code", "part"]])
    return canonical(pd.concat(pieces, ignore_index=True))


def _with(table: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """``table`` and those statistics of ``more`` that it lacks, as unknowns that may be anything from nought."""
    more = more[STATISTIC].drop_duplicates()
    known = pd.MultiIndex.from_frame(table[STATISTIC])
    new = more[~pd.MultiIndex.from_frame(more).isin(known)]
    if new.empty:
        return table
    return pd.concat([table, new.assign(lower=0.0, upper=float("inf"), hidden=False)], ignore_index=True)


def _tied(table: pd.DataFrame, lifted: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """``lifted`` joined to the total it adds up to, with a number for each line; a total nobody has makes no line."""
    totals = table[STATISTIC].assign(total=range(len(table)))
    ties = lifted.merge(totals, on=STATISTIC)
    ties["line"] = ties.groupby(["total", *by], sort=False).ngroup()
    return ties

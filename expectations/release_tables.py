"""Gate 2 checks across rows: a dense grid, one value for one statistic, sums that add up, counts hidden everywhere, and the gaps."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from expectations.attack.linear import Bools, Floats
from expectations.attack.reading import PLACE, PRINTED, Release, canonical
from expectations.attack.relations import area_sums, complete, group_sums, period_sums
from expectations.attack.statistics import statistics
from expectations.release_view import Batch, View
from expectations.runner import Rule

KEY = [*PLACE, "measure"]
GAP_PLACE = ["population", "period", "area_level", "area_code", "measure", "characteristic"]
GAP_NUMBERS = ["value", "comparator_value", "gap", "low", "high", "denominator", "comparator_denominator", "people_behind", "p_value"]


def table_batches(view: View) -> list[Batch]:
    """Checks that look at several rows together. The grid and the keys are always asked; the others where there is such a row."""
    cells = canonical(view.cells)
    unique = Rule("keys_are_unique", "expect_compound_columns_to_be_unique", {"column_list": KEY})
    batches = [Batch("cells", cells[KEY], [unique]), _grid(view, cells)]
    if not cells.duplicated(KEY).any():
        batches += [_one_value(cells), _hidden_everywhere(cells), _sums(view, cells), *_gaps(view, cells)]
    return [batch for batch in batches if len(batch.frame) or batch.subject == "grid"]


def _grid(view: View, cells: pd.DataFrame) -> Batch:
    """Each family of cells has every area of its level and every declared group, and everyone together beside its groups."""
    cells = cells[cells["kind"] != "figure"].drop_duplicates(KEY)
    areas = view.tables["dim_areas"].groupby("area_level")["area_code"].nunique()
    groups = view.tables["dim_groups"].groupby("characteristic")["group_code"].nunique()
    family = ["population", "period", "measure", "area_level", "characteristic", "cross_characteristic"]
    rows = cells.groupby(family).size().rename("rows").reset_index()
    wanted = rows["area_level"].map(areas) * rows["characteristic"].map(groups) * rows["cross_characteristic"].map(groups)
    everyone = rows[rows["characteristic"] == "all"][family[:4]].drop_duplicates()
    alone = rows[family[:4]].merge(everyone, how="left", indicator=True)["_merge"].eq("both")
    frame = pd.DataFrame({"rows": rows["rows"].astype(int), "wanted": wanted.fillna(-1).astype(int), "everyone": alone.to_numpy()})
    return Batch("grid", frame, [
        Rule("grid_is_dense", "expect_column_pair_values_to_be_equal", {"column_A": "rows", "column_B": "wanted"}),
        Rule("grid_is_dense", "expect_column_values_to_be_in_set", {"column": "everyone", "value_set": [True]}),
    ])  # fmt: skip


def _one_value(cells: pd.DataFrame) -> Batch:
    """How many people there are is one number, however many rows print it."""
    rows = cells[cells["status"].isin(PRINTED) & (cells["kind"] != "figure")]
    people = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"])
    values = people.groupby([rows[column] for column in PLACE]).nunique()
    one = {"column": "values", "value_set": [1]}
    frame = pd.DataFrame({"values": values.to_numpy(int)})
    return Batch("statistics", frame, [Rule("one_count_has_one_value", "expect_column_values_to_be_in_set", one)])


def _hidden_everywhere(cells: pd.DataFrame) -> Batch:
    """Where a headcount is hidden, no rate and no mean of the same people is shown: its denominator would print the count."""
    heads = cells.loc[(cells["kind"] == "headcount") & (cells["status"] == "c"), PLACE]
    rows = heads.merge(cells[cells["kind"].isin(["rate", "mean"])], on=PLACE)
    allowed = {"column": "status", "value_set": ["c", "x", "z", "low"]}
    rule = Rule("hidden_counts_are_hidden_everywhere", "expect_column_values_to_be_in_set", allowed)
    return Batch("statistics", rows[["status"]], [rule])


def _sums(view: View, cells: pd.DataFrame) -> Batch:
    """Wherever a total and all its parts are known, the parts add up to it: by group, area and period, people and those who reached."""
    names = {name: view.tables[f"dim_{name}"].copy() for name in ("groups", "areas", "measures", "populations")}
    for frame in names.values():
        text = [column for column in frame.columns if isinstance(frame[column].dtype, pd.StringDtype)]
        frame[text] = frame[text].fillna("")
    # A row that contradicts another about its count belongs to another check: here each statistic is taken as its row prints it.
    consistent = cells[~_contradicted(cells)]
    as_printed = replace(view.disclosure, rounded=frozenset(), reach=0)  # rounded numbers add up just as they are printed
    printed = statistics(Release(consistent, **names, disclosure=as_printed))
    table = complete(printed, names["groups"], names["areas"])
    known = (table["upper"] - table["lower"]).lt(0.5).to_numpy(dtype=bool)
    periods = view.tables["dim_periods"].fillna({"part_of": ""})
    sums = [group_sums(table, names["groups"]), area_sums(table, names["areas"]), period_sums(table, periods)]
    found = [_known_lines(ties, known, table["lower"].to_numpy(float)) for ties in sums]
    lines = pd.concat(found, ignore_index=True)
    return Batch("sums", lines, [Rule("parts_add_up", "expect_column_pair_values_to_be_equal", {"column_A": "total", "column_B": "parts"})])


def _known_lines(ties: pd.DataFrame, known: Bools, value: Floats) -> pd.DataFrame:
    """Total and sum of parts of every complete line whose numbers are all known."""
    total, part = ties["total"].to_numpy(int), ties["part"].to_numpy(int)
    open_ = ties["gap"].to_numpy(bool) | ~known[total] | ~known[part]
    numbers = pd.DataFrame({"line": ties["line"].to_numpy(), "total": value[total], "part": value[part], "open": open_})
    lines = numbers.groupby("line").agg(total=("total", "first"), parts=("part", "sum"), open=("open", "any"))
    return lines.loc[~lines["open"].astype(bool), ["total", "parts"]]


def _contradicted(cells: pd.DataFrame) -> pd.Series:
    printed = cells["status"].isin(PRINTED) & (cells["kind"] != "figure")
    people = cells["denominator"].where(cells["kind"] != "headcount", cells["numerator"]).where(printed)
    return people.groupby([cells[column] for column in PLACE]).transform("nunique").gt(1)


def _gaps(view: View, cells: pd.DataFrame) -> list[Batch]:
    """A gap is made from two shown cells and repeats their numbers; where one is hidden the gap's row is empty."""
    gaps = view.tables.get("mart_gaps")
    if gaps is None or gaps.empty:
        return []
    rates = cells.loc[cells["cross_characteristic"] == "all", [*GAP_PLACE, "group_code", "status", "value", "denominator"]]
    numbers = [column for column in GAP_NUMBERS if column in gaps.columns]
    both = gaps.merge(rates, on=[*GAP_PLACE, "group_code"], how="left", suffixes=("", "_own"))
    other = rates.rename(columns={"group_code": "comparator_code"})
    both = both.merge(other, on=[*GAP_PLACE, "comparator_code"], how="left", suffixes=("", "_other"))
    shown = both["status"].isin(PRINTED) & both["status_other"].isin(PRINTED)
    filled = both[numbers].notna().any(axis=1)
    status = pd.DataFrame({"filled": filled[filled].astype(bool), "both_shown": shown[filled].astype(bool)})
    rests = Rule("gaps_rest_on_shown_cells", "expect_column_values_to_be_in_set", {"column": "both_shown", "value_set": [True]})
    batches = [Batch("mart_gaps", status, [rests])]
    pairs = [("value", "value_own"), ("comparator_value", "value_other")]
    pairs += [("denominator", "denominator_own"), ("comparator_denominator", "denominator_other")]
    same = [_pair(both[filled & shown], own, cell) for own, cell in pairs if own in gaps.columns]
    equal = Rule("gaps_repeat_their_cells", "expect_column_pair_values_to_be_equal", {"column_A": "gap", "column_B": "cell"})
    return [*batches, Batch("mart_gaps", pd.concat(same, ignore_index=True), [equal])] if same else batches


def _pair(rows: pd.DataFrame, own: str, cell: str) -> pd.DataFrame:
    """What a gap prints beside what the cell prints; -1 where the cell prints nothing."""
    printed = rows[rows[own].notna()]
    return pd.DataFrame({"gap": printed[own].to_numpy(float), "cell": printed[cell].astype("Float64").to_numpy(float, na_value=-1.0)})

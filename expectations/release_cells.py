"""Gate 2 checks on single cells: what a shown row must print, what a hidden one must not, and the policy's rules for each kind."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from expectations.attack.reading import NUMBERS, PRINTED
from expectations.release_view import Batch, View
from expectations.runner import Rule

FEWEST_FOR_A_MEAN = 10  # a mean, an interval or a spread of fewer people is not published, whatever the threshold
CLOSE = 1e-9


def cell_batches(view: View) -> list[Batch]:
    """Checks that look at one row at a time, over all marts together; a rule about a kind of row is asked where there is such a row."""
    cells = view.cells
    shown, hidden = cells[cells["status"].isin(PRINTED)], cells[~cells["status"].isin(PRINTED)]
    filled = pd.DataFrame({"numbers": hidden[NUMBERS].notna().sum(axis=1).astype(int)})
    batches = [Batch("cells", filled, [_in_set("hidden_rows_are_empty", "numbers", [0])])]
    batches += [_whole(shown), _agreeing(shown), _small(view, shown), _few(view, shown), _rounded(view, shown), _low(view)]
    batches += [_whole_groups(view, shown), _means(shown), _scale_ends(shown), *_intervals(shown)]
    return [batch for batch in batches if len(batch.frame)]


def _whole(shown: pd.DataFrame) -> Batch:
    """A shown row prints every number of its kind and none of another's."""
    printed = {"headcount": "1.1", "rate": "111", "mean": ".11", "figure": "..1"}
    pattern = pd.Series("", index=shown.index)
    for column in ("numerator", "denominator", "value"):
        pattern += shown[column].notna().map({True: "1", False: "."})
    frame = pd.DataFrame({"printed": pattern, "wanted": shown["kind"].astype(str).map(printed)})
    # A measure nobody declared has no kind: that is another check's to say.
    return Batch("cells", frame[frame["wanted"].notna()], [_same("shown_rows_are_whole", "printed", "wanted")])


def _agreeing(shown: pd.DataFrame) -> Batch:
    """A headcount's value is its numerator; a rate's is numerator over denominator, at least to the printed precision."""
    counted = shown[shown["kind"].isin(["headcount", "rate"]) & shown["numerator"].notna() & shown["value"].notna()]
    whole = counted["denominator"].where(counted["kind"] == "rate", 1).astype("Float64")
    apart = (counted["value"] - counted["numerator"] / whole).abs().astype("Float64")
    unit = 0.5 * 10.0 ** -(counted["decimals"].astype("Float64").fillna(0) + 2)
    frame = pd.DataFrame({"too_far": (apart - unit).astype(float)})
    rule = Rule("values_agree_with_counts", "expect_column_values_to_be_between", {"column": "too_far", "max_value": CLOSE})
    not_missing = Rule("values_agree_with_counts", "expect_column_values_to_not_be_null", {"column": "too_far"})
    return Batch("cells", frame, [rule, not_missing])


def _small(view: View, shown: pd.DataFrame) -> Batch:
    """No count from 1 to k-1 is printed, nor follows as those who did not reach a rate. Totals published elsewhere are exempt."""
    private = shown[~_public(view, shown)]
    rates = private[private["kind"] == "rate"]
    exact = rates[~rates["population"].isin(view.disclosure.rounded)]  # the difference of two rounded numbers counts nobody
    counts = [private["numerator"], private["denominator"], exact["denominator"] - exact["numerator"]]
    frame = pd.DataFrame({"people": pd.concat(counts, ignore_index=True).dropna().astype("int64")})
    small = list(range(1, view.disclosure.k))
    return Batch("cells", frame, [
        Rule("nothing_small_is_shown", "expect_column_values_to_not_be_in_set", {"column": "people", "value_set": small}),
        Rule("counts_are_not_negative", "expect_column_values_to_be_between", {"column": "people", "min_value": 0}),
    ])  # fmt: skip


def _public(view: View, shown: pd.DataFrame) -> pd.Series:
    """Rows for everyone that the policy lists as known from elsewhere: by measure, population and area level."""
    public = pd.Series(False, index=shown.index)
    for total in view.public_totals:
        here = shown["characteristic"].eq("all") & shown["cross_characteristic"].eq("all")
        for column in ("measure", "population", "area_level"):
            here &= shown[column].eq(total[column])
        public |= here.fillna(False).astype(bool)
    return public


def _rounded(view: View, shown: pd.DataFrame) -> Batch:
    """In a population whose counts are rounded every printed count is: an exact total beside rounded parts would give a part away."""
    rows = shown[shown["population"].isin(view.disclosure.rounded) & shown["kind"].ne("figure")]
    counts = pd.concat([rows["numerator"], rows["denominator"]], ignore_index=True).dropna().astype("int64")
    frame = pd.DataFrame({"left_over": counts % max(view.disclosure.base, 1)})
    return Batch("cells", frame, [_in_set("rounded_populations_are_rounded_whole", "left_over", [0])])


def _low(view: View) -> Batch:
    """``low`` is a symbol of rounded populations; elsewhere it would say what ``c`` does not."""
    rows = view.cells[view.cells["status"].eq("low").fillna(False)]
    frame = pd.DataFrame({"population": rows["population"].astype(str)})
    return Batch(
        "cells", frame, [_in_set("low_stands_in_rounded_populations", "population", sorted(view.disclosure.rounded) or ["(none)"])]
    )


def _few(view: View, shown: pd.DataFrame) -> Batch:
    """``u`` stands exactly on shown counts, rates and means of 10 to 19 people."""
    rows = shown[shown["kind"] != "figure"]
    people = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"])
    few = people.ge(10) & people.lt(view.few_below) & rows["kind"].ne("headcount")
    frame = pd.DataFrame({"status": rows["status"].astype(str), "wanted": few.fillna(False).astype(bool).map({True: "u", False: "shown"})})
    return Batch("cells", frame, [_same("few_people_are_marked", "status", "wanted")])


def _whole_groups(view: View, shown: pd.DataFrame) -> Batch:
    """For a sensitive measure neither nobody nor everybody of a group of k or more is shown."""
    rates = shown[(shown["kind"] == "rate") & shown["sensitive"].eq(True).fillna(False) & shown["denominator"].ge(view.disclosure.k)]
    both = pd.concat([rates["numerator"], rates["denominator"] - rates["numerator"]], ignore_index=True)
    rule = Rule("no_whole_group_is_disclosed", "expect_column_values_to_not_be_in_set", {"column": "people", "value_set": [0]})
    return Batch("cells", pd.DataFrame({"people": both.dropna().astype("int64")}), [rule])


def _means(shown: pd.DataFrame) -> Batch:
    """A mean rests on at least ten people."""
    rows = shown.loc[shown["kind"] == "mean", ["denominator"]].dropna().astype("int64")
    enough = {"column": "denominator", "min_value": FEWEST_FOR_A_MEAN}
    return Batch("cells", rows, [Rule("means_rest_on_enough_people", "expect_column_values_to_be_between", enough)])


def _scale_ends(shown: pd.DataFrame) -> Batch:
    """A mean on a bounded scale is at least range / n away from either end: nearer, everybody's score is all but told."""
    rows = shown[(shown["kind"] == "mean") & shown["scale_min"].notna() & shown["scale_max"].notna() & shown["denominator"].notna()]
    room = ((rows["scale_max"] - rows["scale_min"]) / rows["denominator"]).astype(float)
    near = pd.concat([rows["value"] - rows["scale_min"], rows["scale_max"] - rows["value"]], axis=1).min(axis=1).astype(float)
    frame = pd.DataFrame({"near": near, "room": room})
    rule = Rule(
        "means_are_clear_of_scale_ends",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "near", "column_B": "room", "or_equal": True},
    )
    return Batch("cells", frame, [rule])


def _intervals(shown: pd.DataFrame) -> list[Batch]:
    """Where an interval is printed, both ends are, they hold the value, and it rests on at least ten people; likewise a spread."""
    people = shown["denominator"].where(shown["kind"] != "headcount", shown["numerator"])
    with_ends = shown["low"].notna() | shown["high"].notna()
    ends = shown.loc[with_ends, ["low", "high", "value"]].astype("Float64")
    below, above = (ends["value"] - ends["low"]).astype(float), (ends["high"] - ends["value"]).astype(float)
    sides = pd.DataFrame({"side": pd.concat([below, above], ignore_index=True)})
    rests_on = pd.DataFrame({"people": people[with_ends | shown["sd"].notna()].dropna().astype("int64")})
    at_least = {"column": "people", "min_value": FEWEST_FOR_A_MEAN}
    return [
        Batch("cells", sides, [
            Rule("intervals_hold_their_value", "expect_column_values_to_be_between", {"column": "side", "min_value": -CLOSE}),
            Rule("intervals_hold_their_value", "expect_column_values_to_not_be_null", {"column": "side"}),
        ]),
        Batch("cells", rests_on, [Rule("intervals_rest_on_enough_people", "expect_column_values_to_be_between", at_least)]),
    ]  # fmt: skip


def _in_set(name: str, column: str, values: Sequence[object]) -> Rule:
    return Rule(name, "expect_column_values_to_be_in_set", {"column": column, "value_set": values})


def _same(name: str, one: str, other: str) -> Rule:
    return Rule(name, "expect_column_pair_values_to_be_equal", {"column_A": one, "column_B": other})

"""What is said first: the gaps with most people behind them, seen from whoever is worse off, and something that goes well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.reporting.marts import Marts, read_marts
from pipelines.reporting.pages.findings import findings, going_well, lead, lead_here, not_known, told

Rewrite = Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]


@pytest.fixture(scope="module")
def marts(made_marts: Path) -> Marts:
    return read_marts(made_marts, "2025-26")


def test_the_clear_gaps_with_most_people_behind_come_first(marts: Marts) -> None:
    chosen = findings(marts.gaps_at("trust"))
    assert list(zip(chosen["measure"], chosen["group"], chosen["people_behind"], strict=True)) == [
        ("absent", "SEN support", 39),
        ("suspended", "Black Caribbean", 28),
        ("suspended", "SEN support", 27),
    ]


def test_the_summary_names_measure_and_group(marts: Marts) -> None:
    assert lead(findings(marts.gaps_at("trust"))) == (
        "Across the trust, the gaps with most people behind them are: absent (SEN support), "
        "suspended once (Black Caribbean) and suspended once (SEN support)."
    )


def test_one_gap_is_no_plural_and_nobody_stands_behind_an_average(marts: Marts) -> None:
    chosen = findings(marts.gaps_at("trust"))
    assert lead(chosen.head(1)) == "Across the trust, the clear gap to look at first is: absent (SEN support)."
    averages = chosen.assign(people_behind=pd.NA)
    assert lead(averages).startswith("Across the trust, the clear gaps to look at first are: absent (SEN support), ")
    assert lead_here(chosen).startswith("Here the gaps with most people behind them are: ")
    assert lead_here(chosen.head(1)) == "Here the clear gap to look at first is: absent (SEN support)."


def test_without_a_clear_gap_the_summary_says_so(marts_folder: Path, rewrite: Rewrite) -> None:
    rewrite("mart_gaps", lambda gaps: gaps.assign(verdict=gaps["verdict"].replace("clear", "likely")))
    chosen = findings(read_marts(marts_folder, "2025-26").gaps_at("trust"))
    assert len(chosen) == 0
    assert lead(chosen) == "Across the trust, no comparison shows a clear gap."


def test_of_two_groups_the_worse_off_is_named(marts_folder: Path, rewrite: Rewrite) -> None:
    """Girls are absent half as often as boys: the finding is about boys, twice as often, and the people are boys."""

    def girls_fare_better(gaps: pd.DataFrame) -> pd.DataFrame:
        girls = gaps["group_code"].eq("F")
        better = {"verdict": "clear", "statistic": "ratio", "gap": 0.5, "value": 0.1, "comparator_value": 0.2, "people_behind": 100}
        gaps.loc[girls, list(better)] = list(better.values())
        gaps.loc[girls, "comparator_denominator"] = 1200
        return gaps

    rewrite("mart_gaps", girls_fare_better)
    first = findings(read_marts(marts_folder, "2025-26").gaps_at("trust")).iloc[0]
    assert (first["group"], first["comparator"], first["gap"], first["people_behind"]) == ("Male", "Female", 2.0, 120)


def test_a_finer_group_does_not_repeat_the_group_it_lies_in(marts_folder: Path, rewrite: Rewrite) -> None:
    def both_levels(gaps: pd.DataFrame) -> pd.DataFrame:
        minor = gaps[gaps["group_code"].eq("BCRB")]
        major = minor.assign(characteristic="ethnicity", group_code="black", comparator_code="white", people_behind=30)
        return pd.concat([gaps, major])

    rewrite("mart_gaps", both_levels)
    chosen = findings(read_marts(marts_folder, "2025-26").gaps_at("trust"))
    assert chosen["group"].tolist() == ["SEN support", "Black <b>&", "SEN support"]


def test_what_is_similar_goes_well(marts: Marts) -> None:
    assert going_well(marts) == ["Absent: Female and Male are similar, 20% and 20%."]


def test_without_anything_similar_what_is_known_goes_well(marts_folder: Path, rewrite: Rewrite) -> None:
    rewrite("mart_gaps", lambda gaps: gaps[gaps["verdict"].ne("similar")])
    assert going_well(read_marts(marts_folder, "2025-26")) == ["Sex is known for 99% of pupils."]


def test_with_nothing_to_praise_the_page_says_so(marts_folder: Path, rewrite: Rewrite) -> None:
    rewrite("mart_gaps", lambda gaps: gaps[gaps["verdict"].ne("similar")])
    rewrite("mart_pupil_composition", lambda cells: cells.assign(numerator=cells["numerator"].mask(cells["group_code"].eq("unknown"), 900)))
    assert going_well(read_marts(marts_folder, "2025-26"))[0].startswith("No comparison can yet be called similar")


def test_the_share_not_known_of_a_hidden_cell_is_not_told(marts: Marts) -> None:
    table = not_known(marts).set_index(["label", "whom"])
    assert table.loc[("Sex", "pupils"), "share"] == 12 / 2000
    assert pd.isna(table.loc[("Sex", "staff"), "share"])
    assert table.loc[("Sex", "staff"), "status"] == "c"


def test_the_share_not_known_of_a_hidden_whole_is_not_told(marts_folder: Path, rewrite: Rewrite) -> None:
    rewrite("mart_pupil_composition", lambda cells: cells.assign(status=cells["status"].mask(cells["characteristic"].eq("all"), "c")))
    row = not_known(read_marts(marts_folder, "2025-26")).set_index(["label", "whom"]).loc[("Sex", "pupils")]
    assert pd.isna(row["share"]) and row["status"] == "c"


def test_every_comparison_is_told_once(marts: Marts) -> None:
    counts = told(marts)
    assert sum(sum(part.values()) for part in counts.values()) == len(marts.gaps)
    assert counts["Across the trust"] == {"clear": 4, "likely": 0, "similar": 1, "cannot_tell": 0, "not_shown": 2}

"""Three years as one: only where there are three that follow each other and can be compared."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipelines.catalogue import load
from pipelines.catalogue.counting import pools
from pipelines.catalogue.tables import reference_tables


def years(trust: Path, *firsts: int) -> Path:
    """The small trust with those academic years in its calendar."""
    names = [f"{first}-{(first + 1) % 100:02d}" for first in firsts]
    periods = [
        {"period": name, "starts": f"{first}-09-01", "ends": f"{first + 1}-08-31", "reference_date": f"{first + 1}-01-15"}
        for name, first in zip(names, firsts, strict=True)
    ]
    (trust / "calendar.yml").write_text(yaml.safe_dump({"open_period": names[-1], "periods": periods}), "utf-8")
    return trust


def test_the_last_three_years_are_one(small_trust: Path) -> None:
    catalogue = load(years(small_trust, 2022, 2023, 2024, 2025))
    assert pools(catalogue) == [("2025-26_pool", "2023-24"), ("2025-26_pool", "2024-25"), ("2025-26_pool", "2025-26")]
    pooled = reference_tables(catalogue)["pooled"]
    assert {"suspended", "ks2_expected"} <= set(pooled["measure"])
    assert set(pooled.query("measure == 'suspended'")["characteristic"]) == {"all", "ethnicity"}


@pytest.mark.parametrize("firsts", [(2024, 2025), (2022, 2024, 2025), (2020, 2021, 2022), (2018, 2019, 2020)])
def test_too_few_years_a_year_between_and_the_pandemic_make_none(small_trust: Path, firsts: tuple[int, ...]) -> None:
    catalogue = load(years(small_trust, *firsts))
    assert pools(catalogue) == [] and reference_tables(catalogue)["pooled"].empty


@pytest.mark.parametrize(
    ("changed", "pooled"),
    [({"breaks": {"2024-25": "New"}}, False), ({"breaks": {"2023-24": "New"}}, True), ({"pauses": {"2024-25": "None"}}, False)],
)
def test_a_break_within_the_years_or_a_pause_takes_the_measure_out(small_trust: Path, changed: dict[str, object], pooled: bool) -> None:
    (small_trust / "measures").mkdir(exist_ok=True)
    (small_trust / "measures" / "suspended.yml").write_text(yaml.safe_dump({"name": "suspended", **changed}), "utf-8")
    tables = reference_tables(load(years(small_trust, 2023, 2024, 2025)))
    assert ("suspended" in set(tables["pooled"]["measure"])) == pooled
    assert tables["measure_changes"].query("measure == 'suspended'")["change"].tolist() == [next(iter(changed)).removesuffix("s")]


def test_a_trust_that_rounds_has_none(small_trust: Path) -> None:
    (small_trust / "disclosure_policy.yml").write_text("profile: rounding\n", "utf-8")
    assert reference_tables(load(years(small_trust, 2023, 2024, 2025)))["pooled"].empty

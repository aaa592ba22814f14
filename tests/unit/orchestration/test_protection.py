"""Between the policy and the engine: what is declared reaches it, and what it could not protect stops everything."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipelines.catalogue import CatalogueError, load
from pipelines.catalogue.policy import DisclosurePolicy
from pipelines.home import Home
from pipelines.orchestration import protection
from pipelines.reporting.ranges import wilson

NOBODY_KNOWN = pd.DataFrame(columns=["population", "academy_urn", "characteristic", "group_code"])


def test_the_declared_policy_reaches_the_engine(small_trust: Path) -> None:
    declared = load(small_trust).policy
    known = pd.DataFrame([("", "900401", "sex", "M"), ("pupils", "SMALL", "", "")], columns=NOBODY_KNOWN.columns)
    policy = protection.engine_policy(declared, known)
    assert (policy.k, policy.level, policy.dominance) == (declared.threshold, declared.level, declared.dominance)
    assert {total["area_level"] for total in policy.public_totals} == {"trust", "phase", "academy"}
    assert policy.known == [
        {"area_level": "academy", "area_code": "900401", "characteristic": "sex", "group_code": "M"},
        {"area_level": "academy", "area_code": "SMALL", "population": "pupils"},
    ]


def test_what_could_not_be_protected_stops_everything(small_trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unsafe = {"unprotected": 1, "unprotected_places": ["pupils, headcount, sex=F"]}
    monkeypatch.setattr(protection, "protect", lambda **_: SimpleNamespace(cells=pd.DataFrame(), report=unsafe))
    report = tmp_path / "protection.json"
    with pytest.raises(ValueError, match="could not be protected, so nothing of this draft may be published: pupils, headcount, sex=F"):
        protection.protected_cells(load(small_trust).policy.model_dump_json(), NOBODY_KNOWN, Home.at(tmp_path), report)
    assert not report.exists()


@pytest.mark.parametrize(("when", "share"), [("always", None), ({"hidden_share": 0.3}, 0.3)])
def test_a_declared_rounding_reaches_the_engine(small_trust: Path, when: object, share: float | None) -> None:
    declared = load(small_trust).policy.model_dump() | {"rounding": {"base": 5, "when": when, "populations": ["pupils"]}}
    rounding = protection.engine_policy(DisclosurePolicy.model_validate(declared), NOBODY_KNOWN).rounding
    assert rounding is not None
    assert (rounding.base, rounding.hidden_share, rounding.populations) == (5, share, ("pupils",))


def test_the_rounding_profile_rounds_every_population_always(small_trust: Path) -> None:
    (small_trust / "disclosure_policy.yml").write_text("profile: rounding\n", "utf-8")
    rounding = protection.engine_policy(load(small_trust).policy, NOBODY_KNOWN).rounding
    assert rounding is not None
    assert (rounding.base, rounding.hidden_share, rounding.populations) == (5, None, None)


@pytest.mark.parametrize("rounding", ["{base: 1, when: always}", "{base: 5, when: sometimes}", "{base: 5}", "{base: 20, when: always}"])
def test_a_rounding_that_the_policy_cannot_mean_is_a_sentence(small_trust: Path, rounding: str) -> None:
    (small_trust / "disclosure_policy.yml").write_text(f"profile: publication\nrounding: {rounding}\n", "utf-8")
    with pytest.raises(CatalogueError, match=r"disclosure_policy\.yml, at "):
        load(small_trust)


def test_ranges_of_rounded_figures_are_made_from_what_is_printed() -> None:
    row = {"population": "pupils", "kind": "rate", "numerator": 10, "denominator": 40, "value": 0.25, "low": None, "high": None, "sd": None}
    rows = [row | {"status": "shown"}, row | {"status": "low", "numerator": None, "denominator": None, "value": None}]
    rows.append(row | {"status": "shown", "population": "staff", "low": 0.1, "high": 0.5})
    cells = pd.DataFrame(rows).astype({"numerator": "Int64", "denominator": "Int64", "low": float, "high": float, "sd": float})
    ranged = protection.with_ranges(cells, ["pupils"])
    low, high = wilson(np.array([10.0]), np.array([40.0]))
    assert ranged.loc[0, ["low", "high"]].tolist() == pytest.approx([low[0], high[0]])
    assert ranged.loc[1, ["low", "high"]].isna().all()
    assert ranged.loc[2, ["low", "high"]].tolist() == [0.1, 0.5]
    assert protection.with_ranges(cells, []).equals(cells)

"""Between the policy and the engine: what is declared reaches it, and what it could not protect stops everything."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines.catalogue import load
from pipelines.home import Home
from pipelines.orchestration import protection

NOBODY_KNOWN = pd.DataFrame(columns=["academy_urn", "characteristic", "group_code"])


def test_the_declared_policy_reaches_the_engine(small_trust: Path) -> None:
    declared = load(small_trust).policy
    known = pd.DataFrame([("900401", "sex", "M")], columns=NOBODY_KNOWN.columns)
    policy = protection.engine_policy(declared, known)
    assert (policy.k, policy.level, policy.dominance) == (declared.threshold, declared.level, declared.dominance)
    assert {total["area_level"] for total in policy.public_totals} == {"trust", "phase", "academy"}
    assert policy.known == [{"area_level": "academy", "area_code": "900401", "characteristic": "sex", "group_code": "M"}]


def test_what_could_not_be_protected_stops_everything(small_trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unsafe = {"unprotected": 1, "unprotected_places": ["pupils, headcount, sex=F"]}
    monkeypatch.setattr(protection, "protect", lambda **_: SimpleNamespace(cells=pd.DataFrame(), report=unsafe))
    report = tmp_path / "protection.json"
    with pytest.raises(ValueError, match="could not be protected, so nothing of this draft may be published: pupils, headcount, sex=F"):
        protection.protected_cells(load(small_trust).policy.model_dump_json(), NOBODY_KNOWN, Home.at(tmp_path), report)
    assert not report.exists()

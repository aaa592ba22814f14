"""An objective that could not be computed is refused with a sentence, in the file where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipelines.catalogue import CatalogueError, load

GAP = {
    "code": "O1", "title": "Fewer", "kind": "gap", "measures": ["suspended"], "characteristic": "sex", "group": "M", "comparator": "F",
    "baseline": {"period": "2024-25"}, "target": {"period": "2026-27", "value": 1.0}, "owner": "Head", "aim": "eliminate",
}  # fmt: skip


def declared(trust: Path, **changes: object) -> Path:
    entry = {name: value for name, value in {**GAP, **changes}.items() if value is not None}
    (trust / "objectives.yml").write_text(yaml.safe_dump({"objectives": [entry]}), "utf-8")
    return trust


def test_an_objective_that_can_be_computed_is_read(small_trust: Path) -> None:
    (objective,) = load(declared(small_trust)).objectives
    assert objective.target and objective.target.value == 1.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"comparator": None}, "comparator"),
        ({"baseline": None}, "baseline"),
        ({"target": {"period": "2026-27"}}, "target"),
        ({"target": {"period": "2023-24", "value": 1.0}}, "later"),
        ({"kind": "benchmark"}, "geography"),
        ({"kind": "benchmark", "against": "Atlantis"}, "Atlantis"),
        ({"kind": "refused", "measures": []}, "reason"),
        ({"measures": []}, "measure"),
        ({"measures": ["happiness"]}, "happiness"),
        ({"characteristic": "sex", "group": "Q"}, "Q"),
        ({"area": "999999"}, "999999"),
    ],
)
def test_one_that_cannot_is_refused_with_what_is_wrong(small_trust: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        load(declared(small_trust, **changes))

"""A sample of every drill; `equality drill --full` tries all cases."""

from __future__ import annotations

import pytest

from pipelines.drills.promise import attempt
from pipelines.drills.promises import PROMISES
from pipelines.drills.scene import Scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("drills"))


@pytest.mark.parametrize("number", PROMISES)
def test_a_promise_holds_in_a_sample_of_its_cases(number: int, scene: Scene) -> None:
    tried = attempt(PROMISES[number], scene)
    if tried.cannot:
        pytest.skip(tried.cannot)
    assert tried.cases and not tried.failed

"""A sample of the drills: `equality drill` tries every promise, `equality drill --full` every case of it.

Those that refresh whole homes, and so take minutes, take turns: one of them is drawn by the code itself, so that each change tries another
and the same code the same.
"""

from __future__ import annotations

import random

import pytest

from pipelines.drills.promise import attempt
from pipelines.drills.promises import PROMISES, TEXTS
from pipelines.drills.scene import Scene
from pipelines.orchestration.versions import versions

LONG = (1, 8, 9, 12, 13, 17, 19, 20, 21, 23, 25, 28, 30, 31, 33, 35)
DRAWN = random.Random(versions().code).choice(LONG)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("drills"))


def test_every_promise_has_a_drill() -> None:
    assert list(PROMISES) == list(TEXTS) == list(range(1, 37))


@pytest.mark.parametrize("number", PROMISES)
def test_a_promise_holds_in_a_sample_of_its_cases(number: int, scene: Scene) -> None:
    if number in LONG and number != DRAWN:
        pytest.skip(f"takes minutes, and was not drawn: equality drill {number}")
    tried = attempt(PROMISES[number], scene)
    if tried.cannot:
        pytest.skip(tried.cannot)
    assert tried.cases and not tried.failed

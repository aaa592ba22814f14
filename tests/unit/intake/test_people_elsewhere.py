"""Whether people stand in another academy's landed file is asked of the files that lie there now, however often it was asked before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from made_up_exports import MadeUpTrust

from pipelines.intake.landing import Landing, path_of
from pipelines.intake.mapping import Slice

HERE, THERE = Slice("attendance", "2025-26", "900401"), Slice("attendance", "2025-26", "900402")


@pytest.fixture
def landing(trust: MadeUpTrust) -> Iterator[Landing]:
    opened = Landing(trust.home, trust.keys)
    yield opened
    opened.close()


def land(landing: Landing, trust: MadeUpTrust, key: Slice, reference: str, *persons: str) -> None:
    dataset = trust.catalogue.datasets[key.dataset]
    blank = dict.fromkeys(["term", *(item.name for item in dataset.fields)])
    place = {"academy_urn": key.urn, "period": key.period, "attributes": {}}
    landing.write(dataset, key, reference, [{**blank, **place, "person_key": person} for person in persons])


def test_people_are_found_in_every_file_but_the_academys_own(landing: Landing, trust: MadeUpTrust) -> None:
    assert landing.persons_elsewhere(HERE, ["a", "b"]) == 0
    land(landing, trust, HERE, "one", "a", "b")
    land(landing, trust, THERE, "two", "b", "c")
    assert landing.persons_elsewhere(HERE, ["a", "b", "b"]) == 1
    assert landing.persons_elsewhere(THERE, ["b", "c", "a"]) == 2


def test_a_file_that_is_replaced_written_again_or_removed_is_not_remembered(landing: Landing, trust: MadeUpTrust) -> None:
    land(landing, trust, THERE, "one", "a", "b")
    assert landing.persons_elsewhere(HERE, ["a", "b"]) == 2
    land(landing, trust, THERE, "one", "a", "c")
    assert landing.persons_elsewhere(HERE, ["a", "b"]) == 1
    land(landing, trust, THERE, "two", "a", "b")
    path_of(trust.home, THERE, "one").unlink()
    assert landing.persons_elsewhere(HERE, ["a", "b", "c"]) == 2
    path_of(trust.home, THERE, "two").unlink()
    assert landing.persons_elsewhere(HERE, ["a", "b", "c"]) == 0

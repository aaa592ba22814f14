"""Whoever stands at the gate subtracts two publications: a single joiner must not be told of by the figures that moved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_release import MINOR, PERIOD, PRIMARY_ONE, PRIMARY_TWO, SMALL, Marts, small_release, write

from expectations.attack import attack
from expectations.release import judge_attack

GROUP = {"area_code": PRIMARY_TWO, "characteristic": "ethnicity", "group_code": "african"}


def gate(joined: int, left: int, characteristic: str = "ethnicity") -> pd.DataFrame:
    """What is known at the gate of one academy about the time between two publications of one period."""
    place = {"population": "pupils", "period": PERIOD, "earlier_period": PERIOD, "earlier_release": "earlier"}
    return pd.DataFrame(
        [place | {"area_level": "academy", "area_code": PRIMARY_TWO, "characteristic": characteristic, "joined": joined, "left": left}]
    )


@pytest.fixture
def two(tmp_path: Path, marts: Marts) -> tuple[Path, Path]:
    """The safe release, and one before it in which one academy had one pupil fewer of one group."""
    earlier = small_release(small={**SMALL, (PRIMARY_TWO, "african"): (29, 30)})
    return write(earlier, tmp_path / "earlier"), write(marts, tmp_path / "now")


def test_the_only_one_who_joined_is_found_by_the_figures_that_moved(two: tuple[Path, Path]) -> None:
    earlier, now = two
    assert attack(now, [earlier]).passed
    verdict = judge_attack(now, [earlier], movers=gate(1, 0))
    assert verdict.failed == ("no_mover_is_isolated",)
    (found,) = attack(now, [earlier], movers=gate(1, 0)).isolated
    assert GROUP.items() <= found.place.items()
    assert found.statistic == "joined"


def test_among_many_who_joined_and_left_nobody_is_found(two: tuple[Path, Path]) -> None:
    earlier, now = two
    assert attack(now, [earlier], movers=gate(21, 20)).passed


def test_where_nobody_moved_nobody_is_found(marts: Marts, tmp_path: Path) -> None:
    earlier, now = write(marts, tmp_path / "earlier"), write(marts, tmp_path / "now")
    assert attack(now, [earlier], movers=gate(0, 0)).passed


def test_movers_that_do_not_fit_the_figures_are_no_pass(two: tuple[Path, Path]) -> None:
    earlier, now = two
    assert not attack(now, [earlier], movers=gate(0, 0)).passed


def test_hiding_the_figures_that_moved_hides_who_joined(tmp_path: Path) -> None:
    """The same joiner, while that group and the next are hidden at both academies in both publications."""
    corners = tuple((academy, group) for academy in (PRIMARY_ONE, PRIMARY_TWO) for group in ("african", "caribbean"))
    small = {**SMALL, (PRIMARY_TWO, "african"): (29, 30)}
    everything = (*corners, *((academy, group) for academy in (PRIMARY_ONE, PRIMARY_TWO) for group in ("indian", "pakistani")))
    earlier = write(small_release(everything, small=small), tmp_path / "earlier")
    now = write(small_release(everything), tmp_path / "now")
    assert attack(now, [earlier], movers=gate(1, 0)).passed


@pytest.mark.parametrize("boys", [0, 30])
def test_of_the_only_group_that_anybody_can_be_in_the_total_says_all_there_is(tmp_path: Path, boys: int) -> None:
    """One girl joined a school of girls, whose noughts are printed; beside boys the same girl is found."""
    girls = {(PRIMARY_TWO, group): (30, boys) for group in MINOR}
    earlier = write(small_release(small={**SMALL, **girls, (PRIMARY_TWO, "african"): (29, boys)}), tmp_path / "earlier")
    now = write(small_release(small={**SMALL, **girls}), tmp_path / "now")
    found = attack(now, [earlier], movers=gate(1, 0, "sex")).isolated
    assert [item.place["group_code"] for item in found] == (["F"] if boys else [])

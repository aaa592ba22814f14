"""A new storage key: everything opens with it, an interrupted change is finished or taken back, and nothing else works meanwhile."""

from __future__ import annotations

import fcntl
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.home import Home, HomeError, Keys, duck, load_keys, make_keys, parquet, rotation
from pipelines.home.keys import STORAGE, YEARS, keys_in_use, upcoming
from pipelines.home.layout import bring_up_to_date
from pipelines.home.paths import LAYOUT
from pipelines.home.rotation import rotate_storage
from pipelines.home.vault import seal, unseal
from pipelines.home.whole import write_whole

YEAR = "2025-26"
NAMES = [f"{number:064x}" for number in range(4)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make()
    make_keys(home)
    keys = load_keys(home)
    for name in NAMES:
        write_whole(home.raw / name, seal(keys, name, name.encode(), YEAR if name != NAMES[0] else ""))
    landed = home.landing / "people" / f"period={YEAR}" / "a.parquet"
    landed.parent.mkdir(parents=True)
    connection = duck.connect(home, keys)
    connection.execute(f"copy (select range as n from range(100)) to '{landed}' (format parquet, {parquet.encryption(landed)})")
    connection.close()
    return home


def opened(home: Home, keys: Keys) -> tuple[int, int]:
    """How many raw files open, and the sum of the landed numbers; an error of DuckDB where the landing does not."""
    raw = sum(unseal(keys, name, (home.raw / name).read_bytes()) == name.encode() for name in NAMES)
    connection = duck.connect(home, keys)
    try:
        found = connection.execute(f"select sum(n) from {parquet.landed(home.landing.rglob('*.parquet'))}").fetchall()
    finally:
        connection.close()
    return raw, int(found[0][0])


def test_everything_opens_with_the_new_key_and_nothing_with_the_old(home: Home) -> None:
    old = load_keys(home)
    assert rotate_storage(home) == len(NAMES) + 1
    new = load_keys(home)
    assert new.storage != old.storage and new.pseudonym == old.pseudonym
    assert opened(home, new) == (len(NAMES), 4950)
    with pytest.raises(HomeError):
        unseal(old, NAMES[0], (home.raw / NAMES[0]).read_bytes())
    assert sorted(path.name for path in home.keys.glob("*.key")) == ["pseudonym.key", "signing.key", "storage.key"]


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize("after", range(5))
def test_an_interrupted_change_is_finished_or_taken_back(home: Home, monkeypatch: pytest.MonkeyPatch, after: int, undo: bool) -> None:
    old, written = load_keys(home), 0

    def broken(path: Path, content: bytes) -> None:
        nonlocal written
        written += 1
        if written > after:
            raise KeyboardInterrupt
        write_whole(path, content)

    if after < len(NAMES):
        monkeypatch.setattr(rotation, "write_whole", broken)
    else:
        monkeypatch.setattr(rotation, "adopt", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        rotate_storage(home)
    monkeypatch.undo()
    with pytest.raises(HomeError, match="interrupted"):
        load_keys(home)
    rotate_storage(home, undo=undo)
    assert (load_keys(home) == old) is undo
    assert opened(home, load_keys(home)) == (len(NAMES), 4950)


def test_a_file_that_opens_with_neither_key_stops_it_with_both_in_place(home: Home) -> None:
    (home.raw / NAMES[2]).write_bytes(b"something else")
    with pytest.raises(HomeError, match="changed or belongs to another key"):
        rotate_storage(home)
    old = keys_in_use(home)
    assert upcoming(home, STORAGE) != old.storage
    (home.raw / NAMES[2]).write_bytes(seal(old, NAMES[2], NAMES[2].encode(), YEAR))
    rotate_storage(home, undo=True)
    assert opened(home, replace(load_keys(home))) == (len(NAMES), 4950)


def test_there_is_nothing_to_undo_where_nothing_was_begun(home: Home) -> None:
    with pytest.raises(HomeError, match="nothing to take back"):
        rotate_storage(home, undo=True)


def test_what_a_killed_run_left_half_written_holds_nothing_up(home: Home) -> None:
    (home.landing / ".aside").mkdir()
    (home.landing / ".aside" / "a.parquet").write_bytes(b"PAR1 half of a file")
    rotate_storage(home)
    assert opened(home, load_keys(home)) == (len(NAMES), 4950)


def as_layout_2(home: Home) -> None:
    """What the layout before had: landed files under the storage key itself, and no halves of years."""
    keys = load_keys(home)
    connection = duck.connect(home, keys)
    for path in home.landing.rglob("*.parquet"):
        aside = path.with_suffix(".aside")
        connection.execute(f"copy (from {parquet.landed([path])}) to '{aside}' (format parquet, {parquet.encryption(Path('of no year'))})")
        aside.rename(path)
    connection.close()
    for name in NAMES:
        write_whole(home.raw / name, seal(keys, name, name.encode()))
    (home.keys / YEARS).unlink()
    write_whole(home.layout_file, b'{"layout": 2}')


def test_a_home_of_the_layout_before_is_brought_under_the_keys_of_its_years(home: Home) -> None:
    as_layout_2(home)
    with pytest.raises(HomeError, match=r"years\.json is missing"):
        load_keys(home)
    bring_up_to_date(home)
    assert home.layout == LAYOUT and opened(home, load_keys(home)) == (len(NAMES), 4950)
    halves = (home.keys / YEARS).read_bytes()
    write_whole(home.layout_file, b'{"layout": 2}')  # as if killed before the last step
    bring_up_to_date(home)
    assert (home.keys / YEARS).read_bytes() == halves and opened(home, load_keys(home)) == (len(NAMES), 4950)


def test_a_change_of_key_that_the_version_before_began_is_finished_first(home: Home) -> None:
    as_layout_2(home)
    upcoming(home, STORAGE)
    bring_up_to_date(home)
    assert home.layout == 2
    with pytest.raises(HomeError, match="interrupted"):
        load_keys(home)
    rotate_storage(home)
    bring_up_to_date(home)
    assert home.layout == LAYOUT and opened(home, load_keys(home)) == (len(NAMES), 4950)


def test_nobody_brings_a_home_up_to_date_that_another_works_in(home: Home) -> None:
    as_layout_2(home)
    with (home.root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(HomeError, match="Another run is at work"):
            bring_up_to_date(home)
    assert home.layout == 2

"""Keys nobody else can read, and sealed bytes that nobody can change unseen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.home import Home, HomeError, Keys, duck, load_keys, make_keys, parquet
from pipelines.home.keys import destroy_years
from pipelines.home.vault import seal, unseal, year_of
from pipelines.home.whole import write_whole

KEYS = Keys(b"p" * 32, b"s" * 32, {"2025-26": b"y" * 32})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make()
    make_keys(home)
    return home


def test_making_keys_again_changes_none(home: Home) -> None:
    before = load_keys(home)
    make_keys(home)
    assert load_keys(home) == before


@pytest.mark.parametrize("name", ["pseudonym.key", "storage.key", "years.json"])
def test_a_key_that_others_can_read_is_refused(home: Home, name: str) -> None:
    (home.keys / name).chmod(0o640)
    with pytest.raises(HomeError, match="chmod 600"):
        load_keys(home)


def test_a_missing_or_damaged_key_is_named(home: Home) -> None:
    (home.keys / "storage.key").write_text("short")
    with pytest.raises(HomeError, match="damaged"):
        load_keys(home)
    (home.keys / "storage.key").unlink()
    with pytest.raises(HomeError, match=r"storage\.key is missing"):
        load_keys(home)


def test_a_room_that_others_can_read_is_refused(home: Home) -> None:
    home.landing.chmod(0o755)
    with pytest.raises(HomeError, match="Others can read"):
        home.refuse_if_exposed()


@given(content=st.binary(max_size=2000), place=st.integers(min_value=0), year=st.sampled_from(["", *KEYS.years]))
def test_sealed_bytes_come_back_and_a_changed_byte_does_not(content: bytes, place: int, year: str) -> None:
    sealed = seal(KEYS, "name", content, year)
    assert unseal(KEYS, "name", sealed) == content
    assert not content or len(content) < 8 or content not in sealed
    changed = bytearray(sealed)
    changed[place % len(sealed)] ^= 1
    with pytest.raises(HomeError):
        unseal(KEYS, "name", bytes(changed))
    with pytest.raises(HomeError):
        unseal(KEYS, "another name", sealed)


def test_a_year_whose_key_was_destroyed_is_read_by_nobody(home: Home) -> None:
    keys = load_keys(home)
    sealed = {year: seal(keys, "name", b"content", year) for year in ("2018-19", "2019-20", "")}
    assert {year: year_of(content) for year, content in sealed.items()} == {year: year for year in sealed}
    destroy_years(home, ["2018-19"])
    left = load_keys(home)
    assert keys.years.keys() - left.years.keys() == {"2018-19"} and left.storage == keys.storage
    assert [unseal(left, "name", sealed[year]) for year in ("2019-20", "")] == [b"content"] * 2
    with pytest.raises(HomeError, match="belongs to another key"):
        unseal(left, "name", sealed["2018-19"])
    with pytest.raises(HomeError, match="destroyed"):
        left.of("2018-19")
    make_keys(home)
    assert load_keys(home) == left


def test_the_storage_key_alone_opens_no_year() -> None:
    other = replace(KEYS, years={"2025-26": b"z" * 32})
    assert len({KEYS.of(""), KEYS.of("2025-26"), other.of("2025-26"), replace(KEYS, storage=b"t" * 32).of("2025-26")}) == 4
    with pytest.raises(HomeError):
        unseal(other, "name", seal(KEYS, "name", b"content", "2025-26"))


@pytest.mark.parametrize("text", ["", "[]", '{"2025-26": "short"}', '{"2025-26": 1}'])
def test_damaged_halves_of_years_are_named(home: Home, text: str) -> None:
    (home.keys / "years.json").write_text(text)
    with pytest.raises(HomeError, match="damaged"):
        load_keys(home)


def test_what_is_written_whole_replaces_what_was_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "file", b"one")
    write_whole(tmp_path / "a" / "file", b"two")
    assert [path.read_bytes() for path in (tmp_path / "a").iterdir()] == [b"two"]


def test_nothing_stored_by_duckdb_can_be_read_without_the_key(home: Home) -> None:
    keys = load_keys(home)
    connection = duck.connect(home, keys)
    warehouse = home.warehouse / "warehouse.duckdb"
    duck.attach_warehouse(connection, keys, warehouse, read_only=False)
    connection.execute("create table warehouse.people as select 'CANARY' as surname from range(1000)")
    landed = home.landing / "people.parquet"
    connection.execute(f"copy warehouse.people to '{landed}' (format parquet, {parquet.encryption(landed)})")
    connection.execute("detach warehouse")
    assert b"CANARY" not in warehouse.read_bytes()
    assert b"CANARY" not in landed.read_bytes()
    other = duck.connect(home, replace(keys, storage=b"x" * 32))
    with pytest.raises(Exception, match=r"(?i)key|decrypt|encrypt"):
        other.execute(f"from {parquet.landed([landed])}").fetchall()

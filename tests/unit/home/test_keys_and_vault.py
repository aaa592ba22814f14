"""Keys nobody else can read, and sealed bytes that nobody can change unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.home import Home, HomeError, Keys, duck, load_keys, make_keys
from pipelines.home.vault import seal, unseal
from pipelines.home.whole import write_whole

KEYS = Keys(b"p" * 32, b"s" * 32)


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


@pytest.mark.parametrize("name", ["pseudonym.key", "storage.key"])
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


@given(content=st.binary(max_size=2000), place=st.integers(min_value=0))
def test_sealed_bytes_come_back_and_a_changed_byte_does_not(content: bytes, place: int) -> None:
    sealed = seal(KEYS, "name", content)
    assert unseal(KEYS, "name", sealed) == content
    assert not content or len(content) < 8 or content not in sealed
    changed = bytearray(sealed)
    changed[place % len(sealed)] ^= 1
    with pytest.raises(HomeError):
        unseal(KEYS, "name", bytes(changed))
    with pytest.raises(HomeError):
        unseal(KEYS, "another name", sealed)


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
    connection.execute(f"copy warehouse.people to '{landed}' (format parquet, {duck.PARQUET_ENCRYPTION})")
    connection.execute("detach warehouse")
    assert b"CANARY" not in warehouse.read_bytes()
    assert b"CANARY" not in landed.read_bytes()
    other = duck.connect(home, Keys(keys.pseudonym, b"x" * 32))
    with pytest.raises(Exception, match=r"(?i)key|decrypt|encrypt"):
        other.execute(f"select * from read_parquet('{landed}', encryption_config = {{footer_key: 'landing'}})").fetchall()

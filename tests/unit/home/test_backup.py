"""A backup: whole, without keys, the same bytes from the same home, and every fault of it told before anything is restored."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.home import Home, HomeError, backup, make_keys
from pipelines.home.layout import bring_up_to_date
from pipelines.home.signing import public_keys

NOON = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
LAST = "a" * 64


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make()
    make_keys(home)
    bring_up_to_date(home)
    (home.trust / "academies.yml").write_text("code: T")
    (home.raw / "1234").write_bytes(b"sealed" * 1000)
    (home.raw / ".half.partial").write_bytes(b"half")
    (home.warehouse / "warehouse.duckdb").write_bytes(b"disposable")
    (home.releases / "2025-26-1").mkdir()
    (home.releases / "2025-26-1" / "manifest.json").write_text("{}")
    (home.releases / "current").symlink_to("2025-26-1")
    home.audit.write_text("line\n")
    with closing(sqlite3.connect(home.ledger)) as ledger, ledger:
        ledger.execute("create table files (name text)")
        ledger.execute("insert into files values ('one')")
    return home


@pytest.fixture
def tar(home: Home, tmp_path: Path) -> Path:
    backup.write(home, tmp_path / "backup.tar", LAST, NOON)
    return tmp_path / "backup.tar"


def test_it_holds_what_cannot_be_made_again_and_no_key(home: Home, tar: Path) -> None:
    contents, problems = backup.verify(tar, public_keys(home))
    assert problems == []
    assert contents is not None
    held = {"layout.json", "audit.log", "ledger.sqlite", "raw/1234", "trust/academies.yml", "releases/2025-26-1/manifest.json"}
    assert set(contents.files) == held
    assert (contents.audit, contents.current, contents.made) == (LAST, "2025-26-1", NOON)
    assert stat.S_IMODE(tar.stat().st_mode) == 0o600


def test_the_same_home_gives_the_same_bytes(home: Home, tar: Path, tmp_path: Path) -> None:
    os.utime(home.raw / "1234", (0, 0))
    backup.write(home, tmp_path / "again.tar", LAST, NOON)
    assert tar.read_bytes() == (tmp_path / "again.tar").read_bytes()


def test_it_restores_with_keys_to_the_same_files(home: Home, tar: Path, tmp_path: Path) -> None:
    backup.write_keys(home, tmp_path / "keys.tar")
    place = Home.at(tmp_path / "new" / "home")
    place.root.parent.mkdir()
    contents = backup.restore(tar, place, tmp_path / "keys.tar", public_keys(home))
    for name in contents.files.keys() - {"ledger.sqlite"}:
        assert (place.root / name).read_bytes() == (home.root / name).read_bytes()
    assert {path.name: path.read_bytes() for path in place.keys.iterdir()} == {p.name: p.read_bytes() for p in home.keys.iterdir()}
    assert (place.releases / "current").readlink() == Path("2025-26-1")
    with closing(sqlite3.connect(place.ledger)) as ledger:
        assert ledger.execute("select name from files").fetchall() == [("one",)]
    place.refuse_if_exposed()
    assert sorted(path.name for path in place.root.parent.iterdir()) == ["home"]


def test_what_lies_beside_the_keys_is_no_key(home: Home, tar: Path, tmp_path: Path) -> None:
    (home.keys / ".storage.key.next.partial").write_bytes(b"half")
    backup.write_keys(home, tmp_path / "keys.tar")
    place = Home.at(tmp_path / "home again")
    backup.restore(tar, place, tmp_path / "keys.tar", public_keys(home))
    assert sorted(path.name for path in place.keys.iterdir()) == sorted(p.name for p in home.keys.iterdir() if p.name[0] != ".")


@pytest.mark.parametrize("name", ["raw/1234", "ledger.sqlite", "audit.log", backup.CONTENTS, backup.SIGNATURE])
def test_a_flipped_bit_shows_and_nothing_is_restored(home: Home, tar: Path, tmp_path: Path, name: str) -> None:
    with tarfile.open(tar) as members:
        place = members.getmember(name).offset_data
    whole = bytearray(tar.read_bytes())
    whole[place] ^= 1
    tar.write_bytes(whole)
    _, problems = backup.verify(tar, public_keys(home))
    assert problems
    with pytest.raises(HomeError, match="was not restored"):
        backup.restore(tar, Home.at(tmp_path / "new"), None, public_keys(home))
    assert not (tmp_path / "new").exists()


def test_a_backup_told_anew_with_right_hashes_shows_by_its_signature(home: Home, tar: Path, tmp_path: Path) -> None:
    other = Home.at(tmp_path / "other")
    other.make()
    make_keys(other)
    backup.write(other, tmp_path / "theirs.tar", LAST, NOON)
    assert backup.verify(tmp_path / "theirs.tar", public_keys(other))[1] == []
    assert backup.verify(tmp_path / "theirs.tar", public_keys(home))[1] == [
        "it is not signed by this trust, or was changed after it was signed"
    ]


@pytest.mark.parametrize("name", ["../out", "/etc/out", "raw/../../out", "keys/storage.key", "drop/1/file", "raw//2"])
def test_a_member_that_belongs_nowhere_is_refused(home: Home, tar: Path, tmp_path: Path, name: str) -> None:
    with tarfile.open(tar, "a") as more:
        entry = tarfile.TarInfo(name)
        more.addfile(entry)
    with pytest.raises(HomeError, match="was not restored"):
        backup.restore(tar, Home.at(tmp_path / "new"), None, ())
    assert not (tmp_path / "out").exists()


def test_a_link_in_a_backup_is_refused(tar: Path) -> None:
    with tarfile.open(tar, "a") as more:
        entry = tarfile.TarInfo("trust/link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc"
        more.addfile(entry)
    assert backup.verify(tar, ())[1] != []


def test_a_home_that_is_not_empty_is_left_alone(home: Home, tar: Path, tmp_path: Path) -> None:
    for place in (home.root, tar):
        with pytest.raises(HomeError, match="is not empty"):
            backup.restore(tar, Home.at(place), None, ())
    (tmp_path / "empty").mkdir()
    backup.restore(tar, Home.at(tmp_path / "empty"), None, ())
    assert (tmp_path / "empty" / "audit.log").exists()


def test_a_backup_of_a_later_layout_is_refused(home: Home, tmp_path: Path) -> None:
    home.layout_file.write_text('{"layout": 99}')
    backup.write(home, tmp_path / "later.tar", LAST, NOON)
    with pytest.raises(HomeError, match="later version of this program"):
        backup.restore(tmp_path / "later.tar", Home.at(tmp_path / "new"), None, ())


def test_nothing_is_left_where_it_cannot_be_written(home: Home, tar: Path, tmp_path: Path) -> None:
    before = tar.read_bytes()
    with pytest.raises(HomeError, match="exists already"):
        backup.write(home, tar, LAST, NOON)
    with pytest.raises(HomeError, match="lies in the home itself"):
        backup.write(home, home.root / "backup.tar", LAST, NOON)
    (home.trust / "link").symlink_to("/etc/hostname")
    with pytest.raises(HomeError, match="is a link"):
        backup.write(home, tmp_path / "linked.tar", LAST, NOON)
    with pytest.raises(HomeError, match="could not be written"):
        backup.write(home, tmp_path / "nowhere" / "backup.tar", LAST, NOON)
    assert tar.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "home"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to try")
def test_a_full_disk_ends_in_a_sentence(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open
    monkeypatch.setattr(
        os, "open", lambda path, flags, mode=0o777: opened("/dev/full", os.O_RDWR) if "partial" in str(path) else opened(path, flags, mode)
    )
    with pytest.raises(HomeError, match="No space left"):
        backup.write(home, tmp_path / "backup.tar", LAST, NOON)
    assert not (tmp_path / "backup.tar").exists()

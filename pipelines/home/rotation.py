"""Everything stored in a home under another storage key. What is read and counted belongs to the rooms above.

While it goes on the new key lies beside the old one, each file is under one of the two, and no other work can begin. So a change that was
interrupted can be finished, by doing the same again, or taken back, by doing it the other way round. The warehouse is made anew.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.home import duck
from pipelines.home.keys import STORAGE, Keys, adopt, changing, give_up, keys_in_use, upcoming
from pipelines.home.paths import Home, HomeError
from pipelines.home.vault import MAGIC, seal, unseal
from pipelines.home.whole import flush_directory, write_whole

if TYPE_CHECKING:
    import duckdb

OLD, NEW = duck.LANDING_KEY, "upcoming"
PARTIAL = ".*.partial"


def rotate_storage(home: Home, *, undo: bool = False) -> int:
    """Everything under a new storage key, or, with ``undo``, an interrupted change taken back; how many files were sealed anew.

    Call it holding the home's lock. :class:`HomeError` when a stored file opens under neither key, with both keys still in place, and
    when there is nothing to undo.
    """
    if undo and STORAGE not in changing(home):
        raise HomeError("No change of the storage key was interrupted, so there is nothing to take back.")
    old = keys_in_use(home)
    new = replace(old, storage=upcoming(home, STORAGE))
    sealed = _under(home, new, old) if undo else _under(home, old, new)
    destroy_warehouse(home)
    if undo:
        give_up(home, STORAGE)
    else:
        adopt(home, STORAGE)
    return sealed


def destroy_warehouse(home: Home) -> None:
    """Remove the warehouse and what else a refresh makes again in any case."""
    for path in home.warehouse.glob("*.duckdb*"):
        path.unlink()


def _under(home: Home, old: Keys, new: Keys) -> int:
    changed = 0
    shutil.rmtree(home.landing / ".aside", ignore_errors=True)  # half-written files of a killed run, made again by the next
    for path in _sealed(home):
        stored = path.read_bytes()
        if not _opens(new, path.name, stored):
            write_whole(path, seal(new, path.name, unseal(old, path.name, stored)))
            changed += 1
    connection = duck.connect(home, old)
    try:
        connection.execute(f"pragma add_parquet_key('{NEW}', '{new.storage_text}')")
        for path in sorted(home.landing.rglob("*.parquet")):
            changed += _parquet_anew(connection, path)
    finally:
        connection.close()
    return changed


def _sealed(home: Home) -> Iterator[Path]:
    """Every sealed file; what an interrupted write left beside one is removed."""
    for room in (home.raw, home.quarantine, home.warehouse):
        for leftover in room.glob(PARTIAL):
            leftover.unlink()
        for path in sorted(room.glob("*")):
            if path.is_file():
                with path.open("rb") as file:
                    if room != home.warehouse or file.read(len(MAGIC)) == MAGIC:
                        yield path


def _opens(keys: Keys, name: str, sealed: bytes) -> bool:
    try:
        unseal(keys, name, sealed)
    except HomeError:
        return False
    return True


def _parquet_anew(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether the file was under the old key, and is now under the new one: whole, or as it was."""
    import duckdb

    source = "(select * from read_parquet(?, hive_partitioning = false, encryption_config = {{footer_key: '{}'}}))"
    try:
        connection.execute(f"select count(hash(stored)) from {source.format(NEW)} as stored", [str(path)])
        return False
    except duckdb.Error:
        pass
    aside = path.with_name(f".{path.name}.partial")
    target = str(aside).replace("'", "''")
    try:
        connection.execute(
            f"copy {source.format(OLD)} to '{target}' (format parquet, encryption_config {{footer_key: '{NEW}'}})", [str(path)]
        )
    except duckdb.Error:
        aside.unlink(missing_ok=True)
        place = "/".join(path.parts[-4:])
        raise HomeError(f"The landed file {place} was changed or belongs to another key. Restore it from a backup.") from None
    aside.chmod(0o600)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(aside, path)
    flush_directory(path.parent)
    return True

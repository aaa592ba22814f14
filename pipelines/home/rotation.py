"""Everything stored in a home under another storage key. What is read and counted belongs to the rooms above.

While it goes on the new key lies beside the old one, each file is under one of the two, and no other work can begin. So a change that was
interrupted can be finished, by doing the same again, or taken back, by doing it the other way round. The warehouse is made anew.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.home import duck
from pipelines.home.keys import STORAGE, Keys, adopt, changing, give_up, keys_in_use, upcoming
from pipelines.home.parquet import OF_NO_YEAR, key_name, quoted, under
from pipelines.home.paths import Home, HomeError
from pipelines.home.vault import HEAD_BYTES, is_sealed, seal, unseal, year_of
from pipelines.home.whole import flush_directory, write_whole

if TYPE_CHECKING:
    import duckdb

NEW = "upcoming "
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
            write_whole(path, seal(new, path.name, unseal(old, path.name, stored), year_of(stored)))
            changed += 1
    connection = duck.connect(home, old)
    try:
        duck.add_landing_keys(connection, new, NEW)
        for path in sorted(home.landing.rglob("*.parquet")):
            changed += _parquet_anew(connection, path, NEW + key_name(path), (key_name(path), OF_NO_YEAR))
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
                    if room != home.warehouse or is_sealed(file.read(HEAD_BYTES)):
                        yield path


def _opens(keys: Keys, name: str, sealed: bytes) -> bool:
    try:
        unseal(keys, name, sealed)
    except HomeError:
        return False
    return True


def under_years(home: Home) -> None:
    """Every landed file that is under the storage key itself, as layout 2 had them, under the key of its year."""
    connection = duck.connect(home, keys_in_use(home))
    try:
        for path in sorted(home.landing.rglob("*.parquet")):
            _parquet_anew(connection, path, key_name(path), (OF_NO_YEAR,))
    finally:
        connection.close()


def _parquet_anew(connection: duckdb.DuckDBPyConnection, path: Path, new: str, old: Sequence[str]) -> bool:
    """Whether the file was under a key of those names in ``old``, and is now under ``new``: whole, or as it was."""
    if _opened(connection, f"select count(hash(stored)) from {under(new, [path])} as stored"):
        return False
    aside = path.with_name(f".{path.name}.partial")
    into = f"to {quoted(aside)} (format parquet, encryption_config {{footer_key: '{new}'}})"
    if not any(_opened(connection, f"copy (from {under(name, [path])}) {into}") for name in old):
        aside.unlink(missing_ok=True)
        place = "/".join(path.parts[-4:])
        raise HomeError(f"The landed file {place} was changed or belongs to another key. Restore it from a backup.")
    aside.chmod(0o600)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(aside, path)
    flush_directory(path.parent)
    return True


def _opened(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Whether ``statement`` could be carried out; it cannot where a file does not open with the key it names."""
    import duckdb

    try:
        connection.execute(statement)
    except duckdb.Error:
        return False
    return True

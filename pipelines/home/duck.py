"""DuckDB as this trust uses it: encrypted files, no network, bounded memory. What is queried belongs to the rooms above."""

from __future__ import annotations

import functools
import importlib.util
import os
from pathlib import Path
from typing import Any

import duckdb

from pipelines.home.keys import Keys
from pipelines.home.parquet import OF_NO_YEAR
from pipelines.home.paths import Home
from pipelines.home.whole import make_private


def settings(home: Home) -> dict[str, Any]:
    """Configuration for every DuckDB connection: signed extensions from the installed wheel only, spill inside the home."""
    return {
        "extension_directory": str(_extension_directory(home)),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(home.warehouse / "spill"),
        "threads": "2",
        "memory_limit": _memory(),
    }


@functools.cache
def _memory() -> str:
    """Half of what DuckDB takes where nobody says how much, which is four fifths of the machine's, or of the container's."""
    with duckdb.connect(":memory:") as unlimited:
        ((most,),) = unlimited.execute("select current_setting('memory_limit')").fetchall()
    number, unit = most.split()
    return f"{float(number) / 2:.1f}{unit}"


def connect(home: Home, keys: Keys) -> duckdb.DuckDBPyConnection:
    """An in-memory connection that can read and write the encrypted landing."""
    connection = duckdb.connect(":memory:", config=settings(home))
    unlock(connection, keys)
    return connection


def unlock(connection: duckdb.DuckDBPyConnection, keys: Keys) -> None:
    """Give ``connection`` what it needs for encrypted Parquet: the cipher (httpfs carries OpenSSL) and the key of every year."""
    connection.execute("load httpfs")
    connection.execute("set temp_file_encryption = true")
    add_landing_keys(connection, keys)


def add_landing_keys(connection: duckdb.DuckDBPyConnection, keys: Keys, prefix: str = "") -> None:
    """Give ``connection`` the keys of landed files, each under its name with ``prefix`` before it."""
    for year in ("", *keys.years):
        connection.execute(f"pragma add_parquet_key('{prefix}{year or OF_NO_YEAR}', '{keys.text(year)}')")


def attach_warehouse(connection: duckdb.DuckDBPyConnection, keys: Keys, path: Path, *, read_only: bool) -> None:
    """Attach the encrypted database at ``path`` as ``warehouse``. A key is always given: without one DuckDB makes plaintext."""
    mode = ", read_only" if read_only else ""
    connection.execute(f"attach if not exists '{path}' as warehouse (encryption_key '{keys.text('')}'{mode})")


def _extension_directory(home: Home) -> Path:
    """A directory laid out as DuckDB wants it, linked to the extension that pip installed and verified by hash."""
    wheel = importlib.util.find_spec("duckdb_extension_httpfs")
    if wheel is None or wheel.submodule_search_locations is None:
        raise ImportError("duckdb_extension_httpfs is not installed: run make setup")
    version = f"v{duckdb.__version__}"
    installed = Path(wheel.submodule_search_locations[0]) / "extensions" / version / "httpfs.duckdb_extension"
    directory = home.warehouse / "extensions"
    link = directory / version / str(duckdb.sql("pragma platform").fetchall()[0][0]) / installed.name
    if not link.is_symlink() or os.readlink(link) != str(installed):
        make_private(link.parent)
        partial = link.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        partial.symlink_to(installed)
        os.replace(partial, link)
    return directory

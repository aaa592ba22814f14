"""Landed files as DuckDB's SQL spells them, each under the key of its academic year. Opening a connection belongs in ``duck``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

PERIOD, OF_NO_YEAR = "period=", "landing"
"""How the folder of an academic year begins. What DuckDB calls the key of files that are of none; that of a year it calls by the year's name."""


def key_name(landed: Path) -> str:
    """What DuckDB calls the key of a landed file: the academic year of its folder."""
    return next((part.removeprefix(PERIOD) for part in landed.parts if part.startswith(PERIOD)), OF_NO_YEAR)


def landed(files: Iterable[Path]) -> str:
    """SQL, to stand after ``from``, that reads landed files of any years as one table. A path may have ``*`` in it where that is no year."""
    by_key = defaultdict(list)
    for path in files:
        by_key[key_name(path)].append(path)
    return f"({' union all by name '.join(f'from {under(name, paths)}' for name, paths in by_key.items())})"


def under(name: str, files: Iterable[Path]) -> str:
    """SQL, to stand after ``from``, that reads landed files of one key."""
    paths = ", ".join(quoted(path) for path in files)
    return f"read_parquet([{paths}], hive_partitioning = false, encryption_config = {{footer_key: '{name}'}})"


def encryption(landed: Path) -> str:
    """The option of ``copy`` that writes a landed file under its key."""
    return f"encryption_config {{footer_key: '{key_name(landed)}'}}"


def quoted(path: Path) -> str:
    """A path as SQL spells it; ``copy`` and views take no bound parameter for one."""
    return "'" + str(path).replace("'", "''") + "'"

"""The files of one bundle (a draft or a release): marts written so that equal rows give equal bytes, and hashes of what lies there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.home.whole import flush_directory

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MARTS = "marts"
ROWS_PER_GROUP = 1 << 16


class BundleError(Exception):
    """The folder is not a bundle as this product writes it; the message names the path inside it."""


def write_marts(folder: Path, marts: Mapping[str, pd.DataFrame | pa.Table]) -> None:
    """Write each mart as ``folder/marts/<name>.parquet``: same rows in any order, same bytes. The folder ``marts`` must not exist yet."""
    directory = folder / MARTS
    directory.mkdir(mode=0o700, parents=True)
    for name, rows in sorted(marts.items()):
        pq.write_table(
            settled(rows),
            directory / f"{name}.parquet",
            version="2.6",
            compression="zstd",
            compression_level=3,
            row_group_size=ROWS_PER_GROUP,
            store_schema=False,
        )


def settled(rows: pd.DataFrame | pa.Table) -> pa.Table:
    """``rows`` with nothing left to chance: sorted by their text columns and then the others, NaN as null, no library's metadata."""
    table = rows if isinstance(rows, pa.Table) else pa.Table.from_pandas(rows, preserve_index=False)
    columns = {name: _settled_column(table.column(name)) for name in table.column_names}
    table = pa.table(columns)
    text = [name for name in columns if pa.types.is_string(columns[name].type)]
    order = text + [name for name in columns if name not in text]
    return table.sort_by([(name, "ascending") for name in order]) if order else table


def _settled_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_large_string(kind):
        return column.cast(pa.string())
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    return column


def contents(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file below ``folder`` but its manifest and signature: path with forward slashes -> (SHA-256, bytes). Links and other oddities are refused."""
    found: dict[str, tuple[str, int]] = {}
    for directory, folders, names in os.walk(folder):
        for name in sorted(folders + names):
            path = Path(directory, name)
            inside = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise BundleError(f"{inside} is neither a file nor a folder")
            if path.is_file() and inside not in (MANIFEST, SIGNATURE):
                data = path.read_bytes()
                found[inside] = (hashlib.sha256(data).hexdigest(), len(data))
    return dict(sorted(found.items()))


def digest(folder: Path, under: str = "") -> str:
    """One SHA-256 over the names and contents of the files of ``folder`` whose path starts with ``under``: what a judge has judged."""
    return digest_of({path: sha for path, (sha, _) in contents(folder).items()}, under)


def digest_of(hashes: Mapping[str, str], under: str = "") -> str:
    """:func:`digest` from known file hashes: the hash of lines ``<sha256>  <path>``, sorted by path."""
    lines = [f"{sha}  {path}\n" for path, sha in sorted(hashes.items()) if path.startswith(under)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def flush(folder: Path) -> None:
    """Make every file and folder below ``folder`` survive a power cut."""
    for directory, _, names in os.walk(folder, topdown=False):
        for name in names:
            with open(Path(directory, name), "rb") as file:
                os.fsync(file.fileno())
        flush_directory(Path(directory))

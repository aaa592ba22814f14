"""What computed a draft: the code, the lock and the packages that shape numbers, as hashes. Nothing is computed here but hashes."""

from __future__ import annotations

import hashlib
from ctypes.util import find_library
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pipelines.release.manifest import Versions

PROJECT = Path(__file__).resolve().parents[2]
LOCK = PROJECT / "requirements.lock"
CODE = {"pipelines": ("py", "yml", "html", "css", "woff2"), "expectations": ("py",), "dbt_project": ("py", "sql", "yml")}
GENERATED = {"target", "logs", "dbt_packages", "__pycache__"}
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "numpy", "pandas", "pyarrow", "scipy", "statsmodels", "weasyprint")
SOLVER = "highspy"


@cache
def versions() -> Versions:
    """Versions of everything that shapes a figure; equal versions and inputs give equal bytes."""
    return Versions(
        code=_hash_of(_code_files()),
        lock=_hash_of([LOCK]),
        solver=f"{SOLVER} {version(SOLVER)}",
        packages={**{name: version(name) for name in PACKAGES}, "pango": find_library("pango-1.0") or "none"},
    )


def _code_files() -> list[Path]:
    return sorted(
        path
        for folder, suffixes in CODE.items()
        for path in (PROJECT / folder).rglob("*")
        if path.suffix.lstrip(".") in suffixes and not GENERATED & set(path.parts)
    )


def _hash_of(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(PROJECT).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()

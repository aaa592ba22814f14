"""What lies in a home's landing, as its keys open it."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import closing
from pathlib import Path

from pipelines.home import Home, Keys
from pipelines.home.parquet import landed
from pipelines.intake.landing import EMPTY, Landing


def rows(home: Home, keys: Keys, dataset: str) -> list[dict[str, object]]:
    """Every landed row of a dataset."""
    files = sorted(path for path in (home.landing / dataset).rglob("*.parquet") if path.name != EMPTY)
    return rows_in(home, keys, files) if files else []


def rows_in(home: Home, keys: Keys, files: list[Path]) -> list[dict[str, object]]:
    """Every row of landed files."""
    with closing(Landing(home, keys)) as landing:
        found = landing.connection.execute(f"from {landed(files)}")
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def pseudonyms(home: Home, keys: Keys, dataset: str = "pupils") -> set[str]:
    """The pseudonyms of the people in a landed dataset."""
    return {str(row["person_key"]) for row in rows(home, keys, dataset)}


def keyed(key: bytes, number: str) -> str:
    """The pseudonym of a UPN under that key, made in the drill's own way."""
    return hmac.new(key, f"upn:{number}".encode(), hashlib.sha256).hexdigest()[:32]

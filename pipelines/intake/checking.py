"""Trying a file before it is sent: the receipt it would get, with nothing touched."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

from pipelines.catalogue.model import Catalogue
from pipelines.home import Home, Keys
from pipelines.intake import arrivals
from pipelines.intake.mapping import TRUST
from pipelines.intake.problems import problem
from pipelines.intake.reading import Judge, Source, read
from pipelines.intake.receipts import Receipt
from pipelines.intake.telling import Known, entries, tell


def check(path: Path, home: Home, keys: Keys, catalogue: Catalogue, judge: Judge, *, urn: str | None = None) -> Receipt:
    """What the receipt of this file would say. ``urn``: whose it is, where neither its folder, its name nor its rows say.

    Earlier files are not looked at. Raises ``OSError`` when the file cannot be opened.
    """
    place = urn or _place_of(path, catalogue)
    found = path.stat()
    source = Source(place or TRUST, path.name, arrivals.school_time(dt.datetime.fromtimestamp(found.st_mtime, tz=dt.UTC)))
    content = path.read_bytes() if found.st_size <= arrivals.MOST_BYTES else b""
    digest = hashlib.sha256(content).hexdigest()
    reading = read(content, source, catalogue, keys, judge)
    if content == b"" and found.st_size:
        reading = replace(reading, problems=(problem("too_big"),))
    if place is None and reading.refusal and reading.refusal.kind == "no_academy_column":
        reading = replace(reading, problems=(problem("which_academy"), *reading.problems[1:]))
    return tell(
        reading,
        source,
        Known(),
        catalogue,
        reference=f"check-{digest[:8]}",
        content_hash=digest,
        size=found.st_size,
        received=source.modified,
        landed=entries("check", digest, reading, catalogue),
    )


def _place_of(path: Path, catalogue: Catalogue) -> str | None:
    """The academy, or ``trust``, that the file's folder or the start of its name gives."""
    known = [TRUST, *(academy.urn for academy in catalogue.trust.academies)]
    return next((place for place in known if path.resolve().parent.name == place or path.name.startswith(f"{place}_")), None)

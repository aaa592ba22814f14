"""Setting a scratch copy of a home back to the files that a release rests on. Never for the home itself: what is in use there, files decide."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from pipelines.home import Home
from pipelines.intake.landing import path_of
from pipelines.intake.ledger import Ledger, SliceEntry
from pipelines.intake.mapping import Slice


def replay(home: Home, inputs: Iterable[tuple[str, str, str, str]]) -> list[tuple[str, str, str]]:
    """Make exactly ``inputs`` (dataset, period, academy, content hash) the slices in use; returns those that are gone.

    A file that was replaced or withdrawn since is used again: its bytes are in ``raw/``. What the ledger no longer knows, or has neither
    bytes nor landed rows, is gone.
    """
    gone, found = [], []
    with closing(Ledger(home.ledger)) as ledger:
        known = {(entry.key, entry.content_hash): entry for entry in ledger.slices()}
        files = {entry.content_hash: entry for entry in reversed(ledger.files())}
        for dataset, period, urn, content_hash in inputs:
            key, file = Slice(dataset, period, urn), files.get(content_hash)
            entry = known.get((key, content_hash))
            if entry is None and file is not None:
                entry = SliceEntry(file.reference, key, file.exported, content_hash, rows=0, unknown="{}")
            if entry and (path_of(home, key, entry.reference).exists() or (home.raw / content_hash).exists()):
                found.append(entry)
            else:
                gone.append((dataset, period, urn))
        ledger.use_only(found)
    return gone

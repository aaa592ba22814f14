"""The draft: built aside, finished by its manifest, swapped in by rename. Made again every night; what is released is a copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.home import Home
from pipelines.home.whole import move, write_whole
from pipelines.release import bundle
from pipelines.release.manifest import FileRecord, Manifest


def begin(home: Home) -> Path:
    """An empty folder to build the next draft in. What an interrupted run left there is removed; call it holding the home's lock."""
    recover(home)
    home.partial_draft.mkdir(mode=0o700)
    return home.partial_draft


def finish(home: Home, manifest: Manifest) -> Manifest:
    """Seal what was built with ``manifest``, its ``files`` filled in, and put it in the place of the draft before."""
    files = {path: FileRecord(sha256=sha, bytes=size) for path, (sha, size) in bundle.contents(home.partial_draft).items()}
    sealed = manifest.model_copy(update={"files": files})
    bundle.flush(home.partial_draft)
    write_whole(home.partial_draft / bundle.MANIFEST, sealed.content())
    if home.draft.exists():
        move(home.draft, _aside(home))
    move(home.partial_draft, home.draft)
    shutil.rmtree(_aside(home), ignore_errors=True)
    return sealed


def recover(home: Home) -> None:
    """Undo whatever an interrupted run left: the last whole draft is in place again and nothing lies beside it.

    A draft that was sealed but not yet in place is given up: the last good one stands, and the next run makes the same bytes again.
    """
    if _aside(home).exists() and not home.draft.exists():
        move(_aside(home), home.draft)
    for leftover in (_aside(home), home.partial_draft):
        if leftover.exists():
            shutil.rmtree(leftover)


def _aside(home: Home) -> Path:
    return home.draft.with_name("draft.aside")

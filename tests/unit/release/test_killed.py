"""Killed before any single change of the disk, and it is never half: the old or the new is there whole, and the next run ends the same."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.release import draft, release
from pipelines.release.manifest import Manifest, read
from pipelines.release.verify import verify

RELEASE_DAY = dt.date(2026, 9, 1)

CHANGES = ("replace", "symlink", "unlink", "rmdir", "mkdir", "fsync")


class Killed(BaseException):
    """Stands for SIGKILL: no handler of ours runs after it."""


@contextmanager
def killed_before(change: int) -> Iterator[None]:
    """Inside, the call number ``change`` (from 0) among those that change the disk raises instead, and so does every later one."""
    with pytest.MonkeyPatch.context() as patch:
        seen = iter(range(1_000_000))
        for name in CHANGES:
            original = getattr(os, name)

            def counted(*arguments: Any, original: Callable[..., Any] = original, **options: Any) -> Any:
                if next(seen) >= change:
                    raise Killed
                return original(*arguments, **options)

            patch.setattr(os, name, counted)
        yield


def every_kill(step: Callable[[], object], prepare: Callable[[], object]) -> Iterator[int]:
    """Run ``step`` killed before its first change, its second and so on, freshly prepared; yields after each kill."""
    for change in range(500):
        prepare()
        try:
            with killed_before(change):
                step()
        except Killed:
            yield change
        else:
            assert change > 5
            return
    raise AssertionError("the step never came to its end")


def manifest_of(folder: Path) -> bytes:
    return (folder / "manifest.json").read_bytes()


def test_a_kill_while_drafting_leaves_the_old_or_the_new_draft_whole(home: Home, build: Callable[..., Manifest]) -> None:
    old, new = build(girls=190).content(), build(girls=191).content()
    for _ in every_kill(lambda: build(girls=191), lambda: build(girls=190)):
        draft.recover(home)
        assert verify(home.draft) == []
        assert manifest_of(home.draft) in (old, new)
        assert not list(home.root.glob("draft.*"))
        assert build(girls=191).content() == new == manifest_of(home.draft)


def test_a_kill_while_recovering_can_be_recovered_from(home: Home, build: Callable[..., Manifest]) -> None:
    def interrupted() -> None:
        build(girls=190)
        home.draft.rename(home.root / "draft.aside")
        build_partial = home.partial_draft / "marts"
        build_partial.mkdir(parents=True)
        (build_partial / "half.parquet").write_bytes(b"half")

    good = build(girls=190).content()
    for change in range(50):
        interrupted()
        try:
            with killed_before(change):
                draft.recover(home)
        except Killed:
            draft.recover(home)
            assert manifest_of(home.draft) == good
            assert not list(home.root.glob("draft.*"))
        else:
            return
    raise AssertionError("recovery never came to its end")


def test_a_kill_while_releasing_leaves_the_old_or_the_new_release_current(
    home: Home, build: Callable[..., Manifest], dated: Callable[..., Any]
) -> None:
    build(girls=150, period="2024-25")
    both = dated(y2024_25=RELEASE_DAY, y2025_26=RELEASE_DAY)
    old = str(release.make(home, both, RELEASE_DAY).id)
    sealed = build()

    def undo() -> None:
        release.recover(home)
        for folder in home.releases.glob("2025-26-*"):
            os.replace(folder, home.root / f"gone-{len(list(home.root.glob('gone-*')))}")
        (home.releases / "current").unlink()
        (home.releases / "current").symlink_to(old)

    for _ in every_kill(lambda: release.make(home, both, RELEASE_DAY), undo):
        served = release.current(home)
        assert served is not None
        assert verify(home.releases / "current") == []
        release.make(home, both, RELEASE_DAY)
        assert verify(home.releases / "current") == []
        assert read(home.releases / "current") == sealed
        assert {entry.name for entry in home.releases.iterdir()} == {old, "current", release.listing(home)[-1].id}

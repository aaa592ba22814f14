"""What is looked at after something went wrong: releases as a reader finds them, and what an interrupted run left."""

from __future__ import annotations

from pathlib import Path

from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.release import bundle, release
from pipelines.release.verify import verify


def damage(home: Home) -> list[str]:
    """What is wrong with anything that a reader of releases can come upon."""
    found = [f"{one.name}: {problem}" for one in folders(home) for problem in verify(one)]
    link = home.releases / release.CURRENT
    return found + ([] if not link.is_symlink() or link.exists() else ["current leads nowhere"])


def folders(home: Home) -> list[Path]:
    return [one for one in home.releases.iterdir() if one.is_dir() and not one.is_symlink() and not one.name.startswith(".")]


def leftovers(home: Home) -> list[str]:
    """What an interrupted run leaves and the next one must clear away."""
    found = [
        *home.root.glob("draft.*"),
        *home.releases.glob(".*"),
        *(home.landing / ".aside").glob("*"),
        *home.warehouse.glob("candidate*"),
    ]
    return sorted(one.relative_to(home.root).as_posix() for one in found)


def manifest(home: Home) -> bytes:
    return (home.releases / release.CURRENT / bundle.MANIFEST).read_bytes()


def with_correction(scene: Scene) -> Home:
    """The released trust, to which one academy has sent a later list of pupils, one pupil shorter; the calendar has a later date for its release."""
    home = scene.released()
    sent = next(iter(sorted(scene.dropped().drop.glob("*/*Student_list*"))))
    later = home.drop / sent.parent.name / f"{sent.stem}_20261101T0900{sent.suffix}"
    later.write_bytes(sent.read_bytes().rstrip().rpartition(b"\n")[0] + b"\n")
    calendar = home.trust / "calendar.yml"
    calendar.write_text(calendar.read_text("utf-8").replace("release_from: 2026-10-01", "release_from: 2026-11-02"), "utf-8")
    return home

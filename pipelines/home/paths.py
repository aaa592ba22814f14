"""Where everything of a trust lies on disk, in which layout, and making an empty home. No other content is read or written here."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LAYOUT = 3
"""Of the home. 1: no file says so and nothing is signed. 2: ``layout.json``, a signing key, a signature in each release. 3: a key for each
academic year, under which what is landed lies. See ``layout``."""


class HomeError(Exception):
    """The home cannot be used as it is; the message says what to do."""


@dataclass(frozen=True)
class Home:
    """A trust's home directory. Every path in the product is derived from ``root`` here and nowhere else."""

    root: Path

    @classmethod
    def at(cls, root: str | Path) -> Home:
        """The home at ``root``, made absolute so that a view or a job never resolves it against its own folder."""
        return cls(Path(root).expanduser().resolve())

    @classmethod
    def existing(cls, root: str | Path) -> Home:
        """The home at ``root``; :class:`HomeError` unless it was made by ``equality init`` in a layout that this program knows."""
        home = cls.at(root)
        if not (home.trust / "academies.yml").is_file():
            raise HomeError(f"There is no trust at {home.root}. Make one with: equality init {home.root}")
        if home.layout > LAYOUT:
            raise HomeError(f"{home.root} was last used by a later version of this program (layout {home.layout}). Update the program.")
        return home

    @property
    def layout(self) -> int:
        """The number of the home's layout; :class:`HomeError` where it cannot be read, for nobody may guess it."""
        try:
            number = json.loads(self.layout_file.read_bytes())["layout"]
        except FileNotFoundError:
            return 1
        except (ValueError, KeyError, TypeError):
            number = None
        if not isinstance(number, int) or number < 1:
            raise HomeError(
                f"{self.layout_file} is damaged. Put it back from a backup; in this version it holds {json.dumps({'layout': LAYOUT})}"
            )
        return number

    @property
    def layout_file(self) -> Path:
        return self.root / "layout.json"

    @property
    def trust(self) -> Path:
        return self.root / "trust"

    @property
    def drop(self) -> Path:
        return self.root / "drop"

    @property
    def receipts(self) -> Path:
        return self.root / "receipts"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def raw(self) -> Path:
        return self.root / "raw"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    @property
    def draft(self) -> Path:
        return self.root / "draft"

    @property
    def partial_draft(self) -> Path:
        return self.root / "draft.partial"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def impact(self) -> Path:
        """Equality impact assessments, a folder each."""
        return self.root / "impact"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.sqlite"

    @property
    def audit(self) -> Path:
        return self.root / "audit.log"

    @property
    def heartbeat(self) -> Path:
        """When the last refresh began and ended, and how."""
        return self.root / "heartbeat.json"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def rebuild(self) -> Path:
        """A scratch copy of the home in which a release is made again; there only while that runs."""
        return self.root / "rebuild"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    def refuse_if_exposed(self) -> None:
        """:class:`HomeError` when anyone but the owner can read what is private; ``drop`` alone is shared."""
        for path in self.exposed():
            raise HomeError(f"Others can read {path}. Mend it with: chmod {'700' if path.is_dir() else '600'} {path}")

    @property
    def private(self) -> tuple[Path, ...]:
        """What holds, or opens, a person's data, and the tools' own records of it."""
        rooms = (self.keys, self.raw, self.landing, self.warehouse, self.quarantine, self.dagster)
        return (*rooms, self.ledger, self.audit, *(self.trust / f"{name}.yml" for name in ("objections", "erased")))

    def exposed(self) -> Iterator[Path]:
        """Everything private that somebody else than the owner can read, write or enter; links are not followed.

        What a run at work takes away meanwhile is passed over.
        """
        for place in self.private:
            for path in (place, *_within(place)):
                try:
                    mode = path.lstat().st_mode
                except FileNotFoundError:
                    continue
                if mode & 0o077 and not stat.S_ISLNK(mode):
                    yield path

    def make(self) -> None:
        """Make the directories that are missing, readable by the owner alone but for ``drop``, which academies write to."""
        private = (
            self.root,
            self.trust,
            self.receipts,
            self.quarantine,
            self.raw,
            self.landing,
            self.warehouse,
            self.releases,
            self.dagster,
        )
        for directory in private:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.drop.mkdir(mode=0o770, exist_ok=True)
        self.drop.chmod(0o2770)


def _within(place: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(place, onerror=_unless_gone):
        yield from (Path(folder, name) for name in (*folders, *files))


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error

"""What lies in the drop folder: listing it, waiting until a file is whole, reading it without following a link. Nothing is decided here."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.catalogue.model import Catalogue
from pipelines.home import Home
from pipelines.intake import names
from pipelines.intake.mapping import TRUST
from pipelines.intake.problems import Refused, problem
from pipelines.intake.receipts import COPIES, UNPLACED

MOST_BYTES = 64 * 1024 * 1024
SCHOOL_TIME = ZoneInfo("Europe/London")


class NotYetWhole(Exception):
    """The file changed while it was looked at."""


@dataclass(frozen=True)
class Arrival:
    """One entry of the drop folder, looked at without following links."""

    path: Path
    place: str
    name: str
    mode: int
    inode: int
    size: int
    modified_ns: int

    @property
    def modified(self) -> dt.datetime:
        """When it was last written, in school time."""
        return school_time(dt.datetime.fromtimestamp(self.modified_ns / 1e9, tz=dt.UTC))

    @property
    def kind(self) -> str:
        """What it is if it is no file; empty for a file."""
        if stat.S_ISREG(self.mode):
            return ""
        return "a link" if stat.S_ISLNK(self.mode) else "a folder" if stat.S_ISDIR(self.mode) else "a device"


@dataclass(frozen=True)
class Look:
    """What lay in the drop folders at one moment of the monotonic clock, in seconds."""

    seen: tuple[Arrival, ...]
    moment: float


def look(home: Home, catalogue: Catalogue) -> Look:
    """The first of the two looks that a file must survive unchanged."""
    return Look(tuple(listing(home, catalogue)), time.monotonic())


def school_time(moment: dt.datetime) -> dt.datetime:
    """``moment`` as the clock on the school's wall shows it, without a zone; a moment without a zone is taken as that already."""
    return moment.astimezone(SCHOOL_TIME).replace(tzinfo=None) if moment.tzinfo else moment


def listing(home: Home, catalogue: Catalogue | None = None) -> list[Arrival]:
    """Everything somebody sent that lies in ``drop/``, in order of place and name. Receipts and litter are left out.

    Without a ``catalogue`` every folder counts as a place of its own.
    """
    places = {TRUST, *(academy.urn for academy in catalogue.trust.academies)} if catalogue else None
    return sorted(found_in(home.drop, places), key=lambda arrival: (arrival.place, arrival.name))


def found_in(folder: Path, places: set[str] | None) -> Iterator[Arrival]:
    """What lies in ``folder``'s sub-folders, each a place of those ``places``; anything else is unplaced."""
    for entry in _scan(folder):
        if not entry.is_dir(follow_symlinks=False):
            yield from _seen(entry, UNPLACED)
        else:
            place = entry.name if places is None or entry.name in places else UNPLACED
            for item in _scan(Path(entry.path)):
                if not (item.name == COPIES and item.is_dir(follow_symlinks=False)):
                    yield from _seen(item, place)


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _seen(entry: os.DirEntry[str], place: str) -> Iterator[Arrival]:
    if names.is_not_sent(entry.name):
        return
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    yield Arrival(Path(entry.path), place, entry.name, found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns)


def whole(first: Sequence[Arrival], look_again: Callable[[], list[Arrival]]) -> tuple[list[Arrival], list[Arrival]]:
    """``(whole, still arriving)``: a file is whole when a second look finds it exactly as the first did."""
    unchanged = set(look_again())
    ready = [arrival for arrival in first if arrival in unchanged and not names.is_unfinished(arrival.name)]
    return ready, [arrival for arrival in first if arrival not in ready]


def stays(arrival: Arrival) -> bool:
    """Whether it is answered but left where it lies: a folder, or more than can be kept."""
    return arrival.size > MOST_BYTES or stat.S_ISDIR(arrival.mode)


def still_lies(arrival: Arrival) -> bool:
    """Whether what lies there is what was listed, and no newer file of the same name."""
    try:
        found = arrival.path.lstat()
    except FileNotFoundError:
        return False
    return (arrival.inode, arrival.size, arrival.modified_ns) == (found.st_ino, found.st_size, found.st_mtime_ns)


def _is_being_written(descriptor: int) -> bool:
    """Whether some process has the file open to write, however long it has been silent; ``False`` where that cannot be known.

    A read lease is refused while there is a writer (Linux, fcntl(2)). It may be asked for by the file's owner and by root, on local disks.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except (OSError, AttributeError):
        return False
    return False


def content_of(arrival: Arrival) -> bytes:
    """The file's bytes. Raises :class:`Refused` when it is too big or locked and :class:`NotYetWhole` when it is not what was listed."""
    if arrival.size > MOST_BYTES:
        raise Refused(problem("too_big", what="the wrong file was sent, or the export ran over many years"))
    try:
        descriptor = os.open(arrival.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        raise Refused(problem("not_readable")) from None
    except OSError:
        raise NotYetWhole from None
    with open(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if _is_being_written(descriptor):
            raise NotYetWhole
        content = file.read(arrival.size + 1) if stat.S_ISREG(before.st_mode) else b""
        after = os.fstat(descriptor)
    listed = (arrival.inode, arrival.size, arrival.modified_ns)
    if listed != (after.st_ino, after.st_size, after.st_mtime_ns) or len(content) != arrival.size:
        raise NotYetWhole
    return content

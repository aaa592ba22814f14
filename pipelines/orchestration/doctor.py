"""Is the home, and what it runs on, as it should be? One sentence for each thing looked at. Only looks: nothing is changed."""

from __future__ import annotations

import datetime as dt
import importlib.util
import locale
import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.catalogue import Catalogue, CatalogueError, load
from pipelines.home import Home, HomeError
from pipelines.home.keys import changing, keys_in_use
from pipelines.home.lock import is_free
from pipelines.intake.notices import PASSWORD
from pipelines.orchestration.versions import PROJECT
from pipelines.release import audit, release
from pipelines.release.manifest import ManifestError
from pipelines.release.verify import verify

LEAST_FREE = 2_000_000_000
AHEAD = dt.timedelta(minutes=10)
OLDEST_RELEASE = dt.timedelta(days=400)
"""The duty asks for information every year; after that and a month somebody should ask why."""
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ \\;]+)", re.MULTILINE)
CHECKED = (
    "duckdb",
    "duckdb-extension-httpfs",
    "dagster",
    "dbt-core",
    "dbt-duckdb",
    "great-expectations",
    "pandas",
    "pyarrow",
    "cryptography",
)
SHARED = 0o2770


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``says``: how it is; ``mend``: what to do, empty where all is well."""

    subject: str
    says: str
    mend: str = ""

    @property
    def well(self) -> bool:
        return not self.mend


def examine(home: Home, now: dt.datetime) -> list[Finding]:
    """Everything there is to say of ``home``. A look that itself fails is something to mend."""
    found: list[Finding] = []
    for subject, look in LOOKS.items():
        try:
            found += [Finding(subject, *said) for said in look(home, now)]
        except (OSError, HomeError, CatalogueError, ManifestError, ValueError) as trouble:
            found.append(Finding(subject, "could not be looked at", str(trouble)))
    return found


Said = Iterator[tuple[str, str]]


def _permissions(home: Home, now: dt.datetime) -> Said:
    exposed = list(home.exposed())
    for path in exposed[:20]:
        yield f"{path} can be read by others", f"chmod {'700' if path.is_dir() else '600'} {path}"
    if home.root.stat().st_mode & 0o066:
        yield f"{home.root} can be listed by others", f"chmod go-rw {home.root}"
    for place in (home.trust, home.receipts, home.draft, home.releases):
        if place.exists() and place.stat().st_mode & 0o002:
            yield f"{place} can be written by everyone", f"chmod o-w {place}"
    others = [path for path in home.private if path.exists() and path.stat().st_uid != os.getuid()]
    for path in others:
        yield f"{path} belongs to another user", f"Run this as that user, or: chown -R {os.getuid()} {path}"
    if not exposed and not others:
        yield "nothing private can be read by anyone else", ""


def _drop(home: Home, now: dt.datetime) -> Said:
    places = [home.drop, *(path for path in sorted(home.drop.iterdir()) if path.is_dir() and not path.is_symlink())]
    wrong = [path for path in places if stat.S_IMODE(path.stat().st_mode) != SHARED]
    for path in wrong:
        yield f"{path} has mode {stat.S_IMODE(path.stat().st_mode):o}, not 2770", f"chmod 2770 {path}, with the academy's own group"
    if not wrong:
        yield f"drop/ and its {len(places) - 1} folders are 2770", ""


def _keys(home: Home, now: dt.datetime) -> Said:
    keys_in_use(home)
    for name in changing(home):
        yield (
            f"a change of {name} was interrupted",
            f"equality rotate-key {name.removesuffix('.key')} --home {home.root}, or the same with --undo",
        )
    if not changing(home):
        yield "both keys are there and whole", ""


def _work_tree(home: Home, now: dt.datetime) -> Said:
    above = next((folder for folder in (home.root, *home.root.parents) if (folder / ".git").exists()), None)
    if above is None:
        yield "the home lies in no git work tree", ""
    elif home.root.is_relative_to(above / "data") and _made_up(home):
        yield "the home lies in a git work tree, but its people are made up", ""
    else:
        yield (
            f"the home lies in the git work tree {above}, where git clean would destroy it",
            "Move it out of there, such as to /srv/equality.",
        )


def _made_up(home: Home) -> bool:
    return load(home.trust).trust.made_up


def _disk(home: Home, now: dt.datetime) -> Said:
    free = shutil.disk_usage(home.root).free
    few = free < LEAST_FREE
    yield f"{free / 1e9:.1f} GB are free", f"Make room: a refresh may need {LEAST_FREE / 1e9:.0f} GB." if few else ""


def _versions(home: Home, now: dt.datetime) -> Said:
    locked = dict(LOCKED.findall((PROJECT / "requirements.lock").read_text("utf-8")))
    wrong = []
    for name in CHECKED:
        try:
            if version(name) != locked.get(name, version(name)):
                wrong.append(f"{name} {version(name)} (locked: {locked[name]})")
        except PackageNotFoundError:
            wrong.append(f"{name} missing")
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    if sys.version_info[:2] != (3, 11):
        wrong.append(python)
    yield (f"not as locked: {', '.join(wrong)}", "make setup") if wrong else (f"{python} and {len(CHECKED)} packages are as locked", "")


def _cipher(home: Home, now: dt.datetime) -> Said:
    import duckdb

    wheel = importlib.util.find_spec("duckdb_extension_httpfs")
    place = Path(wheel.submodule_search_locations[0]) if wheel and wheel.submodule_search_locations else None
    installed = place / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension" if place else None
    there = installed is not None and installed.is_file()
    yield (
        (f"DuckDB {duckdb.__version__} has its cipher", "")
        if there
        else (f"DuckDB {duckdb.__version__} has no cipher of its version", "make setup")
    )


def _pages(home: Home, now: dt.datetime) -> Said:
    if find_library("pango-1.0"):
        yield "Pango is there, so pages can be put on paper", ""
    else:
        yield "Pango is missing, so there are no PDFs", "Install it, such as: apt-get install libpango-1.0-0 libpangoft2-1.0-0"


def _clock(home: Home, now: dt.datetime) -> Said:
    ahead = [path for path in _outer_files(home) if path.lstat().st_mtime > (now + AHEAD).timestamp()]
    if ahead:
        yield (
            f"{len(ahead)} files are newer than the clock, such as {ahead[0]}",
            "Set the clock right (timedatectl), or touch those files if it is.",
        )
    else:
        yield "no file is newer than the clock", ""


def _outer_files(home: Home) -> Iterator[Path]:
    for place in (home.root, home.drop, home.raw, home.quarantine, home.releases, home.keys):
        for path in place.glob("*/*" if place == home.drop else "*"):
            if not path.is_symlink():
                yield path


def _zone(home: Home, now: dt.datetime) -> Said:
    try:
        ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        yield "the time zone Europe/London is not known", "Install it: apt-get install tzdata"
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    if encoding != "utf8":
        yield f"the locale writes {encoding}", "Set LANG=C.UTF-8 where the pipeline runs."
    else:
        yield f"UTF-8, {time.tzname[0]}; school time is Europe/London", ""


def _releases(home: Home, now: dt.datetime) -> Said:
    found = release.listing(home)
    for item in found:
        for problem in verify(home.releases / item.id):
            yield f"{item.id}: {problem}", f"Restore {home.releases / item.id} from a backup."
    if found:
        yield f"{len(found)} releases were looked at, each byte of them", ""
    current = release.current(home)
    if current is None:
        yield "there is no release", "equality refresh; then see why, with: equality release list"
    else:
        age = now - dt.datetime.fromtimestamp((current / "manifest.json").stat().st_mtime, tz=dt.UTC)
        old = age > OLDEST_RELEASE
        yield (
            f"the latest release, {current.name}, is {age.days} days old",
            "Give the calendar a new release_from, and refresh." if old else "",
        )


def _audit(home: Home, now: dt.datetime) -> Said:
    problems = audit.verify(home.audit)
    for problem in problems:
        yield f"audit.log: {problem}", "Compare it with a backup: somebody changed it, or a disk did."
    if not problems:
        yield "the audit log's chain holds" if home.audit.exists() else "nothing was logged yet", ""


def _leftovers(home: Home, now: dt.datetime) -> Said:
    left = [path for path in (home.partial_draft, home.draft.with_name("draft.aside"), home.rebuild) if path.exists()]
    left += list((home.landing / ".aside").glob("*"))
    left += [path for room in (home.raw, home.quarantine, home.releases, home.trust) for path in room.glob(".*.partial")]
    left += list(home.trust.glob(".*.before"))
    if left and is_free(home):
        yield (
            f"an interrupted run left {', '.join(path.name for path in left[:5])}",
            f"equality refresh --home {home.root} puts it right; what it leaves, remove.",
        )
    else:
        yield "a run is at work" if left else "no run left anything behind", ""


def _trust(home: Home, now: dt.datetime) -> Said:
    catalogue = load(home.trust)
    periods = {item.period: item for item in catalogue.calendar.periods}
    open_ = periods.get(catalogue.calendar.open_period)
    over = open_ is not None and open_.ends < now.date() - dt.timedelta(days=180)
    yield (
        f"the catalogue reads; {len(catalogue.trust.academies)} academies, {catalogue.calendar.open_period} is open",
        f"{catalogue.calendar.open_period} ended long ago: set open_period in {home.trust / 'calendar.yml'}." if over else "",
    )
    yield from _mail(home, catalogue)


def _mail(home: Home, catalogue: Catalogue) -> Said:
    if catalogue.mail is None:
        return
    password = home.keys / PASSWORD
    if catalogue.mail.user and not password.is_file():
        yield f"mail.yml names the user {catalogue.mail.user}, whose password is not there", f"Write it into {password}, and chmod 600 it."
    elif not catalogue.mail.office:
        yield "mail.yml names nobody in the office", "Add office: [address], who gets every notice."
    else:
        yield f"mail goes through {catalogue.mail.host}:{catalogue.mail.port}", ""


LOOKS: dict[str, Callable[[Home, dt.datetime], Said]] = {
    "permissions": _permissions,
    "drop folders": _drop,
    "keys": _keys,
    "git": _work_tree,
    "disk": _disk,
    "packages": _versions,
    "cipher": _cipher,
    "paper": _pages,
    "clock": _clock,
    "language and time": _zone,
    "declarations": _trust,
    "releases": _releases,
    "audit log": _audit,
    "leftovers": _leftovers,
}

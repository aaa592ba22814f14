"""A person's rights, and how long anything is kept."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from pipelines import intake
from pipelines.demo.identifiers import unique_pupil_number
from pipelines.drills import canaries
from pipelines.drills.canaries import LISTS, PUPIL, Needles, search
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home, HomeError, Keys, load_keys
from pipelines.home.parquet import landed
from pipelines.home.vault import HEAD_BYTES, unseal, year_of
from pipelines.intake.landing import EMPTY, Landing
from pipelines.intake.ledger import Ledger
from pipelines.orchestration import steps
from pipelines.orchestration.opened import Opened
from pipelines.release import audit
from pipelines.release.verify import verify

SECOND = "900402"
STAFF_FILE, NUMBERED = "Staff_2025-26", "Employee Number"


def rights_and_retention(scene: Scene) -> Iterator[Case]:
    """Promise 31: one pupil is shown, heard and erased in a released home; then what is kept is followed until it ends."""
    dropped, home = scene.dropped(), scene.released()
    yield from _shown(scene, home)
    yield from _heard(scene, home)
    yield from _erased(scene, home, dropped)
    yield from _of_staff(scene, dropped)
    yield from _ended(scene)


def _shown(scene: Scene, home: Home) -> Iterator[Case]:
    folder = scene.place("shown")
    done = scene.equality("person", "--home", str(home.root), "-o", str(folder), typed=f"{PUPIL}\n")
    rows = json.loads((folder / "data.json").read_text("utf-8"))["pupils"] if done.returncode == 0 else []
    yield Case("a person's rows are written out", {row["academy_urn"] for row in rows} == set(LISTS), f"{len(rows)} rows of pupils")
    private = folder.stat().st_mode & 0o777 == 0o700 and all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    yield Case("the folder is for its owner alone", private)
    cover = (folder / "cover.html").read_text("utf-8")
    told = all(word in cover for word in ("Purpose", "Lawful basis", "Article 9(2)(g)", "7 years", "Source", "Article 15"))
    yield Case("its cover says sources, purposes, bases and retention", told)
    yield Case(
        "nothing that was typed is logged or said", not search([home.audit], Needles()).found and PUPIL not in done.stdout + done.stderr
    )
    lines = home.audit.read_text("utf-8") if home.audit.exists() else ""
    yield Case("the audit log says that it was done, and not of whom", "subject access" in lines and _key(home) not in lines)
    none = scene.equality("person", "--home", str(home.root), "-o", str(scene.place("none")), typed="nonsense\n")
    yield Case("what is no number is refused in a sentence", none.returncode == 2 and "Traceback" not in none.stderr)


def _heard(scene: Scene, home: Home) -> Iterator[Case]:
    place = scene.copy(home)
    before = _of_person(place)
    done = scene.equality("object", "--home", str(place.root), typed=f"{PUPIL}\n")
    _converge(place)
    after = _of_person(place)
    special = {"ethnicity", "religion", "sen_provision", "disability"}
    heard = done.returncode == 0 and any(special & row.keys() for row in before) and not any(special & row.keys() for row in after)
    yield Case("an objection leaves nothing special, and the row", heard and len(after) == len(before), f"{len(after)} rows")


def _of_person(home: Home) -> list[dict[str, str]]:
    """The canary's attributes in each of its rows of pupils."""
    opened = Opened.at(home.root)
    files = sorted(path for path in (home.landing / "pupils").rglob("*.parquet") if path.name != EMPTY)
    if not files:
        return []
    with closing(Landing(home, opened.keys)) as landing:
        found = landing.connection.execute(f"select attributes from {landed(files)} where person_key = ?", [_key(home)]).fetchall()
    return [dict(attributes) for (attributes,) in found]


def _key(home: Home) -> str:
    opened = Opened.at(home.root)
    return intake.key_of(opened.keys, opened.catalogue, PUPIL)


def _converge(home: Home) -> intake.IntakeReport:
    """What a refresh does with files, without counting."""
    opened = Opened.at(home.root)
    return intake.take_in(home, opened.keys, opened.catalogue, steps.gate_1(opened), clock=lambda: dt.datetime.now(dt.UTC), settle=0)


def opened_bytes(home: Home, into: Path) -> Path:
    """Everything sealed in ``raw/`` and quarantine, opened, and every row of the landing, as somebody with the key would search it."""
    opened = Opened.at(home.root)
    into.mkdir()
    for room in (home.raw, home.quarantine):
        for path in room.iterdir():
            (into / f"{room.name}-{path.name}").write_bytes(unseal(opened.keys, path.name, path.read_bytes()))
    with closing(Landing(home, opened.keys)) as landing:
        for number, path in enumerate(sorted(home.landing.rglob("*.parquet"))):
            rows = landing.connection.execute(f"from {landed([path])}").fetchall()
            (into / f"landing-{number}").write_text(repr(rows), "utf-8")
    return into


def _erased(scene: Scene, home: Home, dropped: Home) -> Iterator[Case]:
    key = _key(home)
    everything = Needles((*canaries.WORDS, key))
    control = search([opened_bytes(home, scene.place("opened"))], everything)
    yield Case("with the key the person is found before", len(control.found) >= 4, f"{len(control.found)} stored files have them")
    others = _others(home, key)
    done = scene.equality("erase", "--home", str(home.root), typed=f"{PUPIL}\n")
    yield Case("erase does what it says", done.returncode == 0, done.stdout.split("\n")[0][:160] + done.stderr[:100])
    found = search([opened_bytes(home, scene.place("opened"))], everything)
    yield Case("nothing stored has the person, even with the key", not found.found, found.told)
    outside = search([path for path in home.root.iterdir() if path.name not in ("keys", "trust")], everything)
    yield Case("nor anything else of the home", not outside.found, outside.told)
    yield Case("everybody else is as before", _others(home, key) == others, f"{sum(others.values())} rows")
    broken = {folder.name: verify(folder) for folder in home.releases.iterdir() if folder.is_dir() and not folder.is_symlink()}
    yield Case("releases verify", bool(broken) and not any(broken.values()), f"{len(broken)} releases")
    last = home.audit.read_text("utf-8").splitlines()[-1] if home.audit.exists() else ""
    noted = "erased" in last and "releases are unaffected" in last and key not in last and not audit.verify(home.audit)
    yield Case("the audit log notes it by a hash", noted)
    with closing(Ledger(home.ledger)) as ledger:
        yield Case("the ledger says which bytes are no longer as they came", bool(ledger.lessened()), f"{len(ledger.lessened())} files")
    again = scene.equality("erase", "--home", str(home.root), typed=f"{PUPIL}\n")
    yield Case("doing it again changes nothing", again.returncode == 0 and again.stdout.startswith("Erased. 0 files"))
    shown = scene.equality("person", "--home", str(home.root), "-o", str(scene.place("gone")), typed=f"{PUPIL}\n")
    yield Case("no row of theirs is held", "No row" in shown.stdout)
    for urn, name in LISTS.items():
        (path,) = (dropped.drop / urn).glob(f"{name}*.csv")
        shutil.copy2(path, home.drop / urn / path.name)
    _send_later(dropped, home, 2, 800)
    report = _converge(home)
    used = sum(bool(item.slices) for item in report.settled)
    late = search([opened_bytes(home, scene.place("opened"))], everything)
    yield Case("the same file and a later one do not bring them back", used == 1 and not late.found, f"{used} file used; {late.told}")
    lifted = scene.equality("erase", "--lift", "--home", str(home.root), typed=f"{PUPIL}\n")
    _send_later(dropped, home, 1, 801)
    _converge(home)
    yield Case("once the reason is lifted a new export does", lifted.returncode == 0 and len(_of_person(home)) == 1)


def _send_later(dropped: Home, home: Home, hours_ago: int, serial: int) -> None:
    """A later export of the second academy, which still has the person, and one pupil more."""
    (path,) = (dropped.drop / SECOND).glob(f"{LISTS[SECOND]}*.csv")
    later = home.drop / SECOND / f"{hours_ago} hours ago {path.name}"
    shutil.copy2(path, later)
    canaries.add_row(later, {"UPN": unique_pupil_number(9876, 19, serial), "Former UPN": ""})
    moment = time.time() - hours_ago * 3600
    os.utime(later, (moment, moment))


def _others(home: Home, key: str) -> dict[str, int]:
    """By dataset, the landed rows of everyone but one person."""
    opened = Opened.at(home.root)
    counts: dict[str, int] = {}
    with closing(Landing(home, opened.keys)) as landing:
        for name, dataset in opened.catalogue.datasets.items():
            files = [path for path in sorted((home.landing / name).rglob("*.parquet")) if path.name != EMPTY]
            if files:
                where = "person_key <> ?" if dataset.person else "? is not null"
                found = landing.connection.execute(f"select count(*) from {landed(files)} where {where}", [key]).fetchone()
                counts[name] = found[0] if found else 0
    return counts


def _of_staff(scene: Scene, dropped: Home) -> Iterator[Case]:
    """A member of staff, whose number is an academy's own and short enough to stand in other columns too."""
    home = scene.copy(dropped)
    number = _staff_number(next((home.drop / "900401").glob(f"{STAFF_FILE}*.csv")))
    for path in [path for path in home.drop.rglob("*.csv") if not path.name.startswith(("Staff", "Payroll", "Training"))]:
        path.unlink()
    _converge(home)
    words = Needles((number,))
    before = search([opened_bytes(home, scene.place("opened"))], words)
    done = scene.equality("erase", "--urn", "900401", "--home", str(home.root), typed=f"{number}\n")
    after = search([opened_bytes(home, scene.place("opened"))], words)
    gone = done.returncode == 0 and bool(before.found) and not after.found
    yield Case(
        "a member of staff is erased from staff, pay and training",
        gone,
        f"{len(before.found)} files had the number, {len(after.found)} have",
    )


def _staff_number(path: Path) -> str:
    lines = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig", "replace"))))
    at = next(number for number, line in enumerate(lines) if NUMBERED in line)
    return lines[at + 1][lines[at].index(NUMBERED)]


def _ended(scene: Scene) -> Iterator[Case]:
    home = scene.released()
    opened, today = Opened.at(home.root), dt.datetime.now(dt.UTC)
    yield Case(
        "drop folders are empty once settled", not [path for path in home.drop.rglob("*.csv") if path.parent.name in (*LISTS, "trust")]
    )
    kept = opened.catalogue.retention
    (home.quarantine / ("0" * 64)).write_bytes(b"sealed")
    many = len(list(home.quarantine.iterdir()))
    landed = _others(home, "nobody")
    copied = scene.copy(home)  # as a backup made before holds it

    def after(days: int) -> intake.Ended:
        return steps.retain(opened, today + dt.timedelta(days=days))

    yield Case("nothing ends before its time", not after(kept.quarantine_days - 1) and len(list(home.quarantine.iterdir())) == many)
    ended = after(kept.quarantine_days)
    yield Case(
        "quarantine ends after 14 days", kept.quarantine_days == 14 and ended.quarantine == many and not list(home.quarantine.iterdir())
    )
    yield Case("and once", not after(kept.quarantine_days))
    yield Case("years that are kept have lost no row and no value", _others(home, "nobody") == landed and not after(6 * 365))
    years = after(8 * 366)
    left = [path for path in home.landing.rglob("*.parquet") if path.name != EMPTY]
    yield Case("a year that is over leaves the landing", years.slices > 0 and not left, str(years))
    yield Case("its bytes leave with it", not list(home.raw.iterdir()))
    yield from _unreadable(home, copied)
    lines = home.audit.read_text("utf-8")
    yield Case("the audit log counts what ended", lines.count("ended in time") >= 2 and not audit.verify(home.audit))
    yield Case("a refresh's order of files can do without them", not _converge(home).settled)
    broken = [verify(folder) for folder in home.releases.iterdir() if folder.is_dir() and not folder.is_symlink()]
    yield Case("releases stay", bool(broken) and not any(broken))


def _unreadable(home: Home, copied: Home) -> Iterator[Case]:
    """The key of a year that is over is destroyed: what a backup made before holds of it can be read by nobody, the trust included."""
    before, left = load_keys(copied), load_keys(home)
    stored = [path for path in copied.raw.iterdir() if year_of(path.read_bytes()[:HEAD_BYTES])]
    files = [path for path in copied.landing.rglob("*.parquet") if path.name != EMPTY]
    opens = (_opening(copied, before, stored, files), _opening(copied, left, stored, files))
    yield Case(
        "a year that is over has no key, and no copy made before can be read of it",
        bool(before.years.keys() - left.years.keys()) and opens == (len(stored) + len(files), 0) and len(stored) > 0,
        f"{len(stored)} sealed and {len(files)} landed files; {opens[0]} opened before, {opens[1]} after",
    )


def _opening(home: Home, keys: Keys, stored: list[Path], files: list[Path]) -> int:
    """How many of those files open with the keys."""
    opened = 0
    for path in stored:
        with contextlib.suppress(HomeError):
            opened += bool(unseal(keys, path.name, path.read_bytes()))
    with closing(Landing(home, keys)) as landing:
        for path in files:
            with contextlib.suppress(duckdb.Error):
                opened += bool(landing.connection.execute(f"select count(hash(t)) from {landed([path])} as t").fetchone())
    return opened


DRILLS: dict[int, Drill] = {31: rights_and_retention}

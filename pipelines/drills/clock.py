"""The clock."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

from pipelines import intake
from pipelines.drills.aftermath import damage, manifest
from pipelines.drills.door import FIRST, SECOND, Door
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.intake import names, values
from pipelines.intake.arrivals import SCHOOL_TIME, school_time
from pipelines.orchestration import steps
from pipelines.release import release

UTC = dt.UTC
MOMENTS = {
    "the hour that there is twice, before": dt.datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "the hour that there is twice, after": dt.datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    "the hour that there is not": dt.datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    "29 February": dt.datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
    "the last second of an academic year": dt.datetime(2026, 8, 31, 22, 59, 59, tzinfo=UTC),
    "the first second of the next": dt.datetime(2026, 8, 31, 23, 0, 0, tzinfo=UTC),
    "the turn of the year": dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
    "a clock that was never set": dt.datetime(1970, 1, 1, tzinfo=UTC),
    "a clock a century ahead": dt.datetime(2126, 7, 1, tzinfo=UTC),
}


def clock(scene: Scene) -> Iterator[Case]:
    """The same file at odd moments; files and releases while the clock is set back; days that are none; the hours at which clocks change."""
    ends = []
    for name, moment in MOMENTS.items():
        door = Door.of(scene)
        door.drop(FIRST, "Pupils.csv", door.pupils(FIRST), moment)
        report = door.take_in(now=lambda moment=moment: moment)  # type: ignore[misc]
        ends.append((door.tables(), [tuple(row) for row in intake.inputs(door.home)]))
        yield Case(f"taken in at {name}", len(report.settled) == 1 and ends[-1] == ends[0] != ({}, []))
    yield from set_back(scene)
    yield from released(scene)
    yield from changes()
    yield from days()


def set_back(scene: Scene) -> Iterator[Case]:
    """A later export wins, whatever the clock says when it arrives."""
    door = Door.of(scene)
    content = door.pupils(SECOND)
    shorter = b"".join(content.splitlines(keepends=True)[:-1])
    noon = dt.datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    door.drop(SECOND, "Pupils_2025-26_20261101T0900.csv", content, noon)
    door.take_in(now=lambda: noon)
    before = door.tables()
    door.drop(SECOND, "Pupils_2025-26_20261001T0900.csv", shorter, noon)
    door.take_in(now=lambda: noon - dt.timedelta(days=400))
    yield Case("an older export that arrives while the clock is set back does not win", door.tables() == before != {})
    door.drop(SECOND, "Pupils_2025-26_20261102T0900.csv", shorter + b"\n", noon - dt.timedelta(days=800))
    door.take_in(now=lambda: noon - dt.timedelta(days=401))
    yield Case("a later export that arrives while the clock is set back does", len(door.tables()["pupils"]) == len(before["pupils"]) - 1)
    door.take_in(now=lambda: noon + dt.timedelta(days=1))
    yield Case("and stays once the clock is right again", len(door.tables()["pupils"]) == len(before["pupils"]) - 1)


def released(scene: Scene) -> Iterator[Case]:
    """The day of a release, seen by clocks before, on and after it."""
    home = scene.released()
    opened = Door.of(scene).opened
    calendar = opened.catalogue.calendar
    day = next(period.release_from for period in calendar.periods if period.release_from)
    served, folder = manifest(home), home.releases / (home.releases / release.CURRENT).readlink()
    folder.rename(home.root / "taken-away")
    (home.releases / release.CURRENT).unlink()
    for name, today, due in (
        ("the day before", day - dt.timedelta(days=1), False),
        ("a year back", day.replace(year=day.year - 1), False),
        ("on the day", day, True),
        ("29 February", dt.date(2028, 2, 29), True),
    ):
        yield Case(f"release {name}: {'due' if due else 'not due'}", (release.due(home, calendar, today).id is not None) == due)
    (home.root / "taken-away").rename(folder)
    (home.releases / release.CURRENT).symlink_to(folder.name)
    done = scene.refresh(home, "--today", (day - dt.timedelta(days=300)).isoformat())
    same = manifest(home) == served and not damage(home) and len(release.listing(home)) == 1
    yield Case("a refresh with the clock set back makes and unmakes no release", not done.returncode and same)
    yield Case("it has nothing to do", steps.waiting(opened) == "" and "Nothing new" in done.stdout)


def changes() -> Iterator[Case]:
    """Every quarter of an hour of the two nights on which clocks change: school time never leaves the day, and no zone is left in it."""
    for name, night in (("spring", dt.datetime(2026, 3, 28, 23, tzinfo=UTC)), ("autumn", dt.datetime(2026, 10, 24, 23, tzinfo=UTC))):
        moments = [night + dt.timedelta(minutes=15 * number) for number in range(40)]
        told = [school_time(moment) for moment in moments]
        right = all(
            one.tzinfo is None and one == moment.astimezone(SCHOOL_TIME).replace(tzinfo=None)
            for one, moment in zip(told, moments, strict=True)
        )
        back = sum(later < earlier for earlier, later in itertools.pairwise(told))
        yield Case(f"the night in {name}", right and back == (name == "autumn"), f"{back} steps back")


def days() -> Iterator[Case]:
    """Days that exist and days that do not; years that follow one another and years that do not."""
    for text, expected in {
        "29/02/2024": dt.date(2024, 2, 29), "29/02/2025": None, "29/02/2100": None, "29/02/2000": dt.date(2000, 2, 29),
        "31/04/2025": None, "2024-02-29": dt.date(2024, 2, 29), "2025-02-29": None, "31/12/2025": dt.date(2025, 12, 31),
    }.items():  # fmt: skip
        yield Case(f"{text} is {'a day' if expected else 'no day'}", values.date(text, 2099) == expected)
    for text, year in {
        "2025-26": "2025-26",
        "2025/2026": "2025-26",
        "1999-00": "1999-00",
        "1999-2000": "1999-00",
        "2025-27": None,
        "2099-00": "2099-00",
    }.items():
        yield Case(f"{text} is {'an academic year' if year else 'no academic year'}", names.academic_year(text) == year)


DRILLS: dict[int, Drill] = {11: clock}

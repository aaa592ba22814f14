"""Who owes what: one page with the latest file of each academy and dataset in the open period, and a link to its receipt."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipelines.catalogue.model import Catalogue, Dataset
from pipelines.home import Home, Keys
from pipelines.home.whole import write_whole
from pipelines.intake import identity, receipts
from pipelines.intake.arrivals import school_time
from pipelines.intake.identity import Conflict
from pipelines.intake.ledger import HELD, REFUSED, FileEntry, Ledger
from pipelines.intake.mapping import Slice

PAGE = "submissions.html"
TEMPLATE = "submissions.html"
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SAID = {"late": "late", "rejected": "not accepted", "held": "held", "fix": "with things to fix"}
"""The states that somebody has to do something about, the most urgent first, and as the page's heading puts them."""


@dataclass(frozen=True)
class Square:
    """One academy and dataset. ``state``: ok, fix, held, rejected, late, due or none (not asked for). ``receipt``: its folder, from here."""

    state: str
    words: str
    receipt: str = ""


@dataclass(frozen=True)
class Written:
    """The page, and how many squares are in each state."""

    path: Path
    states: dict[str, int]


def write(home: Home, keys: Keys, catalogue: Catalogue, now: dt.datetime) -> Written:
    """The page, written whole among the receipts of the home: it names academies and datasets, and counts of problems only."""
    now = school_time(now)
    files: list[FileEntry] = []
    used: dict[Slice, str] = {}
    if home.ledger.exists():
        with closing(Ledger(home.ledger)) as ledger:
            files = ledger.files()
            used = {entry.key: entry.reference for entry in ledger.slices(active=True)}
    rows = squares(files, used, catalogue, now.date())
    asked = [at for at, _ in enumerate(_asked_for(catalogue)) if any(line[at].state != "none" for line in rows.values())]
    home.receipts.mkdir(mode=0o700, parents=True, exist_ok=True)
    template = receipts.environment().get_template(TEMPLATE)
    page = template.render(
        trust=catalogue.trust,
        period=catalogue.calendar.open_period,
        now=now,
        datasets=[_asked_for(catalogue)[at] for at in asked],
        not_asked=[dataset.title for at, dataset in enumerate(_asked_for(catalogue)) if at not in asked],
        rows={name: [line[at] for at in asked] for name, line in rows.items()},
        conflicts=_told(identity.conflicts(home, keys, catalogue.calendar.open_period), catalogue),
        **_said(rows),
    )
    write_whole(home.receipts / PAGE, page.encode())
    return Written(home.receipts / PAGE, dict(Counter(square.state for line in rows.values() for square in line)))


def _told(found: Sequence[Conflict], catalogue: Catalogue) -> list[dict[str, str | int]]:
    """The conflicts in words."""
    names = {academy.urn: academy.name for academy in catalogue.trust.academies}
    return [
        {
            "where": " and ".join(dict.fromkeys(names.get(urn, urn) for urn in (one.first, one.second))),
            "pupils": one.pupils,
            "matter": identity.KINDS[one.kind][0],
            "do": identity.KINDS[one.kind][1],
        }
        for one in found
    ]


def squares(files: Sequence[FileEntry], used: dict[Slice, str], catalogue: Catalogue, today: dt.date) -> dict[str, list[Square]]:
    """By the name of each academy that is in the trust, the square of each dataset, in the order of the columns."""
    by_reference = {entry.reference: entry for entry in files}
    period = catalogue.calendar.open_period
    due = next((item.due for item in catalogue.calendar.periods if item.period == period), {})
    found = {}
    for academy in catalogue.trust.academies:
        if not academy.is_member(today):
            continue
        line = []
        for dataset in _asked_for(catalogue):
            reference = used.get(Slice(dataset.name, period, academy.urn))
            last = _last(files, academy.urn, dataset.name)
            line.append(_square(by_reference[reference] if reference else None, last, dataset, due.get(dataset.name), today))
        found[academy.name] = line
    return found


def _asked_for(catalogue: Catalogue) -> list[Dataset]:
    """Core datasets first."""
    return sorted(catalogue.datasets.values(), key=lambda item: (not item.core, item.title))


def _last(files: Sequence[FileEntry], place: str, dataset: str) -> FileEntry | None:
    return max(
        (entry for entry in files if (entry.place, entry.dataset) == (place, dataset)), key=lambda entry: entry.received, default=None
    )


def _square(used: FileEntry | None, last: FileEntry | None, dataset: Dataset, due: dt.date | None, today: dt.date) -> Square:
    """What the last file came to, if it came after the one in use; else the file in use; else whether one is awaited."""
    newer = last if last and (used is None or last.received > used.received) else None
    if newer and newer.outcome in (REFUSED, HELD):
        state, words = ("held", "held") if newer.outcome == HELD else ("rejected", "not accepted")
        return Square(state, words, _folder(newer))
    if used:
        words = f"{used.things_to_fix} to fix" if used.things_to_fix else "accepted"
        return Square("fix" if used.things_to_fix else "ok", words, _folder(used))
    if due is None:
        return Square("due", "awaited") if dataset.core else Square("none", "not asked for")
    late = (today - due).days
    return Square("late", f"{late} day{'s' if late > 1 else ''} late") if late > 0 else Square("due", f"due {due.day} {due:%b}")


def _folder(entry: FileEntry) -> str:
    return f"{entry.place}/{entry.reference}/{receipts.PAGE}"


def _said(rows: dict[str, list[Square]]) -> dict[str, str]:
    """The page's heading, and who needs a call."""
    many = Counter(square.state for line in rows.values() for square in line)
    parts = [f"{_number(many[state])} {words}" for state, words in SAID.items() if many[state]]
    urgent = Counter({name: sum(square.state in ("late", "rejected", "held") for square in line) for name, line in rows.items()})
    call = [name for name, count in urgent.most_common(3) if count]
    heading = ", ".join(parts) or "nothing is late or to be put right"
    return {"heading": heading[0].upper() + heading[1:], "call": f"Call first: {', '.join(call)}." if call else "Nobody needs a call."}


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"

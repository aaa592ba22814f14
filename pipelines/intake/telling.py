"""From what was found in a file, and what was known before, to its receipt. Pure: the ledger's entries are handed in."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.catalogue.model import Catalogue, Dataset
from pipelines.intake import names, receipts
from pipelines.intake.codes import plain
from pipelines.intake.contract import ATTRIBUTES
from pipelines.intake.ledger import FileEntry, SliceEntry
from pipelines.intake.mapping import TRUST, Record
from pipelines.intake.problems import Problem, problem
from pipelines.intake.reading import Reading, Source
from pipelines.intake.receipts import Compared, FileLine, Receipt

SHORT_FALL = 0.8
UNKNOWN_RISE = 0.1
UNKNOWN_LEAST = 10


@dataclass(frozen=True)
class Known:
    """What the ledger knew before this file: the slices in use that it is about, and the files they came from.

    ``standing``: accepted files of the same place, for "received" and "still to come". ``same_as``: the file with the same bytes.
    """

    slices: tuple[SliceEntry, ...] = ()
    last_file: FileEntry | None = None
    standing: tuple[FileEntry, ...] = ()
    same_as: FileEntry | None = None


def _unknown(dataset: Dataset, catalogue: Catalogue, records: Iterable[Record]) -> str:
    """JSON: how many rows have no known value of each attribute, a refusal to answer included."""
    counts = Counter({item.name: 0 for item in dataset.fields if item.attribute})
    known = {name: _known_codes(dataset, name, catalogue) for name in counts}
    for record in records:
        for name, codes in known.items():
            value = record[ATTRIBUTES].get(name)
            counts[name] += value is None or (codes is not None and value not in codes)
    return json.dumps(counts, sort_keys=True)


def entries(reference: str, content_hash: str, reading: Reading, catalogue: Catalogue) -> tuple[SliceEntry, ...]:
    """The slices of a file, as the ledger keeps them."""
    return tuple(
        SliceEntry(reference, key, reading.exported, content_hash, len(rows), _unknown(catalogue.datasets[key.dataset], catalogue, rows))
        for key, rows in sorted(reading.records.items())
        if rows or reading.nil
    )


def _known_codes(dataset: Dataset, name: str, catalogue: Catalogue) -> set[str] | None:
    """The codes that some characteristic counts as known; ``None`` where no characteristic uses the attribute."""
    for item in catalogue.characteristics.values():
        if dataset.subject and item.fields.get(dataset.subject) == f"{dataset.name}.{name}":
            return {member for group in item.groups if not group.unknown for member in group.members}
    return None


def tell(
    reading: Reading,
    source: Source,
    known: Known,
    catalogue: Catalogue,
    *,
    reference: str,
    content_hash: str,
    size: int,
    received: dt.datetime,
    landed: Sequence[SliceEntry] = (),
    held: bool = False,
) -> Receipt:
    """The receipt. ``landed``: this file's slices, with the number of rows and of unknown values in each. ``held``: until confirmed."""
    dataset = catalogue.datasets.get(reading.dataset)
    problems = tuple(sorted((item for item in reading.problems if item.weight != "note"), key=_gravity))
    outcome = receipts.HELD if held else _outcome(reading, problems, known)
    last_used = known.last_file.received if known.last_file else None
    periods = tuple(sorted({entry.key.period for entry in landed}))
    return Receipt(
        reference=reference,
        outcome=outcome,
        headline=receipts.headline(outcome, len(problems), last_used),
        summary=_summary(outcome, reading, known, None if source.past else _due(periods, catalogue).get(reading.dataset), received.date()),
        place=source.place,
        academy=_academy(source.place, catalogue),
        trust=catalogue.trust.name,
        contact=catalogue.brand.contact,
        made_up=catalogue.trust.made_up,
        file=names.shown(source.name)[:120],
        size=size,
        received=received,
        exported=reading.exported,
        dataset=reading.dataset,
        title=dataset.title if dataset else "",
        periods=periods,
        content_hash=content_hash,
        rules=catalogue.fingerprints.get(f"dataset:{reading.dataset}", catalogue.fingerprints["all"])[:8],
        rows_received=reading.received,
        rows_used=0
        if outcome in (receipts.REFUSED, receipts.HELD)
        else reading.used
        if reading.folded
        else sum(entry.rows for entry in landed),
        rows_set_aside=reading.set_aside,
        rows_last=sum(entry.rows for entry in known.slices) if known.slices else None,
        problems=problems if outcome != receipts.SAME else (),
        notes=tuple(item for item in reading.problems if item.weight == "note"),
        compared=_compared(landed, known.slices, dataset),
        received_files=_received(known, dataset, outcome, catalogue),
        still_to_come=_still_to_come(known, dataset, periods, received.date(), catalogue)
        if outcome not in (receipts.REFUSED, receipts.HELD) and not source.past
        else (),
        next_steps=receipts.steps(outcome),
        columns=reading.columns,
        read_as=reading.read_as,
    )


def columns_changed(reading: Reading, known: Known) -> list[Problem]:
    """What became of the columns of the last file of the same kind: headings that changed, and columns that are gone."""
    before = receipts.from_json(known.last_file.receipt).columns if known.last_file else {}
    renamed = [f"{before[name]} is now {now}" for name, now in reading.columns.items() if plain(before.get(name, now)) != plain(now)]
    gone = [heading for name, heading in before.items() if name not in reading.columns]
    found = [problem("columns_renamed", what="; ".join(renamed))] if renamed else []
    return found + ([problem("columns_gone", what=", ".join(gone))] if gone else [])


def _outcome(reading: Reading, problems: Sequence[Problem], known: Known) -> str:
    if known.same_as:
        return receipts.SAME
    if reading.refusal:
        return receipts.REFUSED
    return receipts.WITH_FIXES if problems else receipts.ACCEPTED


def _gravity(item: Problem) -> tuple[bool, bool, int]:
    """Refusals first, then what cost rows, then what touched the most rows."""
    return item.weight != "refuses", not item.costs_rows, -len(item.rows)


def _due(periods: Sequence[str], catalogue: Catalogue) -> dict[str, dt.date]:
    """When each dataset is due in the last of the periods."""
    return next((item.due for item in catalogue.calendar.periods if periods and item.period == periods[-1]), {})


def _summary(outcome: str, reading: Reading, known: Known, due: dt.date | None, today: dt.date) -> str:
    if outcome == receipts.SAME and known.same_as:
        newer = known.last_file and known.last_file.reference != known.same_as.reference
        state = "a newer file is in use" if newer else "it is in use" if known.slices else "it is not in use"
        return f"You sent exactly this file on {receipts.day(known.same_as.received)}; {state}. Nothing changed."
    if reading.refusal:
        refusal = reading.refusal
        column = f" Column: {refusal.column}." if refusal.column and refusal.column not in refusal.title else ""
        return f"{refusal.title}.{column}"
    if outcome == receipts.HELD:
        return f"All {reading.used:,} rows can be read, but the file is so unlike your last one that we ask before we use it."
    if reading.nil:
        return "You told us that there were none. That is an answer: nothing more is needed."
    used = f"{reading.used:,} of the {reading.received:,}" if reading.used < reading.received else f"all {reading.used:,}"
    if outcome == receipts.ACCEPTED:
        return f"We used {used} rows."
    deadline = f"Please send a corrected file by {receipts.day(due)}. " if due and due >= today else ""
    return f"We used {used} rows. {deadline}If you do nothing, the reports will use these rows and say so."


def _academy(place: str, catalogue: Catalogue) -> str:
    academy = catalogue.academy(place)
    return academy.name if academy else f"{catalogue.trust.name}, all academies" if place == TRUST else "No academy of the trust"


def _compared(now: Sequence[SliceEntry], last: Sequence[SliceEntry], dataset: Dataset | None) -> tuple[Compared, ...]:
    """Everyone, and those without a known value of each attribute, in the slices that a last file covered too."""
    before = {entry.key: entry for entry in last}
    both = [(entry, before[entry.key]) for entry in now if entry.key in before]
    if not both or dataset is None:
        return ()
    rows_now, rows_last = sum(entry.rows for entry, _ in both), sum(entry.rows for _, entry in both)
    fell = rows_now < SHORT_FALL * rows_last
    lines = [Compared("All", rows_last, rows_now, "Much lower: please check" if fell else "As expected", fell)]
    for item in dataset.fields:
        if item.attribute:
            unknown_now, unknown_last = (
                sum(json.loads(entry.unknown).get(item.name, 0) for entry in side) for side in zip(*both, strict=True)
            )
            rise = unknown_now / max(rows_now, 1) - unknown_last / max(rows_last, 1)
            unusual = rise > UNKNOWN_RISE and unknown_now - unknown_last >= UNKNOWN_LEAST
            check = "Much higher: please check" if unusual else "As expected"
            lines.append(Compared(f"{item.title} not known", unknown_last, unknown_now, check, unusual))
    return tuple(lines)


def _received(known: Known, dataset: Dataset | None, outcome: str, catalogue: Catalogue) -> tuple[FileLine, ...]:
    latest = {
        entry.dataset: entry for entry in known.standing if not dataset or entry.dataset != dataset.name or outcome == receipts.REFUSED
    }
    still = [(catalogue.datasets[name].title, entry.things_to_fix) for name, entry in latest.items() if name in catalogue.datasets]
    lines = [FileLine(title, _result(things), not things) for title, things in still]
    return tuple(sorted(lines, key=lambda line: line.title))


def _result(things_to_fix: int) -> str:
    return "Things to fix" if things_to_fix else "Accepted"


def _still_to_come(
    known: Known, dataset: Dataset | None, periods: Sequence[str], today: dt.date, catalogue: Catalogue
) -> tuple[FileLine, ...]:
    """Core datasets, and those with a due date in the period, that nobody has sent."""
    due = _due(periods, catalogue)
    here = {entry.dataset for entry in known.standing} | ({dataset.name} if dataset else set())
    awaited = [item for name, item in catalogue.datasets.items() if name not in here and (name in due or (item.core and periods))]
    return tuple(_awaited(item.title, due.get(item.name), today) for item in sorted(awaited, key=lambda item: item.title))


def _awaited(title: str, due: dt.date | None, today: dt.date) -> FileLine:
    if due is None:
        return FileLine(title, "no date set")
    late = (today - due).days
    return FileLine(title, f"{late} day{'s' if late > 1 else ''} late", False) if late > 0 else FileLine(title, receipts.day(due))

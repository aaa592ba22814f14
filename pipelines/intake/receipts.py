"""The receipt of one file: what it says, as a page, as JSON and as a list of rows. What is wrong with a file is decided elsewhere."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.catalogue.model import Dataset
from pipelines.home import Home
from pipelines.home.whole import move
from pipelines.intake.problems import Problem

ACCEPTED, WITH_FIXES, REFUSED, SAME = "accepted", "accepted_with_things_to_fix", "not_accepted", "same_file_as_before"
HELD = "held_until_confirmed"
UNPLACED = "unplaced"
"""Where receipts of files go that belong to no academy."""
COPIES = "receipts"
"""The folder, in an academy's drop folder, that its receipts are copied to."""
PAGE, DATA, ROWS = "receipt.html", "receipt.json", "issues.csv"
MOST_ROWS_SHOWN = 20
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Compared:
    """A line of "does this look like your academy?": people in the last file and in this one."""

    group: str
    last: int
    now: int
    check: str
    unusual: bool


@dataclass(frozen=True)
class FileLine:
    """A line of what was received, or is still to come, for the same period."""

    title: str
    result: str
    good: bool = True


@dataclass(frozen=True)
class Receipt:
    """Everything a receipt says. It is for the academy alone, names rows and columns, and holds no value of a person."""

    reference: str
    outcome: str
    headline: str
    summary: str
    place: str
    academy: str
    trust: str
    contact: str
    made_up: bool
    file: str
    size: int
    received: dt.datetime
    exported: dt.datetime
    dataset: str
    title: str
    periods: tuple[str, ...]
    content_hash: str
    rules: str
    rows_received: int = 0
    rows_used: int = 0
    rows_set_aside: int = 0
    rows_last: int | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    compared: tuple[Compared, ...] = ()
    received_files: tuple[FileLine, ...] = ()
    still_to_come: tuple[FileLine, ...] = ()
    next_steps: tuple[str, ...] = ()
    read_as: str = ""
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether the file's rows are in use, from this file or from the same bytes sent before."""
        return self.outcome not in (REFUSED, HELD)

    @property
    def things_to_fix(self) -> int:
        """How many problems the reader is asked to fix."""
        return len(self.problems)

    def as_text(self) -> str:
        """The receipt for a terminal."""
        lines = [f"{self.headline}.", f"{self.academy}{' · ' if self.title else ''}{self.title}. {self.summary}"]
        for number, item in enumerate(self.problems, start=1):
            rows = f" Rows {_rows_shown(item.rows)}." if item.rows else ""
            column = f" Column {item.column}." if item.column else ""
            values = f" Value {', '.join(item.values[:5])}." if item.values else ""
            cause = f" Usual cause: {item.cause}." if item.cause else ""
            lines.append(f"{number}. {item.title}.{rows}{column}{values}{cause} {item.fix}".rstrip())
        lines += [f"Read as: {self.read_as}."] if self.read_as else []
        return "\n".join([*lines, *(f"Note: {item.title}" for item in self.notes)])

    def as_json(self) -> str:
        """The receipt as stored in the ledger; :func:`from_json` reads it back."""
        return json.dumps(asdict(self), default=str, ensure_ascii=False, sort_keys=True, indent=1)


def from_json(text: str) -> Receipt:
    """The receipt that :meth:`Receipt.as_json` wrote."""
    content: dict[str, Any] = json.loads(text)
    for name in ("received", "exported"):
        content[name] = dt.datetime.fromisoformat(content[name])
    for name, kind in (
        ("problems", Problem),
        ("notes", Problem),
        ("compared", Compared),
        ("received_files", FileLine),
        ("still_to_come", FileLine),
    ):
        content[name] = tuple(kind(**_tupled(kind, item)) for item in content[name])
    return Receipt(**_tupled(Receipt, content))


def _tupled(kind: Any, item: dict[str, Any]) -> dict[str, Any]:
    lists = {entry.name for entry in fields(kind) if str(entry.type).startswith("tuple")}
    return {name: tuple(value) if name in lists else value for name, value in item.items()}


def headline(outcome: str, things_to_fix: int, last_used: dt.datetime | None) -> str:
    """The outcome in the words every receipt uses."""
    if outcome == ACCEPTED:
        return "Accepted"
    if outcome == WITH_FIXES:
        return f"Accepted, with {things_to_fix} thing{'s' if things_to_fix > 1 else ''} to fix"
    if outcome == SAME:
        return "Same file as before"
    if outcome == HELD:
        return f"Held until you confirm it; we still use your file of {day(last_used)}" if last_used else "Held until you confirm it"
    return f"Not accepted; we still use your file of {day(last_used)}" if last_used else "Not accepted"


def day(moment: dt.date) -> str:
    """14 October 2026."""
    return f"{moment.day} {moment:%B %Y}"


def counted(rows: int, dataset: Dataset | None) -> str:
    """A number of rows for logs and lists: in bands where even that number is protected."""
    if dataset is not None and dataset.banded:
        return "10 or more" if rows >= 10 else "fewer than 10"
    return f"{rows:,}"


def steps(outcome: str) -> tuple[str, ...]:
    """What the reader should do next."""
    if outcome == ACCEPTED:
        return ("Nothing to do for this file.",)
    if outcome == SAME:
        return ("Nothing to do. If you meant to send a correction, export it again and check its date.",)
    if outcome == HELD:
        return (
            "Compare this file with your last one below.",
            "If the file is right, ask the trust's data team to confirm it, with the reference of this receipt.",
            "If not, export again with the same report and drop it in the same folder.",
        )
    return (
        "Put right what this page names, in your MIS, not in the file.",
        "Export again with the same report.",
        "Drop it in the same folder. It replaces this one: nothing is counted twice.",
    )


def page(receipt: Receipt) -> str:
    """The receipt as one self-contained HTML page without scripts."""
    return str(environment().get_template(PAGE).render(receipt=receipt))


@cache
def environment() -> Any:
    """What the pages of intake are made with: everything is escaped, and a name that is not there is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"day": day, "rows": _rows_shown, "size": _size, "thousands": "{:,}".format}
    return made


def _rows_shown(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:MOST_ROWS_SHOWN])
    more = len(numbers) - MOST_ROWS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _size(count: int) -> str:
    return f"{count:,} bytes" if count < 1000 else f"{round(count / 1000):,} kB"


def issues(receipt: Receipt) -> str:
    """One line per row and problem, as CSV that a spreadsheet opens without running anything."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["row", "column", "problem", "effect", "how to fix"])
    for item in (*receipt.problems, *receipt.notes):
        for number in item.rows or ("",):
            writer.writerow([harmless(str(cell)) for cell in (number, item.column, item.title, item.effect, item.fix)])
    return text.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def write(receipt: Receipt, parent: Path, *, folder_mode: int = 0o700, file_mode: int = 0o600) -> Path:
    """The receipt's folder inside ``parent``, whole or not at all; one that is there already is left as it is."""
    folder = parent / receipt.reference
    if folder.is_dir():
        return folder
    partial = parent / f".{receipt.reference}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    if not parent.is_dir():
        parent.mkdir(parents=True)
        parent.chmod(folder_mode)
    partial.mkdir()
    for name, content in ((PAGE, page(receipt)), (DATA, receipt.as_json()), (ROWS, "\ufeff" + issues(receipt))):
        with (partial / name).open("w", encoding="utf-8", newline="") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        (partial / name).chmod(file_mode)
    partial.chmod(folder_mode)
    move(partial, folder)
    return folder


def hand_over(receipt: Receipt, home: Home, sender: Path | None = None) -> None:
    """The receipt into the home and, as a copy, into the sender's drop folder, where there is one: readable by that folder's group, the academy's.

    Where the sender put something else in the way of its copy, it has none; the home's own stands.
    """
    write(receipt, home.receipts / receipt.place)
    copies = (sender or home.drop / receipt.place) / COPIES
    if receipt.place != UNPLACED and not copies.is_symlink():
        with contextlib.suppress(FileExistsError, NotADirectoryError, PermissionError):
            write(receipt, copies, folder_mode=0o2750, file_mode=0o640)

"""Mail. To an academy: at once about its files that are not used, in one digest a day about the rest. To the office: one digest a day, in
which every fault is named, and none more than three times. Outcomes and references only.

A mail that cannot be sent is tried again at the next run and never stops one. What a receipt says stays in the receipt.
"""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from pipelines.catalogue.model import Catalogue
from pipelines.catalogue.trust import Mail
from pipelines.home import Home, HomeError
from pipelines.intake import receipts
from pipelines.intake.arrivals import SCHOOL_TIME, school_time
from pipelines.intake.ledger import HELD, REFUSED, FileEntry, Ledger
from pipelines.intake.mapping import TRUST

PATIENCE = 10.0
"""Seconds to wait for the mail server."""
PASSWORD = "mail_password"
NEWS = dt.timedelta(days=7)
"""What is older is no news: nobody gets the mail of a year when mail is set up, or of a month when a server comes back."""
OFFICE = "office"
"""Those who look after the whole trust."""
REMINDERS = (0, 1, 7)
"""Days after it was first named on which a fault that still stands is named in the office's digest; then not again."""


@dataclass(frozen=True)
class Fault:
    """Something that somebody has to see to. ``key``: the same as long as it is the same fault. ``standing``: whether it is still so; what
    is over is named once."""

    key: str
    words: str
    standing: bool = True


@dataclass(frozen=True)
class Notice:
    """One mail: ``to`` its readers; ``marks``: what need not be told them again."""

    to: tuple[str, ...]
    subject: str
    text: str
    marks: tuple[str, ...]


def send(home: Home, catalogue: Catalogue, now: dt.datetime, progress: Callable[[str], None]) -> int:
    """Send academies what is due, if the trust has a ``mail.yml``; how many mails went out. Never raises for a mail server's sake."""
    if catalogue.mail is None or not home.ledger.exists():
        return 0
    with closing(Ledger(home.ledger)) as ledger:
        waiting = due(ledger.files(), ledger.told(), catalogue, catalogue.mail, school_time(now))
        sent, trouble = _sent(waiting, catalogue.mail, home, ledger, now)
    if trouble:
        progress(f"mail: {len(waiting) - sent} of {len(waiting)} could not be sent ({trouble}); tried again at the next run")
    return sent


def send_digest(home: Home, catalogue: Catalogue, faults: Sequence[Fault], now: dt.datetime) -> str:
    """Send the office its digest, if there is anything to say and today has had none; returns what became of it, in a sentence."""
    mail = catalogue.mail
    if mail is None or not mail.office:
        return "Nobody was written to: trust/mail.yml names no office."
    with closing(Ledger(home.ledger)) as ledger:
        notice = digest(ledger.files(), ledger.notices(), faults, catalogue, mail, school_time(now))
        if notice is None:
            return "Nothing new to write to the office about, or today's digest went out already."
        _, trouble = _sent([notice], mail, home, ledger, now)
    return f"The digest could not be sent ({trouble}); it is tried again at the next call." if trouble else "The office was written to."


def _sent(waiting: Sequence[Notice], mail: Mail, home: Home, ledger: Ledger, now: dt.datetime) -> tuple[int, str]:
    """How many of the notices went out, and the kind of trouble that kept the rest."""
    sent, trouble = 0, ""
    if not waiting:
        return sent, trouble
    try:
        with _server(mail, home) as server:
            for notice in waiting:
                try:
                    server.send_message(_message(notice, mail, now))
                except smtplib.SMTPServerDisconnected:
                    raise
                except smtplib.SMTPException as error:  # one address that is refused keeps nobody else from theirs
                    trouble = type(error).__name__
                else:
                    ledger.tell(notice.marks, now)
                    sent += 1
    except (OSError, smtplib.SMTPException, HomeError) as error:
        trouble = type(error).__name__
    return sent, trouble


def due(files: list[FileEntry], told: set[str], catalogue: Catalogue, mail: Mail, now: dt.datetime) -> list[Notice]:
    """What no academy has had yet: one mail about its files that are not used, and one about the others of earlier days."""
    at_once: dict[str, list[FileEntry]] = defaultdict(list)
    digests: dict[str, list[FileEntry]] = defaultdict(list)
    for entry in _news(files, told, now):
        if not mail.academies.get(entry.place):
            continue
        if entry.outcome in (REFUSED, HELD):
            if f"once/{entry.place}/{entry.reference}" not in told:
                at_once[entry.place].append(entry)
        elif entry.received < _midnight(now) and f"digest/{entry.place}/{entry.reference}" not in told:
            digests[entry.place].append(entry)
    notices = [_at_once(entries, mail, place, catalogue) for place, entries in sorted(at_once.items())]
    for place, entries in sorted(digests.items()):
        marks = tuple(f"digest/{place}/{entry.reference}" for entry in entries)
        text = f"What was received, {_many(entries)}.\n\n{_by_place(entries, catalogue)}\n\n{_where(place)}\n"
        notices.append(Notice(mail.academies[place], f"{_many(entries)} received", text, marks))
    return notices


def digest(
    files: list[FileEntry], told: Mapping[str, dt.datetime], faults: Sequence[Fault], catalogue: Catalogue, mail: Mail, now: dt.datetime
) -> Notice | None:
    """The office's digest at ``now``: faults that are new or to be named again, and files received on earlier days. ``told``: what went out when."""
    today = f"{OFFICE}/{now.date()}"
    if today in told:
        return None
    named = [(fault, times) for fault in faults if (times := _times(fault, told, now)) is not None]
    received = [
        entry
        for entry in _news(files, set(told), now)
        if entry.outcome not in (REFUSED, HELD) and entry.received < _midnight(now) and f"digest/{OFFICE}/{entry.reference}" not in told
    ]
    if not named and not received:
        return None
    lines = [f"- {fault.words}{LAST if fault.standing and times == len(REMINDERS) else ''}" for fault, times in named]
    silent = sum(fault.standing for fault in faults) - sum(fault.standing for fault, _ in named)
    parts = ["What somebody has to see to:\n\n" + "\n".join(lines)] if named else []
    parts += [f"What was named before and still stands ({silent}) is listed by: equality watch"] if silent else []
    parts += [f"What was received, {_many(received)}.\n\n{_by_place(received, catalogue)}"] if received else []
    subject = f"{len(named)} thing{'s' if len(named) > 1 else ''} to see to" if named else f"{_many(received)} received"
    marks = [
        today,
        *(f"fault/{fault.key}/{times}" for fault, times in named),
        *(f"digest/{OFFICE}/{entry.reference}" for entry in received),
    ]
    return Notice(mail.office, subject, "\n\n".join([*parts, _where(OFFICE)]) + "\n", tuple(marks))


LAST = " (This is named for the third and last time.)"


def _times(fault: Fault, told: Mapping[str, dt.datetime], now: dt.datetime) -> int | None:
    """Which time this would be that the fault is named; nothing where it is not due."""
    before = [told[mark] for times in range(1, len(REMINDERS) + 1) if (mark := f"fault/{fault.key}/{times}") in told]
    if not before:
        return 1
    if not fault.standing or len(before) >= len(REMINDERS):
        return None
    days = (now.date() - school_time(min(before)).date()).days
    return len(before) + 1 if days >= REMINDERS[len(before)] else None


def _news(files: list[FileEntry], told: set[str], now: dt.datetime) -> Iterator[FileEntry]:
    return (entry for entry in files if entry.received >= now - NEWS and past(entry.reference) not in told)


def _midnight(now: dt.datetime) -> dt.datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def past(reference: str) -> str:
    """The mark of a file of a past year, about which nobody is written to."""
    return f"past/{reference}"


def _at_once(entries: list[FileEntry], mail: Mail, place: str, catalogue: Catalogue) -> Notice:
    """One mail about all files of an academy that are not used and that it has not been told of."""
    first = f"{receipts.from_json(entries[0].receipt).headline}: {entries[0].reference}"
    subject = first if len(entries) == 1 else f"{_many(entries)} not used"
    text = f"{_by_place(entries, catalogue)}\n\n{_where(place)}\n"
    return Notice(mail.academies[place], subject, text, tuple(f"once/{place}/{entry.reference}" for entry in entries))


def _many(entries: list[FileEntry]) -> str:
    return f"{len(entries)} file{'s' if len(entries) > 1 else ''}"


def _by_place(entries: list[FileEntry], catalogue: Catalogue) -> str:
    """Reference and outcome of each file, under the name of its academy."""
    by_place: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        by_place[_place(entry.place, catalogue)].append(f"  {entry.reference}: {receipts.from_json(entry.receipt).headline}")
    return "\n\n".join("\n".join([place, *lines]) for place, lines in sorted(by_place.items()))


def _place(place: str, catalogue: Catalogue) -> str:
    academy = catalogue.academy(place)
    return academy.name if academy else "Files for all academies" if place == TRUST else "Files of no academy"


def _where(reader: str) -> str:
    """Where the receipt lies: in its own folder for an academy, among all for the office."""
    if reader == OFFICE:
        return "The receipts, and the page of who owes what, lie in receipts/ of the trust's home."
    return f"The receipt, with what to put right, lies in the folder receipts of your drop folder {reader}."


def _message(notice: Notice, mail: Mail, now: dt.datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, ", ".join(notice.to), notice.subject
    message["Date"] = format_datetime(now.astimezone(SCHOOL_TIME))
    message["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.text)
    return message


@contextmanager
def _server(mail: Mail, home: Home) -> Iterator[smtplib.SMTP]:
    """A session with the mail server, encrypted unless it is this machine. The password, if one is needed, lies among the keys."""
    context = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE)
    with server:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.user:
            try:
                server.login(mail.user, (home.keys / PASSWORD).read_text("utf-8").strip())
            except FileNotFoundError:
                raise HomeError(f"mail.yml names a user; write the password into {home.keys / PASSWORD}") from None
        yield server

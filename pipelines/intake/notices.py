"""Mail about what was received: at once for a file that is not used, in one digest a day for the rest. Outcomes and references only.

A mail that cannot be sent is tried again at the next run and never stops one. What a receipt says stays in the receipt.
"""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterator
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
"""Those who look after the whole trust get every notice."""


@dataclass(frozen=True)
class Notice:
    """One mail: ``to`` its readers; ``marks``: what need not be told them again."""

    to: tuple[str, ...]
    subject: str
    text: str
    marks: tuple[str, ...]


def send(home: Home, catalogue: Catalogue, now: dt.datetime, progress: Callable[[str], None]) -> int:
    """Send what is due, if the trust has a ``mail.yml``; how many mails went out. Never raises for a mail server's sake."""
    if catalogue.mail is None or not home.ledger.exists():
        return 0
    sent, trouble = 0, ""
    with closing(Ledger(home.ledger)) as ledger:
        waiting = due(ledger.files(), ledger.told(), catalogue, catalogue.mail, school_time(now))
        if not waiting:
            return 0
        try:
            with _server(catalogue.mail, home) as server:
                for notice in waiting:
                    try:
                        server.send_message(_message(notice, catalogue.mail, now))
                    except smtplib.SMTPServerDisconnected:
                        raise
                    except smtplib.SMTPException as error:  # one address that is refused keeps nobody else from theirs
                        trouble = type(error).__name__
                    else:
                        ledger.tell(notice.marks, now)
                        sent += 1
        except (OSError, smtplib.SMTPException, HomeError) as error:
            trouble = type(error).__name__
    if trouble:
        progress(f"mail: {len(waiting) - sent} of {len(waiting)} could not be sent ({trouble}); tried again at the next run")
    return sent


def due(files: list[FileEntry], told: set[str], catalogue: Catalogue, mail: Mail, now: dt.datetime) -> list[Notice]:
    """The notices that nobody has had yet: a mail for each file that is not used, and for earlier days one for each reader."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    notices: list[Notice] = []
    digests: dict[str, list[FileEntry]] = defaultdict(list)
    for entry in files:
        if entry.received < now - NEWS or past(entry.reference) in told:
            continue
        for reader in _readers(entry.place, mail):
            if entry.outcome in (REFUSED, HELD):
                mark = f"once/{reader}/{entry.reference}"
                if mark not in told:
                    notices.append(_at_once(entry, mail, reader, catalogue, mark))
            elif entry.received < midnight and f"digest/{reader}/{entry.reference}" not in told:
                digests[reader].append(entry)
    return notices + [_digest(entries, mail, reader, catalogue) for reader, entries in sorted(digests.items())]


def past(reference: str) -> str:
    """The mark of a file of a past year, about which nobody is written to."""
    return f"past/{reference}"


def _readers(place: str, mail: Mail) -> Iterator[str]:
    """An academy's people for its own files, and the office for all."""
    if mail.academies.get(place):
        yield place
    if mail.office:
        yield OFFICE


def _addresses(reader: str, mail: Mail) -> tuple[str, ...]:
    return mail.office if reader == OFFICE else mail.academies[reader]


def _at_once(entry: FileEntry, mail: Mail, reader: str, catalogue: Catalogue, mark: str) -> Notice:
    headline = receipts.from_json(entry.receipt).headline
    text = f"{_place(entry.place, catalogue)}\n{headline}\nReference: {entry.reference}\n\n{_where(entry.place, reader)}\n"
    return Notice(_addresses(reader, mail), f"{headline}: {entry.reference}", text, (mark,))


def _digest(entries: list[FileEntry], mail: Mail, reader: str, catalogue: Catalogue) -> Notice:
    by_place: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        by_place[_place(entry.place, catalogue)].append(f"  {entry.reference}: {receipts.from_json(entry.receipt).headline}")
    many = f"{len(entries)} file{'s' if len(entries) > 1 else ''}"
    body = "\n\n".join("\n".join([place, *lines]) for place, lines in sorted(by_place.items()))
    text = f"What was received, {many}.\n\n{body}\n\n{_where(entries[0].place, reader)}\n"
    return Notice(_addresses(reader, mail), f"{many} received", text, tuple(f"digest/{reader}/{entry.reference}" for entry in entries))


def _place(place: str, catalogue: Catalogue) -> str:
    academy = catalogue.academy(place)
    return academy.name if academy else "Files for all academies" if place == TRUST else "Files of no academy"


def _where(place: str, reader: str) -> str:
    """Where the receipt lies: in her own folder for an academy, among all for the office."""
    if reader == OFFICE:
        return "The receipts, and the page of who owes what, lie in receipts/ of the trust's home."
    return f"The receipt, with what to put right, lies in the folder receipts of your drop folder {place}."


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

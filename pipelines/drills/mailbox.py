"""A mail server on this machine that takes every mail and keeps it."""

from __future__ import annotations

import asyncore
import smtpd
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

WENT_TO = "X-Went-To"


class Mailbox(smtpd.SMTPServer):
    """``mails``: what came, in order; whom each went to stands under :data:`WENT_TO`."""

    def __init__(self) -> None:
        self.waiting: dict[int, Any] = {}
        self.mails: list[EmailMessage] = []
        super().__init__(("127.0.0.1", 0), None, map=self.waiting)  # type: ignore[arg-type]

    def process_message(self, peer: Any, mailfrom: str, rcpttos: list[str], data: bytes, **options: Any) -> None:  # type: ignore[override]
        mail = message_from_bytes(data, policy=policy.default)
        mail[WENT_TO] = ", ".join(rcpttos)
        self.mails.append(mail)

    @property
    def port(self) -> int:
        assert self.socket is not None
        return int(self.socket.getsockname()[1])


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A server at work on a free port of loopback, until the block ends."""
    made = Mailbox()
    thread = threading.Thread(target=asyncore.loop, kwargs={"timeout": 0.05, "map": made.waiting}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        for channel in list(made.waiting.values()):
            channel.close()
        thread.join(5)

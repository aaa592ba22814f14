"""Under which name a person works at this machine: what the audit log says of who did something. No right is given or checked here."""

from __future__ import annotations

import os
import pwd


def account() -> str:
    """The login name of whoever runs the program; behind ``sudo``, of whoever called it. It is what the machine says, not proof of a person."""
    caller = os.environ.get("SUDO_USER", "")
    if caller:
        return caller
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"

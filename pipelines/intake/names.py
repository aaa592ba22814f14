"""File names: which are no files yet, which are refused, and what a good one says. Nothing is opened or looked up here."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".crdownload", ".download", ".icloud")
_NOT_SENT = ("desktop.ini", "thumbs.db")
_CONFLICT_COPY = re.compile(r"conflicted copy|\.sync-conflict-", re.IGNORECASE)
_UNSAFE = frozenset('/\\:*?"<>|$;`!%{}~^=')
LONGEST = 200
"""Bytes of a file name beyond which it is no name that a person gave."""
_YEARS = re.compile(r"(?<!\d)(\d{4})\s*[-_/ ]?\s*(\d{2}|\d{4})(?!\d)")
_MOMENT = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?:[T_ -]?(\d{2})[:.-]?(\d{2})(?:[:.-]?(\d{2}))?)?(?!\d)")


def is_unfinished(name: str) -> bool:
    """Whether a copying program or a sync client is still at work on the file, so that nothing may be read yet."""
    return name.lower().endswith(_UNFINISHED) or _CONFLICT_COPY.search(name) is not None


def is_not_sent(name: str) -> bool:
    """Whether nobody sent this: a file that Windows, macOS or Excel left behind."""
    return (name.startswith((".", "~$")) and not name.startswith("..")) or name.lower() in _NOT_SENT


def is_unsafe(name: str) -> bool:
    """Whether the name could trick a shell, a path or a reader: control or direction marks, path or shell characters, a leading dash.

    Or is so long that other programs may cut it.
    """
    return (
        len(name.encode("utf-8", "surrogateescape")) > LONGEST
        or name.startswith("-")
        or ".." in name
        or any(_odd(character) for character in name)
    )


def _odd(character: str) -> bool:
    return character in _UNSAFE or unicodedata.category(character).startswith(("C", "Zl", "Zp"))


def extension(name: str) -> str:
    """What follows the last dot, in lower case; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def shown(name: str) -> str:
    """The name as it may stand in a receipt or a log: every character that is not plain text is spelt out."""
    spelt = (
        character.encode("unicode_escape", "backslashreplace").decode()
        if unicodedata.category(character)[0] in "CZ" and character != " "
        else character
        for character in name
    )
    return "".join(spelt)


def academic_year(text: str) -> str | None:
    """The academic year that ``text`` is, as ``2025-26``; ``None`` unless it is two consecutive years (2025/26, 2025-2026, 202526)."""
    match = _YEARS.fullmatch(text.strip())
    return _consecutive(match) if match else None


def academic_year_in(name: str) -> str | None:
    """The one academic year that a file name mentions; ``None`` when it mentions none, or several that differ."""
    found = {year for match in _YEARS.finditer(name) if (year := _consecutive(match))}
    return found.pop() if len(found) == 1 else None


def moment_in(name: str) -> dt.datetime | None:
    """The one date, with its time if given, that a file name mentions: 20260115T1600, 2026-01-15. ``None`` for none or several."""
    found = {moment for match in _MOMENT.finditer(name) if (moment := _moment(match))}
    return found.pop() if len(found) == 1 else None


def _consecutive(match: re.Match[str]) -> str | None:
    first, second = int(match[1]), match[2]
    following = str(first + 1)
    plausible = 1900 <= first <= 2100
    return f"{first}-{following[-2:]}" if plausible and second in (following, following[-2:]) else None


def _moment(match: re.Match[str]) -> dt.datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return dt.datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None

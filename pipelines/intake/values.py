"""Single values as exports write them: dates, numbers, yes or no, UPNs. What a column of them means belongs in ``columns``."""

from __future__ import annotations

import datetime as dt
import re

BLANK = frozenset({"", "-", ".", "?", "n/a", "na", "null", "nil"})
SYMBOLS = frozenset({"c", "x", "z", "u", "k", "low", "*", ":", "~", "supp", "<5", "<10", "..", "abs", "absent"})

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?: [\d:.]+)?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?[ ,-]+(\d{4}|\d{2})")
_COMPACT = re.compile(r"(?:19|20)\d{6}")
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")
_SESSION = re.compile(r"(?:[A-Za-z]{3,9} )?(\d.*?\d)(?:[ _-]*\(?(am|pm)\)?)?", re.IGNORECASE)
_EXCEL_EPOCH = dt.date(1899, 12, 30)

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")

_YES = frozenset({"y", "yes", "t", "true", "1", "✓", "✔"})
_NO = frozenset({"n", "no", "f", "false", "0"})
_NOT_KNOWN = frozenset({"nobt", "refu", "refused", "not known", "unknown", "not obtained", "information not yet obtained"})

_CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN = re.compile(rf"[{_CHECK_LETTERS}]\d{{11}}[\d{_CHECK_LETTERS}]")
_UPN_PUNCTUATION = re.compile(r"[\s\u00a0\u200b\u2019'`-]+")


def is_blank(text: str) -> bool:
    """Whether the cell says nothing."""
    return text.lower() in BLANK


def date(text: str, latest_year: int) -> dt.date | None:
    """A date, day first; ``None`` when it is none, or when it only makes sense month first.

    Understands ISO, 15/09/2017, 15.9.17, 15 Sep 2017, CCYYMMDD and Excel's serial numbers. A year of two digits is the last one
    that is not after ``latest_year``.
    """
    if match := _ISO.fullmatch(text):
        return _calendar(int(match[1]), int(match[2]), int(match[3]))
    if match := _SLASHED.fullmatch(text):
        return _calendar(_year(match[3], latest_year), int(match[2]), int(match[1]))
    if match := _NAMED.fullmatch(text):
        return _calendar(_year(match[3], latest_year), _MONTHS.get(match[2][:3].lower(), 0), int(match[1]))
    if _COMPACT.fullmatch(text):
        return _calendar(int(text[:4]), int(text[4:6]), int(text[6:]))
    if _SERIAL.fullmatch(text):
        return _EXCEL_EPOCH + dt.timedelta(days=int(text[:5]))
    return None


def session(heading: str) -> tuple[str, str] | None:
    """The day, and am or pm where it says so, that a heading of a register stands for: 03/09/2025 AM. ``None`` for any other heading."""
    match = _SESSION.fullmatch(heading)
    return (match[1], (match[2] or "").lower()) if match and date(match[1], 2099) else None


def is_month_first(text: str) -> bool:
    """Whether a date with slashes can only be read as month, day, year, which betrays the order of the whole column."""
    match = _SLASHED.fullmatch(text)
    return match is not None and int(match[1]) <= 12 < int(match[2]) <= 31


def is_serial(text: str) -> bool:
    """Whether a date arrived as the number that Excel keeps inside."""
    return _SERIAL.fullmatch(text) is not None


def has_short_year(text: str) -> bool:
    """Whether a date has a year of two digits."""
    match = _SLASHED.fullmatch(text) or _NAMED.fullmatch(text)
    return match is not None and len(match[3]) == 2


def is_slashed(text: str) -> bool:
    """Whether the order of day and month is a matter of custom."""
    return _SLASHED.fullmatch(text) is not None


def _year(digits: str, latest_year: int) -> int:
    if len(digits) == 4:
        return int(digits)
    century = latest_year - latest_year % 100
    year = century + int(digits)
    return year if year <= latest_year else year - 100


def _calendar(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def number(text: str, *, decimal_comma: bool = False) -> float | None:
    """A number, with or without £, % and thousands commas; ``None`` for anything else, a symbol of suppression included.

    A percentage keeps its figure: 95.2% is 95.2. With ``decimal_comma``, 12,5 is 12.5.
    """
    plain = text.replace("£", "").replace("%", "").replace("\u00a0", "").replace(" ", "")
    if decimal_comma and _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    elif _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    return float(plain) if plain.isascii() and _NUMBER.fullmatch(plain) else None


def flag(text: str) -> str | None:
    """``Y``, ``N``, the empty text for "not known", or ``None`` when the cell is none of these."""
    word = text.lower()
    if word in _YES:
        return "Y"
    if word in _NO:
        return "N"
    return "" if word in BLANK or word in _NOT_KNOWN else None


def upn(text: str) -> str | None:
    """A unique pupil number in capitals without spaces; ``None`` unless it has the form of a permanent or temporary one."""
    plain = _UPN_PUNCTUATION.sub("", text).upper()
    return plain if _UPN.fullmatch(plain) else None


def has_right_check_letter(upn: str) -> bool:
    """Whether the first letter of a well-formed UPN agrees with the rest.

    Characters 2 to 13 times 2 to 13, summed, modulo 23, is an index into the 23 letters (Department for Education, UPN guide).
    In a temporary number the last letter counts as its own index or as 0: both are in use.
    """
    weighted = sum(int(digit) * weight for weight, digit in enumerate(upn[1:12], start=2))
    last = upn[12]
    endings = (int(last),) if last.isdigit() else (_CHECK_LETTERS.index(last), 0)
    return any(_CHECK_LETTERS[(weighted + 13 * ending) % 23] == upn[0] for ending in endings)


def reference(text: str) -> str | None:
    """A number of staff or of a case in capitals without spaces; ``None`` for a blank or one that a spreadsheet rounded (1.2E+11)."""
    plain = _UPN_PUNCTUATION.sub("", text).upper()
    return plain if plain and not re.fullmatch(r"\d(\.\d+)?E\+\d+", plain) else None

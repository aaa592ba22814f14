"""Bytes to text: which kind of file, which encoding, and whether it is damaged. What the text holds belongs in ``tables``."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pipelines.intake.extents import refuse_beyond
from pipelines.intake.problems import Problem, Refused, problem

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
)
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_GARBLED = re.compile("[ÃÂ][\u0080-\u00bf]|â€")


@dataclass(frozen=True)
class Text:
    """A file's text and what had to be done to read it."""

    text: str
    notes: tuple[Problem, ...] = ()


def refuse_other_kinds(content: bytes) -> None:
    """Raise :class:`Refused` for an empty file and for kinds that are neither text nor workbook, whatever their name says."""
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refused(problem("empty_file"))
    if content.startswith(OLE):
        raise Refused(problem("old_or_locked_workbook"))
    start = content.lstrip()[:20].lower()
    for mark, kind in _OTHER_KINDS:
        if start.startswith(mark.lower()):
            raise Refused(problem("wrong_file_type", what=kind))


def is_xml(content: bytes) -> bool:
    """Whether it is an XML document: it says so, in UTF-8 or UTF-16, at its start."""
    start = content[:200].removeprefix(codecs.BOM_UTF8).lstrip()
    return start.startswith((b"<?xml", *("<?xml".encode(form) for form in ("utf-16", "utf-16-be", "utf-16-le"))))


def is_json(content: bytes) -> bool:
    """Whether it begins as a JSON object or list does."""
    return content[:200].removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"{", b"["))


def decode(content: bytes) -> Text:
    """The text of ``content``: UTF-8, UTF-16 with its mark, or Windows-1252. Raises :class:`Refused` for damage, for mixtures and
    for more lines than any report has."""
    refuse_beyond(max(content.count(b"\n"), content.count(b"\r")))
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return Text(content.decode("utf-16"), (problem("encoding_converted", what="Unicode text (UTF-16)"),))
        except UnicodeDecodeError:
            raise Refused(problem("encoding_unknown")) from None
    if b"\x00" in content:
        mostly_empty = content.count(b"\x00") * 4 > len(content)
        raise Refused(problem("encoding_unknown" if mostly_empty else "empty_bytes"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Text(*_windows(content, error.start))
    return Text(text, (problem("garbled_letters"),) if _GARBLED.search(text) else ())


def _windows(content: bytes, where: int) -> tuple[str, tuple[Problem, ...]]:
    """``content`` as Windows-1252, unless other lines of it are UTF-8."""
    for line in content.splitlines():
        if _MULTIBYTE.search(line):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            raise Refused(problem("encoding_mixed", rows=(content.count(b"\n", 0, where) + 1,)))
    try:
        return content.decode("cp1252"), (problem("encoding_converted", what="Windows-1252"),)
    except UnicodeDecodeError:
        raise Refused(problem("encoding_unknown")) from None

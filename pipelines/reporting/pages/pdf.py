"""Pages on paper: PDF/UA by WeasyPrint. Nothing is fetched; the same page gives the same bytes."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass

NO_PANGO = (
    "PDFs were left out: this machine has no Pango, which sets their text. Install it (Debian: libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0) and refresh again; the pages in HTML are whole."
)


@functools.cache
def typesetter() -> str:
    """What sets the PDFs, with its versions; empty where the machine lacks Pango."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        import weasyprint
        from weasyprint.text.ffi import pango
    except OSError:
        return ""
    return f"WeasyPrint {weasyprint.__version__}, Pango {pango.pango_version()}"


@dataclass(frozen=True)
class Paper:
    """A page on paper: its ``content`` and how many ``sheets`` of A4 it takes."""

    content: bytes
    sheets: int


def paper(html: str) -> Paper | None:
    """The page as tagged PDF/UA-1 with its title and language; ``None`` where the machine lacks Pango.

    ``ValueError`` when the page asks for anything that it does not hold itself.
    """
    if not typesetter():
        return None
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    held_only = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    try:
        document = HTML(string=html, url_fetcher=held_only, media_type="print").render(pdf_variant="pdf/ua-1")
    except FatalURLFetchingError:
        raise ValueError("a page asks for something that it does not hold") from None
    return Paper(document.write_pdf(pdf_variant="pdf/ua-1"), len(document.pages))


SHORTENINGS = 4


def fitted(make: Callable[[int], str], sheets: int) -> tuple[str, Paper | None]:
    """A page and its paper on at most ``sheets``: ``make`` is asked for a shorter and shorter one until it fits, and its last is taken."""
    for shorter in range(SHORTENINGS):
        html = make(shorter)
        set_ = paper(html)
        if set_ is None or set_.sheets <= sheets:
            break
    return html, set_


def pdf(html: str) -> bytes | None:
    """The bytes of :func:`paper`."""
    set_ = paper(html)
    return set_.content if set_ else None

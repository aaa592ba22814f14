"""Pages on paper: PDF/UA by WeasyPrint. Nothing is fetched; the same page gives the same bytes."""

from __future__ import annotations

import atexit
import functools
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Any

from pipelines.home.child import children
from pipelines.reporting.pages.frame import fonts

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
    """A page on paper: how many ``sheets`` of A4 it takes, and its ``content``, which is written when it is asked for."""

    sheets: int
    write: Callable[[], bytes]

    @functools.cached_property
    def content(self) -> bytes:
        return self.write()


def paper(html: str) -> Paper | None:
    """The page as tagged PDF/UA-1 with its title and language; ``None`` where the machine lacks Pango.

    ``ValueError`` when the page asks for anything that it does not hold itself.
    """
    if not typesetter():
        return None
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    held_only, (faces, configuration) = URLFetcher(allowed_protocols=("data",), fail_on_errors=True), _faces()
    try:
        page = HTML(string=html.replace(fonts(), "", 1), url_fetcher=held_only, media_type="print")
        document = page.render(font_config=configuration, stylesheets=[faces], pdf_variant="pdf/ua-1")
    except FatalURLFetchingError:
        raise ValueError("a page asks for something that it does not hold") from None
    return Paper(len(document.pages), lambda: document.write_pdf(pdf_variant="pdf/ua-1"))


@functools.cache
def _faces() -> tuple[Any, Any]:
    """The style sheet of the pages' fonts and what keeps them: unpacked once, not for every page."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    configuration = FontConfiguration()
    atexit.register(_faces.cache_clear)  # its end needs a part of WeasyPrint that an ending interpreter may already have let go
    return CSS(string=fonts(), font_config=configuration), configuration


SHORTENINGS, MOST_PRINTERS = 4, 8
Make = Callable[[int], str]


def printers() -> Executor:
    """Processes that print, one a core: setting a page is work for the processor, and pages know nothing of one another."""
    return children(min(os.cpu_count() or 1, MOST_PRINTERS))


def fitted(pages: Mapping[str, tuple[Make, int]], pool: Executor) -> Iterator[tuple[str, str, bytes | None]]:
    """Each page by its name, in HTML and as PDF of at most so many sheets, as they are done; no PDF where the machine lacks Pango.

    Printing begins at once, before the first is asked for. A page is made shorter and shorter until it fits; the shortest is printed
    however long it is.
    """
    if not typesetter():
        return iter([(name, make(0), None) for name, (make, _) in pages.items()])
    waiting: dict[Future[bytes | None], tuple[str, str, int]] = {}

    def ask(name: str, shorter: int) -> None:
        make, sheets = pages[name]
        html = make(shorter)
        waiting[pool.submit(on_paper, html, sheets if shorter < SHORTENINGS - 1 else None)] = name, html, shorter

    def printed() -> Iterator[tuple[str, str, bytes]]:
        while waiting:
            for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                name, html, shorter = waiting.pop(done)
                content = done.result()
                if content is None:
                    ask(name, shorter + 1)
                else:
                    yield name, html, content

    for name in pages:
        ask(name, 0)
    return printed()


def on_paper(html: str, sheets: int | None = None) -> bytes | None:
    """The bytes of :func:`paper`; ``None`` where it takes more than ``sheets``: a page that is too long is not written out."""
    set_ = paper(html)
    return set_.content if set_ and (sheets is None or set_.sheets <= sheets) else None

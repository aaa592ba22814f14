"""What people look at, in the programs they look at it with: a real browser, and the PDFs as a screen reader meets them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from pipelines.home import Home
from pipelines.reporting.pages.pdf import paper, typesetter

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IN_A_BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
SOFFICE = shutil.which("soffice")
ON_PAPER = pytest.mark.skipif(not typesetter(), reason="Pango is not installed")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
WIDTHS = (1280, 375, 320)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_SHEETS = {"board.pdf": 5, "staff-summary.pdf": 1}


@pytest.fixture(scope="module")
def reports(demonstration: Home) -> Path:
    return demonstration.releases / "current" / "reports"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(reports: Path) -> list[Path]:
    found = sorted(reports.rglob("*.html"))
    assert len(found) > 15
    return found


@IN_A_BROWSER
def test_axe_finds_nothing_on_any_page_at_any_width_or_in_print(pages: list[Path], browser: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for width in (*WIDTHS, "print"):
        context = browser.new_context(viewport={"width": 794 if width == "print" else width, "height": 900})
        page = context.new_page()
        page.emulate_media(media="print" if width == "print" else "screen")
        for path in pages:
            page.goto(path.as_uri())
            violations = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
            found += [(path.name, width, one["id"], one["nodes"][0]["html"][:120]) for one in violations]
        context.close()
    assert found == []


@IN_A_BROWSER
def test_no_page_scrolls_sideways_runs_a_script_or_asks_for_anything(pages: list[Path], browser: Any) -> None:
    wrong = []
    for width in WIDTHS:
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=True)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))  # noqa: B023
        for path in pages:
            asked.clear()
            page.goto(path.as_uri())
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            scripts = page.evaluate("document.scripts.length")
            others = [url for url in asked if not url.startswith(("data:", path.as_uri()))]
            if wide > 0 or scripts or others:
                wrong.append((path.name, width, wide, scripts, others))
        context.close()
    assert wrong == []


@IN_A_BROWSER
def test_a_keyboard_reaches_every_link_and_every_region_that_scrolls(pages: list[Path], browser: Any) -> None:
    page = browser.new_context(viewport={"width": 375, "height": 800}).new_page()
    for path in pages:
        page.goto(path.as_uri())
        regions = page.evaluate(
            "[...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1"
            " && ['auto','scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex < 0).length"
        )
        assert regions == 0, path.name
        links = page.evaluate("document.querySelectorAll('a[href]').length")
        walked = set()
        for _ in range(min(links, 12)):
            page.keyboard.press("Tab")
            walked.add(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
        assert len(walked) == min(links, 12), path.name


def test_the_index_leads_to_every_page_and_every_link_leads_somewhere(reports: Path, pages: list[Path]) -> None:
    for path in pages:
        links = [link.partition("#")[0] for link in re.findall(r'href="([^"]+)"', path.read_text("utf-8"))]
        assert [link for link in links if link and not (path.parent / link).is_file()] == [], path.name
    listed = set(re.findall(r'href="([^"#]+)"', (reports / "index.html").read_text("utf-8")))
    assert {page.relative_to(reports).as_posix() for page in pages} - {"index.html"} <= listed


@ON_PAPER
def test_the_board_reads_five_sheets_and_an_academy_one(reports: Path) -> None:
    sheets = {path.relative_to(reports).as_posix(): len(PdfReader(path).pages) for path in reports.rglob("*.pdf")}
    assert len(sheets) >= 9
    for name, number in sheets.items():
        most = 1 if name.startswith("academies/") else MOST_SHEETS.get(name, 99)
        assert number <= most, (name, number)


@ON_PAPER
def test_every_pdf_is_tagged_titled_and_describes_its_figures(reports: Path) -> None:
    for path in reports.rglob("*.pdf"):
        reader = PdfReader(path)
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en-GB" and root["/ViewerPreferences"]["/DisplayDocTitle"], path.name
        assert reader.metadata is not None and reader.metadata.title, path.name
        assert b"pdfuaid" in root["/Metadata"].get_data(), path.name
        figures = [element for element in _elements(root["/StructTreeRoot"]) if element.get("/S") == "/Figure"]
        assert all(element.get("/Alt") for element in figures), path.name


def _elements(node: Any) -> Iterator[DictionaryObject]:
    queue = [node]
    while queue:
        element = queue.pop()
        element = element.get_object() if isinstance(element, IndirectObject) else element
        if isinstance(element, DictionaryObject):
            yield element
            children = element.get("/K", [])
            queue += list(children) if isinstance(children, list) else [children]


@ON_PAPER
def test_the_same_page_is_the_same_paper(reports: Path) -> None:
    html = (reports / "staff-summary.html").read_text("utf-8")
    one, two = paper(html), paper(html)
    assert one is not None and two is not None and (one.sheets, one.content) == (two.sheets, two.content)
    assert one.content == (reports / "staff-summary.pdf").read_bytes()


def test_the_workbook_opens_with_marked_tables_and_nothing_hidden(reports: Path) -> None:
    book = load_workbook(reports / "workbook.xlsx")
    assert {"Cover", "Contents", "Notes"} <= set(book.sheetnames)
    for sheet in book:
        assert sheet.sheet_state == "visible", sheet.title
        assert not any(size.hidden for size in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())), sheet.title
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row), sheet.title
        assert sheet.title in ("Cover", "Contents") or len(sheet.tables) == 1, sheet.title
    assert (reports / "workbook.xlsx").read_bytes() == (reports / "public" / "workbook.xlsx").read_bytes()


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice Calc is not installed")
def test_libreoffice_reads_the_workbook_as_it_was_written(reports: Path, tmp_path: Path) -> None:
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(reports / "workbook.xlsx")], check=True, capture_output=True, timeout=300)
    written, read = (load_workbook(folder / "workbook.xlsx", read_only=True) for folder in (reports, tmp_path))
    assert read.sheetnames == written.sheetnames
    for name in written.sheetnames:
        before, after = (list(book[name].iter_rows(values_only=True)) for book in (written, read))
        assert [_filled(row) for row in after if _filled(row)] == [_filled(row) for row in before if _filled(row)]


def _filled(row: tuple[Any, ...]) -> list[Any]:
    return [value for value in row if value is not None]

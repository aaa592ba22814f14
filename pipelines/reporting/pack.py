"""Everything people read of one bundle, written into its ``reports`` folder from its marts and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.catalogue import Catalogue
from pipelines.catalogue.trust import Brand
from pipelines.home.whole import write_whole
from pipelines.reporting.marts import Marts, read_marts
from pipelines.reporting.open_data import write_open_data
from pipelines.reporting.pages.academy import academy_page
from pipelines.reporting.pages.board import board_page
from pipelines.reporting.pages.dictionary import dictionary_page
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.pages.objectives import objective_cards, objectives_page
from pipelines.reporting.pages.pdf import NO_PANGO, Make, fitted, printers, typesetter
from pipelines.reporting.pages.public import index_page, public_page, staff_summary
from pipelines.reporting.pages.standing import standing
from pipelines.reporting.workbook import write_workbook

Progress = Callable[[str], None]
MANY = 99
Listed = tuple[str, str, str]


def write_pack(
    folder: Path, out: Path, catalogue: Catalogue, context: Context, loss: Mapping[str, Any], dbt: Mapping[str, Any], progress: Progress
) -> list[Path]:
    """Write every page, workbook and data file of the marts in ``folder`` to ``out``; returns what was written.

    ``loss``: the block of that name in the manifest. ``dbt``: dbt's own manifest, for the data dictionary. ``progress`` is told each part.
    """
    marts, brand = read_marts(folder, context.period), catalogue.brand
    objectives = objective_cards(folder, context)
    printed: dict[str, tuple[Make, int]] = {
        "board": (lambda shorter: board_page(marts, objectives, brand, context, shorter), 5),
        "staff-summary": (lambda _: staff_summary(marts, objectives, brand, context), 1),
        "objectives": (lambda _: objectives_page(objectives, marts.trust, brand, context, standing(marts, context)), MANY),
        "public/equality-information": (lambda _: public_page(marts, objectives, brand, context, _beside_the_public(marts)), MANY),
        **{f"academies/{code}": (partial(_academy, marts, code, brand, context), 1) for code in marts.academies},
    }
    with printers() as pool:
        printing = fitted(printed, pool)
        pages = {
            "data-dictionary": dictionary_page(catalogue, dbt, folder, brand, context),
            **{f"public/academies/{code}": academy_page(marts, code, brand, context, public=True) for code in marts.academies},
            "index": index_page(marts, brand, context, _listed(marts)),
        }
        written = [_write(out / f"{name}.html", page.encode()) for name, page in pages.items()]
        written.append(write_workbook(folder, out / "workbook.xlsx", context, loss))
        written.append(_write(out / "public" / "workbook.xlsx", (out / "workbook.xlsx").read_bytes()))
        written += write_open_data(folder, out / "public" / "open-data", context)
        progress("workbook and open data")
        for name, html, pdf in printing:
            written.append(_write(out / f"{name}.html", html.encode()))
            written += [_write(out / f"{name}.pdf", pdf)] if pdf else []
    progress(f"{len(printed) + len(pages)} pages, {len(printed)} of them as PDF too" if typesetter() else NO_PANGO)
    return written


def _academy(marts: Marts, code: str, brand: Brand, context: Context, shorter: int) -> str:
    return academy_page(marts, code, brand, context, shorter=shorter)


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    return path


def _beside_the_public(marts: Marts) -> list[tuple[str, str]]:
    academies = [(name, f"academies/{code}.html") for code, name in marts.academies.items()]
    return [
        ("Every figure as a workbook", "workbook.xlsx"),
        ("The figures of each year and term as CSV, with their description", "open-data/README.txt"),
        *academies,
    ]


def _listed(marts: Marts) -> list[tuple[str, list[Listed]]]:
    """The index: what lies in the release, for whom."""

    def page(title: str, name: str, purpose: str) -> list[Listed]:
        rows = [(title, f"{name}.html", purpose)]
        return rows + ([(f"{title}, to print", f"{name}.pdf", "The same as PDF.")] if typesetter() else [])

    board = page("Board report", "board", "For trustees: findings, decisions, objectives, gaps, incidents, due regard.")
    board += page("Objectives", "objectives", "Every equality objective with its course and its rating.")
    board += page("Staff summary", "staff-summary", "One page in plain words.")
    academies = [row for code, name in marts.academies.items() for row in page(name, f"academies/{code}", "For heads and local governors.")]
    public = page("Equality information", "public/equality-information", "What the law asks to be published every year.")
    public += [(name, f"public/academies/{code}.html", "For anybody.") for code, name in marts.academies.items()]
    figures = [
        ("Workbook", "workbook.xlsx", "Every published figure, one table to a sheet."),
        ("Open data", "public/open-data/README.txt", "CSV pairs, their description, and what each file is."),
        ("Data dictionary", "data-dictionary.html", "What every table, column, measure and group means."),
    ]
    return [("For the board and staff", board), ("For each academy", academies), ("For anybody", public), ("Figures", figures)]

"""What a spreadsheet would run: formulas, macros, links and hidden sheets in anything that leaves."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import yaml

from pipelines import intake
from pipelines.catalogue import load
from pipelines.drills.aftermath import with_correction
from pipelines.drills.door import FIRST, Door
from pipelines.drills.promise import Case
from pipelines.drills.scene import Scene
from pipelines.release.manifest import read
from pipelines.reporting.open_data import write_open_data
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.sql import answers, as_csv, open_marts
from pipelines.reporting.workbook import write_workbook

STARTS = ("=", "+", "-", "@", "\t", "\r")
NAMED = ("=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FOREIGN = ("vbaProject", "externalLink", "oleObject", "activeX", "ctrlProps", "embeddings", "connections", "queryTable", "customUI")


def formulas(scene: Scene) -> Iterator[Case]:
    """Cells that begin as formulas do, in headings, values and declared names; then every workbook and CSV is looked through."""
    door = Door.of(scene)
    for start in NAMED:
        column, heading = f'"{start}"'.encode(), f"{start[0]}Ethnicity Code"
        lines = b"\n".join(line.rstrip() + b"," + column for line in door.pupils(FIRST).splitlines())
        spoilt = lines.replace(b"Ethnicity Code", f'"{heading}"'.encode()).replace(b"White - British", start.strip().encode())
        told = door.send(FIRST, f"{len(start)}{ord(start[0])} 2025-26.csv", spoilt)
        rows = told["page"].with_name("issues.csv").read_text("utf-8-sig")
        named = heading.strip() in rows
        yield Case(f"issues of a file with {start!r}", named and not running(rows), f"{len(rows.splitlines())} lines")
    catalogue = load(door.home.trust)
    for name in scene.some(sorted(catalogue.datasets), 4):
        content = intake.template(catalogue.datasets[name], catalogue)
        yield Case(f"template of {name}", not unsafe(content), "; ".join(unsafe(content))[:80])
    home = scene.released()
    reports = home.releases / "current" / "reports"
    books, tables = sorted(reports.rglob("*.xlsx")), sorted(reports.rglob("*.csv"))
    yield Case("workbooks of the release", bool(books) and not any(unsafe(book.read_bytes()) for book in books), f"{len(books)} files")
    yield Case(
        "open data of the release", bool(tables) and not any(running(one.read_text("utf-8-sig")) for one in tables), f"{len(tables)} files"
    )
    marts = Path(shutil.copytree(home.releases / "current" / "marts", scene.place("marts")))
    loss = (read(home.releases / "current").disclosure.model_extra or {})["loss"]
    for start in NAMED if scene.full else NAMED[:2]:
        for dimension in ("areas", "groups"):
            path = marts / f"dim_{dimension}.parquet"
            frame = pd.read_parquet(path)
            frame.assign(label=[f"{start} {row}" for row in range(len(frame))]).to_parquet(path)
        context = Context(period="2025-26", made_up=True, threshold=10, few_below=20, reference_date=None)
        out = scene.place("out")
        book = write_workbook(marts, out / "workbook.xlsx", context, loss)
        yield Case(
            f"workbook whose areas and groups are named {start!r}", not unsafe(book.read_bytes()), "; ".join(unsafe(book.read_bytes()))[:80]
        )
        files = [path for path in write_open_data(marts, out / "open", context) if path.suffix == ".csv"]
        yield Case(f"open data whose areas and groups are named {start!r}", not any(running(path.read_text("utf-8-sig")) for path in files))
        answered = as_csv(answers(open_marts(marts), "select label from dim_areas")[0])
        yield Case(f"an answer as CSV with {start!r}", not running(answered))
    if scene.full:
        home = with_correction(scene)
        declared = yaml.safe_load((home.trust / "academies.yml").read_text("utf-8"))
        declared["academies"][0]["name"] = '=HYPERLINK("http://example.org","see")'
        (home.trust / "academies.yml").write_text(yaml.safe_dump(declared), "utf-8")
        done = scene.refresh(home)
        reports = home.draft / "reports"
        left = any(unsafe(one.read_bytes()) for one in reports.rglob("*.xlsx")) or any(
            running(one.read_text("utf-8-sig")) for one in reports.rglob("*.csv")
        )
        yield Case("a whole release of an academy named as a formula", not done.returncode and not left)


def running(text: str) -> list[str]:
    """The cells of a CSV that a spreadsheet would run; a number below nought is none."""
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row if cell.startswith(STARTS) and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip() == cell


def unsafe(book: bytes) -> list[str]:
    """What a workbook holds that can run, lead elsewhere or be hidden."""
    found = []
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        found += [name for name in archive.namelist() if any(part.lower() in name.lower() for part in FOREIGN)]
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            root = ElementTree.fromstring(archive.read(name))
            found += [f"{name}: a link to elsewhere" for item in root.iter() if item.get("TargetMode") == "External"]
            if name == "xl/workbook.xml":
                found += [
                    f"{item.get('name')} is hidden" for item in root.iter(f"{MAIN}sheet") if item.get("state", "visible") != "visible"
                ]
            if name.startswith("xl/worksheets/"):
                found += [f"{name}: a formula" for _ in root.iter(f"{MAIN}f")]
                found += [f"{name}: something hidden" for item in root.iter() if item.get("hidden") in ("1", "true")]
            texts = [item.text or "" for item in root.iter(f"{MAIN}t")]
            found += [f"{name}: a text that begins as a formula" for text in texts if text.startswith(STARTS)]
    return found

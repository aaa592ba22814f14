"""What is held of one person as a folder to hand over: a cover page, a table for each dataset, and all of it as JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from pipelines.catalogue.model import Catalogue, Dataset
from pipelines.home import Home
from pipelines.home.whole import make_private, write_whole
from pipelines.intake.ledger import Ledger
from pipelines.intake.people import undeclared
from pipelines.intake.receipts import day, environment, harmless

COVER, DATA = "cover.html", "data.json"


def write(folder: Path, rows: dict[str, list[dict[str, Any]]], catalogue: Catalogue, home: Home, now: dt.datetime) -> None:
    """Write ``rows`` by dataset into ``folder``, readable by its owner alone."""
    make_private(folder)
    for name, found in rows.items():
        write_whole(folder / f"{name}.csv", _table(catalogue.datasets[name], found).encode())
    write_whole(folder / DATA, json.dumps(rows, default=str, ensure_ascii=False, indent=1).encode())
    page = (
        environment()
        .get_template("person.html")
        .render(
            trust=catalogue.trust.name,
            contact=catalogue.brand.contact,
            today=day(now),
            datasets=[_told(catalogue.datasets[name], found, catalogue, home) for name, found in sorted(rows.items())],
            raw_days=catalogue.retention.superseded_days,
            undeclared=list(undeclared(home, catalogue)),
        )
    )
    write_whole(folder / COVER, page.encode())


def _table(dataset: Dataset, rows: list[dict[str, Any]]) -> str:
    """As CSV under the titles of the catalogue, safe to open in a spreadsheet."""
    titles = {item.name: item.title for item in dataset.fields}
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(titles.get(name, name.replace("_", " ").capitalize())) for name in columns])
    writer.writerows([["" if row.get(name) is None else harmless(str(row[name])) for name in columns] for row in rows])
    return "\ufeff" + text.getvalue()


def _told(dataset: Dataset, rows: list[dict[str, Any]], catalogue: Catalogue, home: Home) -> dict[str, Any]:
    held = {name for row in rows for name in row}
    fields = [item for item in dataset.fields if item.name in held or any(one.name in held for one in item.derives)]
    urns = {str(row["academy_urn"]) for row in rows}
    names = {academy.urn: academy.name for academy in catalogue.trust.academies}
    with closing(Ledger(home.ledger)) as ledger:
        used = {entry.reference for entry in ledger.slices(active=True) if entry.key.dataset == dataset.name and entry.key.urn in urns}
        received = [entry.received for entry in ledger.files() if entry.reference in used]
    return {
        "name": dataset.name,
        "title": dataset.title,
        "rows": len(rows),
        "from": ", ".join(sorted(names.get(urn, catalogue.trust.central or urn) for urn in urns)),
        "received": day(max(received)) if received else "",
        "reasons": sorted({(item.purpose, item.lawful_basis, item.special_basis or "", _years(item.retention_years)) for item in fields}),
        "fields": ", ".join(_titles(fields)),
    }


def _titles(fields: Iterable[Any]) -> list[str]:
    return [item.title for item in fields]


def _years(number: int) -> str:
    return f"{number} years after the academic year" if number else "not kept"

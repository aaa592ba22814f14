"""The door of a made-up trust, as drills use it: files put into a drop folder, taken in, and what of them is in use."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines import intake
from pipelines.drills.scene import Scene
from pipelines.home import Home, duck
from pipelines.home.parquet import landed
from pipelines.orchestration import steps
from pipelines.orchestration.opened import Opened

FIRST, SECOND = "900401", "900402"
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Door:
    """A home whose drop folders were emptied, what had lain in them by folder and name, and the gate that real files pass."""

    opened: Opened
    files: dict[tuple[str, str], bytes]

    @classmethod
    def of(cls, scene: Scene) -> Door:
        home = scene.dropped()
        files = {}
        for path in sorted(home.drop.glob("*/*")):
            files[path.parent.name, path.name] = path.read_bytes()
            path.unlink()
        return cls(Opened.at(home.root), files)

    @property
    def home(self) -> Home:
        return self.opened.home

    def pupils(self, urn: str) -> bytes:
        """An academy's list of pupils, as its MIS exports it."""
        report = {FIRST: "Equality_report", SECOND: "Student_list"}[urn]
        (found,) = [content for (place, name), content in self.files.items() if place == urn and report in name]
        return found

    def drop(self, place: str, name: str | bytes, content: bytes, modified: dt.datetime = NOW) -> Path:
        """A file in a drop folder."""
        path = self.home.drop / place / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (modified.timestamp(), modified.timestamp()))
        return path

    def take_in(self, now: Callable[[], dt.datetime] = lambda: NOW, settle: float = 0) -> intake.IntakeReport:
        """One run of intake, with the gate of a real one."""
        gate = steps.gate_1(self.opened)
        return intake.take_in(self.home, self.opened.keys, self.opened.catalogue, gate, clock=now, settle=settle)

    def send(self, place: str, name: str | bytes, content: bytes) -> dict[str, Any]:
        """Drop one file and take it in; its receipt."""
        self.drop(place, name, content)
        (settled,) = self.take_in().settled
        told: dict[str, Any] = json.loads(settled.receipt.with_name("receipt.json").read_text("utf-8"))
        return told | {"page": settled.receipt}

    def tables(self, urn: str = "*") -> dict[str, list[str]]:
        """The rows in use by dataset, of all academies or of one, in an order of their own."""
        connection = duck.connect(self.home, self.opened.keys)
        found = {}
        try:
            for dataset in self.opened.catalogue.datasets:
                files = list(self.home.landing.glob(f"{dataset}/period=*/academy_urn={urn}/*.parquet"))
                if files:
                    found[dataset] = sorted(map(repr, connection.execute(f"from {landed(files)}").fetchall()))
        finally:
            connection.close()
        return found


def workbook(rows: Iterable[Iterable[str]]) -> bytes:
    """The rows as an Excel workbook."""
    from openpyxl import Workbook

    book, content = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("Pupils")
    for row in rows:
        sheet.append(list(row))
    book.save(content)
    return content.getvalue()

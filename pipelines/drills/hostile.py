"""Files, names, headings and values that somebody made in order to do harm."""

from __future__ import annotations

import html
import os
import shutil
import sqlite3
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import yaml

from pipelines.drills.aftermath import damage, with_correction
from pipelines.drills.door import FIRST, SECOND, Door
from pipelines.drills.promise import Case
from pipelines.drills.scene import Scene
from pipelines.intake import receipts
from pipelines.intake.arrivals import MOST_BYTES
from pipelines.intake.extents import MOST_CELLS
from pipelines.intake.tables import NARROWEST
from pipelines.orchestration.opened import Opened
from pipelines.reporting.sql import NotAnswered, answers, open_marts

SECONDS, MEGABYTES = 10.0, 1000
"""What one file may cost: time of the processor, and memory of the process at its largest (which Linux starts anew with the program)."""
MEASURED = """
import json, os, re, sys
from pathlib import Path
from pipelines.cli import app
try:
    app(sys.argv[1:])
finally:
    used, most = os.times(), re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps([used.user + used.system, int(most[1]) / 1024]), file=sys.stderr)
"""
HEAD = b"UPN,Sex,Year Group,Ethnicity\n"
ROWS, LINES = MOST_CELLS // 4 - 1, MOST_CELLS // NARROWEST - 1
ALMOST = MOST_BYTES - 100


# 10: bounded memory and time


def _zipped(parts: dict[str, Callable[[], Iterator[bytes]]], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, chunks in parts.items():
            with archive.open(name, "w", force_zip64=True) as part:
                for chunk in chunks():
                    part.write(chunk)


def _sheet(inside: bytes, times: int = 1, path: Path = Path()) -> None:
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    many = 1 << 16
    chunks = lambda: iter([head, *[inside * min(many, times - done) for done in range(0, times, many)], b"</sheetData></worksheet>"])  # noqa: E731
    _zipped({"xl/workbook.xml": lambda: iter([b"<workbook/>"]), "xl/worksheets/sheet1.xml": chunks}, path)


def _sparse(size: int, start: bytes) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        path.write_bytes(start)
        os.truncate(path, size)

    return make


def _filled(start: bytes, again: bytes, end: bytes = b"") -> Callable[[Path], object]:
    """``start``, then ``again`` as often as the largest file that is read has room for."""
    return lambda path: path.write_bytes(start + again * ((ALMOST - len(start) - len(end)) // len(again)) + end)


WIDE = b",".join(b"c%d" % number for number in range(480))
XML = b"<?xml version='1.0'?>"
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 10))
HOSTILE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "zip bomb": ("xlsx", lambda path: _sheet(b"<row><c t='n'><v>1</v></c></row>", 30_000_000, path)),
    "zip of zips": ("zip", lambda path: _zipped({f"{n}.zip": lambda: iter([bytes(1 << 20)]) for n in range(3000)}, path)),
    "a cell in the farthest corner": ("xlsx", lambda path: _sheet(b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>", 1, path)),
    "a million columns, workbook": ("xlsx", lambda path: _sheet(b"<row>" + b"<c><v>1</v></c>" * 1_000_000 + b"</row>", 1, path)),
    "a million columns, csv": ("csv", lambda path: path.write_bytes(HEAD.strip() + b",x" * 1_000_000 + b"\n1,2\n")),
    "a billion laughs": (
        "xml",
        lambda path: path.write_bytes(XML + b'<!DOCTYPE m [<!ENTITY l0 "lol">' + LAUGHS + b"]><m>&l9;</m>") and None,
    ),
    "an entity that reads a file": (
        "xml",
        lambda path: path.write_bytes(XML + b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><m>&x;</m>') and None,
    ),
    "a cell of 1 GB": ("csv", _sparse(1 << 30, HEAD + b'"')),
    "a cell as large as is read": ("csv", _filled(HEAD + b'"', b"x" * 1000)),
    "a sparse file of 10 GB": ("csv", _sparse(10 << 30, HEAD)),
    "as many rows as fit": ("csv", _filled(HEAD, b"a,b\n")),
    "short rows under wide headings": ("csv", _filled(HEAD.strip() + b"," + WIDE + b"\n", b"a\n")),
    "nothing but line ends": ("csv", _filled(HEAD, b"\n")),
    "nothing but commas": ("csv", _filled(HEAD, b"," * 499 + b"\n")),
    "letters of no encoding": ("csv", _filled(HEAD, b"\xff\n")),
    "deep lists": ("json", _filled(b"[", b"[")),
    "empty objects": ("json", _filled(b"[", b"{},", b"{}]")),
    "empty objects after a wide one": ("json", _filled(b"[{" + b",".join(b'"k%d":1' % n for n in range(490)) + b"},", b"{},", b"{}]")),
    "empty records after a wide one": (
        "xml",
        _filled(
            XML + b"<M><PupilOnRoll>" + b"".join(b"<k%d>1</k%d>" % (n, n) for n in range(490)) + b"</PupilOnRoll>",
            b"<PupilOnRoll/>",
            b"</M>",
        ),
    ),
    "as many cells as are read, csv": ("csv", lambda path: path.write_bytes(HEAD + b"a,b,c,d\n" * (LINES - 1))),
    "as many objects as are read, json": ("json", lambda path: path.write_bytes(b"[" + b'{"upn":1},' * (ROWS - 1) + b"{}]")),
    "as many records as are read, xml": (
        "xml",
        lambda path: path.write_bytes(XML + b"<M>" + b"<PupilOnRoll><UPN>a</UPN></PupilOnRoll>" * (ROWS - 1) + b"</M>"),
    ),
    "millions of attributes": (
        "xml",
        lambda path: path.write_bytes(XML + b"<M " + b" ".join(b'a%d=""' % n for n in range(4_000_000)) + b"/>") and None,
    ),
}


def hostile(scene: Scene) -> Iterator[Case]:
    """Each file checked by a process of its own whose time and memory are measured; then the largest one dropped."""
    door = Door.of(scene)
    for name in scene.some(list(HOSTILE), 4):
        kind, make = HOSTILE[name]
        path = scene.place("hostile").with_suffix(f".{kind}")
        make(path)
        words = [sys.executable, "-c", MEASURED, "check", str(path), "--home", str(door.home.root), "--urn", FIRST]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        path.unlink()
        try:
            seconds, megabytes = yaml.safe_load(done.stderr.strip().splitlines()[-1])
        except (IndexError, ValueError, TypeError, yaml.YAMLError):
            seconds = megabytes = float("inf")
        within = seconds < SECONDS and megabytes < MEGABYTES
        refused = done.returncode == 1 and done.stdout.startswith("Not accepted")
        yield Case(name, refused and within, f"{seconds:.1f} s, {megabytes:.0f} MB" + ("" if refused else ", not refused"))
    _sparse(10 << 30, HEAD)(door.drop(FIRST, "Pupils 2025-26.csv", b""))
    (settled,) = door.take_in().settled
    yield Case("10 GB in a drop folder: answered, and not read", settled.outcome == receipts.REFUSED and not any(door.home.raw.iterdir()))


# 24: hostile names

NAMES = (
    b"..\\..\\x 2025-26.csv",
    b"..%2f..%2fx 2025-26.csv",
    b"...csv",
    b"a\nb 2025-26.csv",
    b"a\r\nb.csv",
    b"a\tb.csv",
    b"\x1b[31mred.csv",
    b"a\x7fb.csv",
    b"x" * 251 + b".csv",
    "a\u202efdp.csv".encode(),
    "a\u200bb.csv".encode(),
    "a\u2066b.csv".encode(),
    b"-rf.csv",
    b"--help",
    b"\xff\xfe.csv",
    b"$(touch pwned).csv",
    b"`touch pwned`.csv",
    b"; touch pwned.csv",
    b"|touch pwned",
    b"&& touch pwned.csv",
    b"<script>alert(1).csv",
    b"{{7*191}}.csv",
    b"{% raw %}.csv",
    b"' or 1=1 --.csv",
    b'"; drop table files; --.csv',
    b"%s%n.csv",
    b"CON.csv",
    b"~root.csv",
    b"*.csv",
    b"=1+1.csv",
    "\ufeffbom.csv".encode(),
    "e\u0301 2025-26.csv".encode(),
    b" leading 2025-26.csv",
    b"trailing .csv ",
    b"a:b.csv",
    b"#.csv",
    b"&amp;.csv",
)


def odd_names(scene: Scene) -> Iterator[Case]:
    """A good file under each name: its bytes lie under their hash, its receipt shows the name spelt out, and nothing else appears anywhere."""
    door = Door.of(scene)
    content = door.pupils(FIRST)
    allowed = {path.name for path in door.home.root.iterdir()} | {"ledger.sqlite", "receipts"}
    for number, name in enumerate(scene.some(NAMES, 12)):
        changed = content.rstrip() + b"\n" + b"\n" * number
        told = door.send(FIRST, name, changed)
        page = told["page"].read_text("utf-8")
        kept = [path for place in (door.home.raw, door.home.quarantine) for path in place.iterdir()]
        hashed = all(path.name == told["content_hash"] or len(path.name) == 64 for path in kept) and told["content_hash"] in {
            p.name for p in kept
        }
        plain = not [sign for sign in told["file"] if unicodedata.category(sign)[0] == "C"]
        shown = html.escape(told["file"], quote=False).replace("'", "&#39;") in page.replace("&#34;", '"') or told["file"] in html.unescape(
            page
        )
        raw = os.fsdecode(name)
        harmless = "<script" not in page and "1337" not in page and (raw == told["file"] or raw not in page)
        stray = {path.name for path in door.home.root.iterdir()} - allowed or (Path.cwd() / "pwned").exists()
        gone = not (door.home.drop / FIRST / raw).exists()
        yield Case(f"name {NAMES.index(name)}", hashed and plain and shown and harmless and not stray and gone, told["outcome"])


# 27: SQL and templates

PAYLOADS = (
    "'; drop table files; --",
    '"); drop table landed; --',
    "x' or '1'='1",
    "{{ 7*191 }}",
    "{% for x in [7] %}{{ x*191 }}{% endfor %}",
    "${7*191}",
    "#{7*191}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "'||(select 7*191)||'",
    "\\'; select 7*191; --",
    "%(name)s",
    "{0.__class__}",
    "$$; select 7*191; $$",
)
DOORS = (
    "select * from read_csv('/etc/passwd')",
    "from '/etc/passwd'",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from glob('/*')",
    "copy (select 1) to 'pwned.csv'",
    "copy (select 1) to '/tmp/pwned.csv'",
    "attach 'pwned.db'",
    "attach ':memory:' as m",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "reset enable_external_access",
    "set lock_configuration = false",
    "create table pwned as select 1",
    "insert into mart_gaps select * from mart_gaps",
    "update mart_gaps set gap = 0",
    "delete from mart_gaps",
    "drop table mart_gaps",
    "export database 'pwned'",
    "import database 'pwned'",
    "select * from 'https://example.org/a.parquet'",
    "select * from read_parquet('https://example.org/a.parquet')",
    "select * from query('select 1')",
    "select * from query_table('mart_gaps')",
    "select * from sniff_csv('/etc/passwd')",
    "select getenv('HOME')",
    "select 1; copy (select 1) to 'pwned.csv'",
    "/* */ copy (select 1) to 'pwned.csv'",
    "select * from read_csv /* */ ('/etc/passwd')",
    "call pragma_version()",
    "select * from parquet_scan('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "prepare p as copy (select 1) to 'pwned.csv'",
    "explain analyze copy (select 1) to 'pwned.csv'",
    "use temp",
    "vacuum",
    "checkpoint",
)


def injections(scene: Scene) -> Iterator[Case]:
    """Words of SQL and of templates as headings, values, file names and names of academies; and doors out of `equality query`."""
    door = Door.of(scene)
    door.send(SECOND, "Pupils_2025-26.csv", door.pupils(SECOND))
    others, content = door.tables(SECOND), door.pupils(FIRST)
    head, body = content.split(b"\n", 1)
    for payload in scene.some(PAYLOADS, 5):
        cell = ('"' + payload.replace('"', '""') + '"').encode()
        lines = body.splitlines()
        widened = b"\n".join([head.rstrip() + b"," + cell, *(line + b"," + cell for line in lines)])
        in_place = content.replace(b"White - British", payload.replace(",", " ").replace('"', "").encode())
        for what, bytes_ in (("a heading and its values", widened), ("a code", in_place)):
            told = door.send(FIRST, f"{payload.replace('/', '')[:40]} 2025-26.csv", bytes_)
            page = told["page"].read_text("utf-8")
            clean = "1337" not in page and "<script" not in page and "<img" not in page
            yield Case(f"{what}: payload {PAYLOADS.index(payload)}", clean and door.tables(SECOND) == others != {}, told["outcome"])
    with closing(sqlite3.connect(door.home.ledger)) as ledger:
        yield Case(
            "the ledger is whole",
            ledger.execute("pragma integrity_check").fetchone() == ("ok",)
            and ledger.execute("select count(*) from files").fetchone()[0] > 5,
        )
    academies = door.home.trust / "academies.yml"
    declared = yaml.safe_load(academies.read_text("utf-8"))
    declared["academies"][0]["name"] = "{{ 7*191 }}'; drop table files; -- <script>"
    academies.write_text(yaml.safe_dump(declared), "utf-8")
    again = Door(Opened.at(door.home.root), door.files)
    told = again.send(FIRST, "Pupils 2025-26_20261119T0900.csv", content)
    page = told["page"].read_text("utf-8")
    yield Case(
        "the name of an academy, in a receipt", "1337" not in page and "<script" not in page and "{{ 7*191 }}" in page, told["outcome"]
    )
    home = scene.released()
    marts = Path(shutil.copytree(home.releases / "current" / "marts", scene.place("marts")))
    before = set(Path.cwd().iterdir())
    for asked in scene.some(DOORS, len(DOORS)):
        try:
            answers(open_marts(marts), asked)
            refused = False
        except NotAnswered:
            refused = True
        yield Case(f"query: {asked[:60]}", refused and set(Path.cwd().iterdir()) == before and not Path("/tmp/pwned.csv").exists())
    if scene.full:
        home = with_correction(scene)
        declared = yaml.safe_load((home.trust / "academies.yml").read_text("utf-8"))
        declared["name"] = declared["academies"][0]["name"] = "{{ 7*191 }}'; drop table files; -- <script>alert(1)</script>"
        (home.trust / "academies.yml").write_text(yaml.safe_dump(declared), "utf-8")
        done = scene.refresh(home)
        pages = [path.read_text("utf-8") for path in (home.draft / "reports").rglob("*.html")]
        escaped = pages != [] and not any("<script>alert" in page for page in pages)
        yield Case("the names of the trust and an academy, in every page", not done.returncode and not damage(home) and escaped)

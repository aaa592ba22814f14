"""People who do not exist, planted in dropped files so that every trace of them is a leak; and the search for it, whatever it was dressed in."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import os
import re
import sqlite3
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.demo.identifiers import unique_pupil_number
from pipelines.home import Home

PUPIL = unique_pupil_number(9876, 19, 731)
SURNAME, FORENAME, POSTCODE, BIRTH = "Zqvxwarblington", "Kwyjiblottina", "ZX9 7QJ", ("2016-02-29", "29/02/2016")
WORDS = (PUPIL, SURNAME, FORENAME, POSTCODE, POSTCODE.replace(" ", ""), *BIRTH)
"""What must be found nowhere: number, names, postcode and birth date, as files spell them."""
LISTS = {"900401": "SIMS_Equality_report", "900402": "Arbor_Student_list"}
_CELLS = {
    "UPN": PUPIL, "Legal Surname": SURNAME, "Legal Last Name": SURNAME, "Legal Forename": FORENAME, "Legal First Name": FORENAME,
    "DOB": BIRTH[1], "Date of Birth": BIRTH[0], "Former UPN": "", "Postcode": POSTCODE,
}  # fmt: skip
_LEFT = {"Leaving date": "2025-12-19"}
"""In the second academy the pupil has left: one person in two academies, who counts once."""
POLL = 0.02
SHORTEST = 6
MOST_LAYERS = 4
_ZLIB = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def plant(home: Home) -> None:
    """One pupil in the lists of both academies, with a postcode that no contract asks for."""
    for urn, name in LISTS.items():
        (path,) = (home.drop / urn).glob(f"{name}*.csv")
        add_row(path, _CELLS | (_LEFT if urn == "900402" else {}))


def add_row(path: Path, cells: dict[str, str]) -> None:
    """A copy of an early row of the file with these ``cells``, by heading; a heading that it has not comes at the end. Times stay."""
    moments, encoding = path.stat(), "utf-8-sig"
    try:
        text = path.read_bytes().decode(encoding)
    except UnicodeDecodeError:
        encoding, text = "cp1252", path.read_bytes().decode("cp1252")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    at = next(number for number, line in enumerate(lines) if "UPN" in line)
    lines = [[*line, "Postcode" if number == at else ""] for number, line in enumerate(lines)]
    row = [cells.get(heading, cell) for heading, cell in zip(lines[at], lines[at + 2], strict=True)]
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([*lines[: at + 3], row, *lines[at + 3 :]])
    path.write_bytes(written.getvalue().encode(encoding))
    os.utime(path, ns=(moments.st_atime_ns, moments.st_mtime_ns))


class Needles:
    """Every dress a word may come in: cases, UTF-8 and UTF-16, hexadecimal, base64 at each of three places, and the usual hashes."""

    def __init__(self, words: Iterable[str] = WORDS) -> None:
        self.by_start: dict[bytes, list[bytes]] = {}
        self.pairs = np.zeros((3, 1 << 16), dtype=bool)
        for needle in {dressed for word in words for spelt in {word, word.upper(), word.lower()} for dressed in _dresses(spelt)}:
            self.by_start.setdefault(needle[:4], []).append(needle)
            for place in range(3):
                self.pairs[place, needle[2 * place] << 8 | needle[2 * place + 1]] = True

    def search(self, content: bytes) -> bool:
        """Whether any stands in ``content``. Three pairs of bytes are looked up at every place, and only where all three fit is it compared."""
        if len(content) < SHORTEST:
            return False
        given = np.frombuffer(content, dtype=np.uint8).astype(np.uint16)
        pairs = given[:-1] << 8 | given[1:]
        places = np.flatnonzero(self.pairs[0][pairs[:-4]])
        for place in (1, 2):
            places = places[self.pairs[place][pairs[places + 2 * place]]]
        return any(content.startswith(needle, at) for at in places.tolist() for needle in self.by_start.get(content[at : at + 4], ()))


def _dresses(spelt: str) -> Iterator[bytes]:
    plain = spelt.encode()
    yield from (plain, spelt.encode("utf-16-le"), spelt.encode("utf-16-be"), plain.hex().encode(), plain.hex().upper().encode())
    yield from (dressed for shift in range(3) if len(dressed := _base64(plain, shift)) >= SHORTEST)
    for kind in ("sha256", "sha1", "md5"):
        digest = hashlib.new(kind, plain).digest()
        yield from (digest, digest.hex().encode(), digest.hex().upper().encode(), base64.b64encode(digest).rstrip(b"="))


def _base64(plain: bytes, shift: int) -> bytes:
    """What of the base64 of ``plain``, ``shift`` bytes into some text, does not depend on what stands around it."""
    whole = base64.b64encode(bytes(shift) + plain)
    return whole[-(-shift * 8 // 6) : (shift + len(plain)) * 8 // 6]


@dataclass
class Searched:
    """Where canaries were found, and how much was searched: files, and bytes with everything unpacked."""

    found: list[str] = field(default_factory=list)
    files: int = 0
    bytes: int = 0

    @property
    def told(self) -> str:
        where = f"found in {', '.join(self.found[:5])}; " if self.found else ""
        return f"{where}{self.files} files, {self.bytes / 1e6:.1f} MB searched"


def search(places: Sequence[Path], needles: Needles, but: Callable[[Path], bool] = lambda path: False) -> Searched:
    """Every file below ``places``, and its name, in all its layers."""
    result = Searched()
    for path in _files(places):
        if but(path):
            continue
        result.files += 1
        hit = needles.search(os.fsencode(path.name))
        for layer in layers(path.read_bytes(), path):
            result.bytes += len(layer)
            hit = hit or needles.search(layer)
        if hit:
            result.found.append(path.name)
    return result


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place] if place.is_file() else []:
            if path.is_file() and not path.is_symlink():
                yield path


def layers(content: bytes, path: Path | None = None, depth: int = 0) -> Iterator[bytes]:
    """The bytes, and what is packed in them: zip (workbooks too), gzip, the streams of a PDF, plain Parquet, SQLite."""
    yield content
    if depth >= MOST_LAYERS:
        return
    if content.startswith(b"PK\x03\x04"):
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.infolist():
                yield from layers(archive.read(part), None, depth + 1)
    elif content.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError, zlib.error):
            yield from layers(gzip.decompress(content), None, depth + 1)
    elif content.startswith(b"%PDF"):
        for stream in _ZLIB.findall(content):
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(stream)
    elif content.startswith(b"PAR1"):
        import pyarrow.parquet as pq

        table = pq.read_table(io.BytesIO(content))
        yield "\n".join(str(column.to_pylist()) for column in table.columns).encode()
    elif content.startswith(b"SQLite format 3") and path is not None:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
                rows = connection.execute(f'select * from "{name}"')
                yield "\n".join(str(cell) for row in rows for cell in row).encode("utf-8", "replace")


@contextmanager
def watched(folders: Sequence[Path], into: Path) -> Iterator[None]:
    """While it lasts, every file that appears in ``folders``, if only for a moment, is kept under a second name in ``into``."""
    into.mkdir(parents=True, exist_ok=True)
    over = threading.Event()

    def look() -> None:
        while not over.wait(POLL):
            for folder in folders:
                for path in _quietly(folder):
                    with suppress(OSError):
                        os.link(path, into / f"{path.stat().st_ino}-{path.name}", follow_symlinks=False)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _quietly(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    except OSError:
        return []

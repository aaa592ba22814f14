"""One file with everything of a trust that cannot be made again, and a home made from it. The keys go into a file of their own, if at all.

The file is a plain tar: the files, then ``backup.json`` with the hash of each, then that page's signature. What can be made again (warehouse,
draft), what is not settled (drop, quarantine) and Dagster's own storage are left out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.home.paths import LAYOUT, Home, HomeError
from pipelines.home.signing import is_signed, sign
from pipelines.home.whole import flush_directory, move

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT: Final = 1
CONTENTS, SIGNATURE = "backup.json", "backup.sig"
LEDGER, CURRENT = "ledger.sqlite", "releases/current"
HELD = ("audit.log", "layout.json", "trust", "raw", "landing", "receipts", "releases", "impact")
"""What a backup holds of a home besides the ledger."""
BOUND = b"equality backup\n"
CHUNK = 1 << 20


class Contents(BaseModel):
    """What a backup says of itself. ``files``: path -> (SHA-256, bytes). ``audit``: hash of the log's last line. ``current``: readers' release."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = FORMAT
    layout: int
    made: dt.datetime
    audit: str
    current: str = ""
    files: dict[str, tuple[str, int]]


def write(home: Home, target: Path, audit: str, now: dt.datetime) -> Contents:
    """Write the backup to ``target`` whole or not at all. Hold the home's lock. :class:`HomeError` where something lies there or it cannot be."""
    current = home.root / CURRENT
    with _written(home, target) as tar:
        files = {LEDGER: _put(tar, LEDGER, io.BytesIO(snapshot), len(snapshot))} if (snapshot := _ledger(home)) else {}
        for path in _files(home):
            inside = path.relative_to(home.root).as_posix()
            with path.open("rb") as file:
                files[inside] = _put(tar, inside, file, os.fstat(file.fileno()).st_size)
        link = str(current.readlink()) if current.is_symlink() else ""
        contents = Contents(layout=home.layout, made=now, audit=audit, current=link, files=files)
        told = contents.model_dump_json(indent=1).encode()
        for name, content in ((CONTENTS, told), (SIGNATURE, sign(home, BOUND + told))):
            _put(tar, name, io.BytesIO(content), len(content))
    return contents


def write_keys(home: Home, target: Path) -> None:
    """Write the keys, and nothing else, to ``target``: whoever has it and a backup can read everything."""
    with _written(home, target) as tar:
        for path in sorted(path for path in home.keys.iterdir() if not path.name.startswith(".")):
            with path.open("rb") as file:
                _put(tar, path.name, file, os.fstat(file.fileno()).st_size)


def verify(path: Path, by: Collection[Ed25519PublicKey]) -> tuple[Contents | None, list[str]]:
    """What the backup at ``path`` holds, and every problem of it in plain words. Without keys ``by`` its signature is not asked for."""
    found: dict[str, tuple[str, int]] = {}
    told, signature, problems = b"", b"", []
    try:
        for name, file, size in _members(path):
            if name == CONTENTS:
                told = file.read()
            elif name == SIGNATURE:
                signature = file.read()
            elif name in found:
                problems.append(f"{name} is in it twice")
            else:
                found[name] = (_copied(file, None), size)
        contents = Contents.model_validate_json(told)
    except FileNotFoundError:
        return None, ["there is no such file"]
    except (tarfile.TarError, OSError, EOFError, ValidationError):
        return None, [f"it is no backup that this version reads, or it is damaged or cut short ({CONTENTS} cannot be read)"]
    problems += [f"{name} is missing" for name in contents.files.keys() - found.keys()]
    problems += [f"{name} does not belong in it" for name in found.keys() - contents.files.keys()]
    problems += [f"{name} was changed" for name in contents.files.keys() & found.keys() if contents.files[name] != found[name]]
    problems += [f"{name} does not belong in a home" for name in found if not _belongs(name)]
    if by and not is_signed(BOUND + told, signature, by):
        problems.append("it is not signed by this trust, or was changed after it was signed")
    if contents.layout > LAYOUT:
        problems.append(f"it was made by a later version of this program (layout {contents.layout}). Update the program.")
    return contents, sorted(problems)


def restore(path: Path, home: Home, keys: Path | None, by: Collection[Ed25519PublicKey]) -> Contents:
    """Make ``home``, of which nothing is there yet, from the backup at ``path`` and the file of ``keys``: whole or not at all.

    :class:`HomeError` for a home that is not empty and for a backup that :func:`verify` finds fault with.
    """
    if home.root.exists() and (not home.root.is_dir() or any(home.root.iterdir())):
        raise HomeError(f"{home.root} is not empty; nothing was restored. Name a folder that does not exist yet.")
    contents, problems = verify(path, by)
    if contents is None or problems:
        raise HomeError(f"{path} was not restored: {'; '.join(problems[:5])}{' ...' if problems[5:] else ''}.")
    partial = Home(home.root.with_name(f".{home.root.name}.restoring"))
    try:
        shutil.rmtree(partial.root, ignore_errors=True)
        partial.make()
        for name, file, size in _members(path):
            if name in contents.files and contents.files[name] != (_copied(file, partial.root / name), size):
                raise HomeError(f"{name} changed while it was restored; nothing was restored.")
        if contents.current:
            (partial.root / CURRENT).symlink_to(PurePosixPath(contents.current).name)
        if keys is not None:
            _restore_keys(keys, partial)
        for directory, _, _ in os.walk(partial.root):
            flush_directory(Path(directory))
        move(partial.root, home.root)
    except (OSError, tarfile.TarError) as problem:
        said = problem.strerror if isinstance(problem, OSError) else "damaged"
        raise HomeError(f"{path} could not be restored to {home.root}: {said}. Nothing was restored.") from None
    finally:
        shutil.rmtree(partial.root, ignore_errors=True)
    return contents


def _restore_keys(keys: Path, home: Home) -> None:
    home.keys.mkdir(mode=0o700)
    for name, file, _ in _members(keys):
        if name.startswith(".") and "/" not in name:
            continue  # what an interrupted write or an editor left beside the keys
        if "/" in name:
            raise HomeError(f"{keys} is no file of keys; nothing was restored.")
        _copied(file, home.keys / name)


@contextmanager
def _written(home: Home, target: Path) -> Iterator[tarfile.TarFile]:
    """A tar that is at ``target`` once it is whole and on disk, readable by the owner alone."""
    partial = target.with_name(f".{target.name}.partial")
    if target.exists():
        raise HomeError(f"{target} exists already; nothing was written.")
    if target.resolve().is_relative_to(home.root):
        raise HomeError(f"{target} lies in the home itself, and would be lost with it. Name another place.")
    try:
        with open(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield tar
            file.flush()
            os.fsync(file.fileno())
        move(partial, target)
    except OSError as problem:
        raise HomeError(f"{target} could not be written: {problem.strerror}. Nothing was left there.") from None
    finally:
        partial.unlink(missing_ok=True)


def _files(home: Home) -> Iterator[Path]:
    """Every file that a backup holds, in order; what an interrupted run left (a name with a dot before it) is nobody's."""
    for name in HELD:
        top = home.root / name
        if top.is_file():
            yield top
        for directory, folders, names in os.walk(top):
            folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
            for path in (Path(directory, item) for item in sorted([*folders, *names]) if not item.startswith(".")):
                if path.is_symlink() and path != home.root / CURRENT:
                    raise HomeError(f"{path} is a link, and a backup holds files only. Put the file itself there.")
                if path.is_file() and not path.is_symlink():
                    yield path


def _ledger(home: Home) -> bytes:
    """The ledger as SQLite copies a database that may be in use; empty where there is none."""
    if not home.ledger.exists():
        return b""
    try:
        with closing(sqlite3.connect(f"{home.ledger.as_uri()}?mode=ro", uri=True)) as ledger, closing(sqlite3.connect(":memory:")) as copy:
            ledger.backup(copy)
            return copy.serialize()
    except sqlite3.DatabaseError:
        raise HomeError(f"The ledger {home.ledger} cannot be read, so nothing was backed up. Restore an earlier backup.") from None


def _put(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> tuple[str, int]:
    """Add one file, without owner, mode or time, which differ between machines; returns its SHA-256 and size."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    reader = _Hashed(content)
    tar.addfile(entry, reader)
    return reader.sha.hexdigest(), size


def _members(path: Path) -> Iterator[tuple[str, IO[bytes], int]]:
    """``(name, content, bytes)`` of every member; :class:`tarfile.TarError` for one that is no file or no tar."""
    with tarfile.open(path, mode="r:") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None:
                raise tarfile.ReadError(f"{member.name} is no file")
            yield member.name, content, member.size


def _belongs(name: str) -> bool:
    """Whether a member's name is a path inside a home where a backup puts something."""
    parts = PurePosixPath(name).parts
    return name == "/".join(parts) and ".." not in parts and (name == LEDGER or parts[0] in HELD)


def _copied(content: IO[bytes], target: Path | None) -> str:
    """The SHA-256 of ``content``, which is written to ``target`` if there is one."""
    reader = _Hashed(content)
    if target is None:
        while reader.read(CHUNK):
            pass
        return reader.sha.hexdigest()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(reader, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())
    return reader.sha.hexdigest()


class _Hashed:
    """A reader that hashes what passes through it."""

    def __init__(self, content: IO[bytes]) -> None:
        self.content, self.sha = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.content.read(size)
        self.sha.update(data)
        return data

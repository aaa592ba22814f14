"""What is said of a release besides the release: when, by whom, approved by whom, and the audit log's hash then. Signed, beside its folder.

A release holds no clock, so that the same inputs give the same bytes; ``releases/<id>.released.json`` holds what has one. Each statement
anchors the audit log: a log that was cut or written anew no longer holds the hash that the statement names.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.home import Home
from pipelines.home.signing import is_signed, sign
from pipelines.home.whole import write_whole
from pipelines.release import approvals, audit
from pipelines.release.bundle import MANIFEST, SIGNATURE
from pipelines.release.manifest import read

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SUFFIX = ".released.json"
BOUND = b"equality statement of release\n"
"""Signed together with a statement, so that its signature is good for nothing else."""


class Statement(BaseModel):
    """``manifest``: SHA-256 of its bytes. ``audit``: hash of the log's line that tells the release. ``signature``: base64, of the rest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: str
    manifest: str
    time: dt.datetime
    by: str
    approved_by: tuple[str, ...]
    audit: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature is of."""
        return BOUND + self.model_dump_json(exclude={"signature"}).encode()


def state(home: Home, by: str, now: dt.datetime) -> None:
    """Log and state every signed release that has no statement yet: the one just made, and one whose making was killed after it appeared."""
    for folder in sorted(home.releases.glob(f"[!.]*/{SIGNATURE}")):
        name = folder.parent.name
        target = home.releases / f"{name}{SUFFIX}"
        if folder.parent.is_symlink() or target.exists():
            continue
        manifest = folder.with_name(MANIFEST).read_bytes()
        approved_by = tuple(sorted(approvals.given(home, read(folder.parent)).values()))
        what = f"released {name}: {hashlib.sha256(manifest).hexdigest()}"
        known = [line for line in audit.lines(home.audit) if line.what == what]
        line = known[-1].hash if known else audit.append(home.audit, by, what, now)
        said = Statement(release=name, manifest=hashlib.sha256(manifest).hexdigest(), time=now, by=by, approved_by=approved_by, audit=line)
        signature = base64.b64encode(sign(home, said.signed_bytes())).decode()
        write_whole(target, said.model_copy(update={"signature": signature}).model_dump_json(indent=2).encode() + b"\n")


def problems(home: Home, by: Collection[Ed25519PublicKey]) -> list[str]:
    """What is wrong with the statements of the home's releases, and with the audit log by their word; empty when nothing is."""
    found, logged = [], {line.hash for line in audit.lines(home.audit)}
    for path in sorted(home.releases.glob(f"[!.]*{SUFFIX}")):
        said = _read(path)
        if said is None or not is_signed(said.signed_bytes(), base64.b64decode(said.signature), by):
            found.append(f"{path.name} was changed, or is not signed by this trust")
        elif said.audit not in logged:
            found.append(f"lines were cut off or written anew: the line that tells {said.release} ({said.time:%-d %B %Y}) is not there")
        elif _differs(home.releases / said.release / MANIFEST, said.manifest):
            found.append(f"{said.release} is not the release that was stated")
    for signature in sorted(home.releases.glob(f"[!.]*/{SIGNATURE}")):
        name = signature.parent.name
        if not signature.parent.is_symlink() and not (home.releases / f"{name}{SUFFIX}").exists():
            found.append(f"{name} has no statement {name}{SUFFIX}")
    return found


def _read(path: Path) -> Statement | None:
    try:
        said = Statement.model_validate_json(path.read_bytes())
        base64.b64decode(said.signature, validate=True)
    except (ValidationError, ValueError):
        return None
    return said if path.name == f"{said.release}{SUFFIX}" else None


def _differs(manifest: Path, sha: str) -> bool:
    return not manifest.is_file() or hashlib.sha256(manifest.read_bytes()).hexdigest() != sha

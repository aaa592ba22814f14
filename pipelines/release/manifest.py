"""What a bundle says of itself: what went in, which rules held, who judged it, and the hash of every file. No clock, no run, no machine."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.home import HomeError
from pipelines.release.bundle import MANIFEST, MARTS

FORMAT: Final = 1
JUDGES = {"gate2": f"{MARTS}/", "attack": ""}


class ManifestError(HomeError):
    """The manifest is missing, was changed, or was written by another version of the product."""


class Part(BaseModel):
    """Part of a manifest: unknown keys are errors, nothing changes after it is made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Input(Part):
    """One settled file that the figures rest on. ``urn`` is an academy's, or ``trust``."""

    dataset: str
    period: str
    urn: str
    sha256: str


class Versions(Part):
    """What computed the figures: hash of the code tree and of the lock, the solver, and the packages that shape numbers."""

    code: str
    lock: str
    solver: str
    packages: dict[str, str] = {}


class Disclosure(Part):
    """How small numbers were protected, as a reader or a later judge must know it; further measures of loss may be added by name.

    ``earlier_releases`` (present where there are any): ids of the releases that the figures were protected jointly with.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    k: int
    level: Literal["exact", "interval"]
    zero_hidden: tuple[tuple[str, str], ...] = ()


class Verdict(Part):
    """What one judge said of which bytes. ``judged`` is :func:`bundle.digest` of what it looked at, ``checks`` what it looked for."""

    passed: bool
    checks: tuple[str, ...]
    judged: str


class FileRecord(Part):
    """One file of the bundle."""

    sha256: str
    bytes: int


class Manifest(Part):
    """Everything that fixes a bundle. Equal inputs, code, rules and figures give equal bytes.

    ``period`` is the one reported on, ``periods`` all whose figures are inside; ``release_from`` the day the calendar lets it go.
    ``catalogue`` are the fingerprints of what was declared, ``policy`` the disclosure policy itself.
    """

    format: Literal[1] = FORMAT
    trust: str
    made_up: bool = False
    period: str
    periods: tuple[str, ...]
    release_from: dt.date | None = None
    approvals_needed: int = Field(ge=0, le=2)
    inputs: tuple[Input, ...]
    versions: Versions
    catalogue: dict[str, str]
    policy: dict[str, Any]
    disclosure: Disclosure
    verdicts: dict[str, Verdict] = {}
    files: dict[str, FileRecord] = {}

    def content(self) -> bytes:
        """The bytes of ``manifest.json``: sorted JSON that carries its own fingerprint."""
        return _json({**self._plain(), "fingerprint": fingerprint(self)})

    def _plain(self) -> dict[str, Any]:
        plain = self.model_dump(mode="json")
        plain["inputs"] = sorted(plain["inputs"], key=lambda entry: tuple(entry.values()))
        return plain


def fingerprint(manifest: Manifest) -> str:
    """SHA-256 of everything the manifest says; the order in which inputs were listed does not count."""
    return hashlib.sha256(_json(manifest._plain())).hexdigest()


def read(folder: Path) -> Manifest:
    """The manifest of the bundle in ``folder``; :class:`ManifestError` unless its bytes are exactly those that were written."""
    try:
        written = (folder / MANIFEST).read_bytes()
        plain = json.loads(written)
        claimed = plain.pop("fingerprint")
        if plain.get("format") != FORMAT:
            raise ManifestError(f"{MANIFEST} has format {plain.get('format')!r}; this version reads {FORMAT}")
        manifest = Manifest.model_validate(plain)
    except FileNotFoundError:
        raise ManifestError(f"{MANIFEST} is missing") from None
    except (ValidationError, ValueError, KeyError, AttributeError):
        raise ManifestError(f"{MANIFEST} is damaged") from None
    if claimed != fingerprint(manifest) or written != manifest.content():
        raise ManifestError(f"{MANIFEST} was changed after it was written")
    return manifest


def _json(plain: dict[str, Any]) -> bytes:
    return (json.dumps(plain, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()

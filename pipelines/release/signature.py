"""The signature of a release beside its manifest: the trust's, of the manifest's bytes, which hold the hash of everything else.

It can be checked without this program: ``openssl pkeyutl -verify -pubin -inkey signing.pub -rawin -in manifest.json -sigfile manifest.sig``
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.home.signing import is_signed
from pipelines.release.bundle import MANIFEST, SIGNATURE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Signed(Enum):
    """What a bundle's signature is."""

    HERE = "signed by this trust"
    NOT = "it is not signed: it was made before releases were signed, or its signature was taken away"
    OTHERWISE = "its signature is not this trust's, or not of this manifest"


def signed(folder: Path, by: Collection[Ed25519PublicKey]) -> Signed:
    """Whether the bundle in ``folder`` bears the signature of one of these keys. Whether its files are those of the manifest: ``verify``."""
    try:
        signature = (folder / SIGNATURE).read_bytes()
    except FileNotFoundError:
        return Signed.NOT
    return Signed.HERE if is_signed((folder / MANIFEST).read_bytes(), signature, by) else Signed.OTHERWISE

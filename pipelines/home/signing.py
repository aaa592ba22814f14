"""The trust's signature (Ed25519, RFC 8032): its key files, signing, and whether a signature is the trust's. What is signed is told above.

``keys/signing.key`` is private (PKCS #8); its public half in ``keys/signing.pub`` (PEM) is given to whoever verifies, by another way than the
release. Every ``keys/*.pub`` is trusted, so that what a former key signed still verifies.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from pipelines.home.paths import Home, HomeError
from pipelines.home.whole import write_whole

PRIVATE, PUBLIC = "signing.key", "signing.pub"


def make_signing_key(home: Home) -> None:
    """Make the key pair where there is none. A private key that is gone while its public half is there was lost, and is not replaced."""
    private, public = home.keys / PRIVATE, home.keys / PUBLIC
    if not private.exists() and not public.exists():
        made = Ed25519PrivateKey.generate()
        write_whole(private, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    if private.exists() and not public.exists():
        write_whole(public, _private(home).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def sign(home: Home, content: bytes) -> bytes:
    """The trust's signature of ``content``: 64 bytes, always the same of the same content. :class:`HomeError` without a usable key."""
    return _private(home).sign(content)


def is_signed(content: bytes, signature: bytes, by: Iterable[Ed25519PublicKey]) -> bool:
    """Whether one of the keys ``by`` made ``signature`` of exactly ``content``."""
    return any(_made(key, content, signature) for key in by)


def public_keys(home: Home) -> tuple[Ed25519PublicKey, ...]:
    """Every public key that the home trusts."""
    return tuple(read_public(path) for path in sorted(home.keys.glob("*.pub")))


def read_public(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file; :class:`HomeError` for anything else."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise HomeError(f"{path} is not the public half of a signing key, such as keys/{PUBLIC} of the home.")
    return key


def _made(key: Ed25519PublicKey, content: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _private(home: Home) -> Ed25519PrivateKey:
    path = home.keys / PRIVATE
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError:
        raise HomeError(
            f"The signing key {path} is missing. Put it back from your key backup. If it is lost for good, rename {PUBLIC} beside it to "
            f"signing-lost.pub: a new key is made by the next refresh, and what the lost one signed still verifies."
        ) from None
    if mode & 0o077:
        raise HomeError(f"Others can read the key {path}. Mend it with: chmod 600 {path}")
    try:
        key = load_pem_private_key(text, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise HomeError(f"The signing key {path} is damaged. Put it back from your key backup.")
    return key

"""A manifest is the same for the same inputs, and no byte of it can change unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipelines.home import Home
from pipelines.release.manifest import Input, Manifest, ManifestError, fingerprint, read


def test_the_same_inputs_give_the_same_bytes(home: Home, build: Callable[..., Manifest]) -> None:
    first = build().content()
    assert build().content() == first == (home.draft / "manifest.json").read_bytes()


def test_the_order_of_the_inputs_does_not_count_but_each_input_does(build: Callable[..., Manifest]) -> None:
    one, two = (Input(dataset="pupils", period="2025-26", urn=urn, sha256="1" * 64) for urn in ("100001", "100002"))
    forward, backward = build(inputs=(one, two)), build(inputs=(two, one))
    assert fingerprint(forward) == fingerprint(backward) != fingerprint(build(inputs=(one,)))
    assert forward.content() == backward.content()


def test_a_manifest_reads_back_as_it_was_written(home: Home, build: Callable[..., Manifest]) -> None:
    sealed = build()
    assert read(home.draft) == sealed


@pytest.mark.parametrize("seed", range(0, 2000, 37))
def test_every_changed_byte_of_the_manifest_is_seen(home: Home, build: Callable[..., Manifest], seed: int) -> None:
    build()
    path = home.draft / "manifest.json"
    content = bytearray(path.read_bytes())
    content[seed % len(content)] ^= 1
    path.write_bytes(content)
    with pytest.raises(ManifestError):
        read(home.draft)


def test_a_manifest_of_a_later_version_is_refused_by_its_number(home: Home, build: Callable[..., Manifest]) -> None:
    build()
    path = home.draft / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(ManifestError, match="format 2"):
        read(home.draft)

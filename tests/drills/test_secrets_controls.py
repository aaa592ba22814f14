"""Drills that must see a fault: each is given a home, or a product, that is broken on purpose."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up_exports import FIRST, SECOND, MadeUpTrust, pupils, written

from pipelines.drills import canaries, encryption, people, permissions, pseudonyms, traces
from pipelines.drills.canaries import PUPIL, SURNAME, Needles, search
from pipelines.drills.promise import Case
from pipelines.drills.scene import Scene
from pipelines.home import Home, load_keys


class SmallScene(Scene):
    """A scene whose home was taken in and not counted: enough for what looks at files alone."""

    def dropped(self) -> Home:
        trust = MadeUpTrust.at(self.place("home"))
        rows = [{**row, "Postcode": "AB1 2CD"} for row in pupils(range(25))]
        canary = {
            **rows[0],
            "UPN": PUPIL,
            "Surname": SURNAME,
            "Forename": canaries.FORENAME,
            "DOB": canaries.BIRTH[1],
            "Postcode": canaries.POSTCODE,
        }
        for place in (FIRST, SECOND):
            trust.drop(place, f"{canaries.LISTS.get(place, 'pupils')}.csv", written([canary, *(rows if place == FIRST else rows[:3])]))
        return trust.home

    def released(self) -> Home:
        os.umask(0o077)
        home = self.dropped()
        MadeUpTrust(home, load_keys(home)).take_in()
        for folder in (self.temporary, self.passing):
            folder.mkdir(parents=True, exist_ok=True)
        return home


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    (tmp_path / "scratch").mkdir()
    return SmallScene(tmp_path / "scratch")


def failed(cases: Iterator[Case]) -> set[str]:
    return {case.name for case in cases if not case.passed}


def test_nothing_is_found_in_a_home_that_keeps_its_promises(scene: Scene) -> None:
    assert failed(traces.no_persons_data_anywhere(scene)) == set()


@pytest.mark.parametrize(
    ("place", "leak", "named"),
    [
        ("receipts/note.txt", SURNAME.encode("utf-16"), "receipts"),
        ("dagster/run.log", hashlib.md5(PUPIL.encode()).hexdigest().encode(), "Dagster's storage"),
        ("warehouse/dbt/target.json", b'{"row": "' + canaries.POSTCODE.lower().encode() + b'"}', "what dbt left behind"),
        ("draft/page.html", b"<p>29/02/2016</p>", "the draft"),
        ("releases/2025-26/a.csv", canaries.FORENAME.encode(), "releases"),
        (f"receipts/{PUPIL}.txt", b"nothing", "receipts"),
    ],
)
def test_a_leak_is_found_and_its_place_named(scene: Scene, monkeypatch: pytest.MonkeyPatch, place: str, leak: bytes, named: str) -> None:
    home = scene.released()
    path = home.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(leak)
    monkeypatch.setattr(SmallScene, "released", lambda self: home)
    assert named in failed(traces.no_persons_data_anywhere(scene))


def test_pseudonyms_without_a_key_are_seen_through(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def unkeyed(keys: object, dataset: object, item: object, identifier: str, urn: str) -> str:
        return hashlib.sha256(identifier.encode()).hexdigest()[:32]

    monkeypatch.setattr("pipelines.intake.mapping.pseudonym", unkeyed)
    monkeypatch.setattr(pseudonyms, "_storage_rotation", lambda *_: iter(()))
    monkeypatch.setattr(pseudonyms, "_pseudonym_rotation", lambda *_: iter(()))
    assert "without the key it opens nobody" in failed(pseudonyms.pseudonyms_are_useless_without_their_key(scene))


def test_keys_hold_in_a_home_that_keeps_its_promises(scene: Scene) -> None:
    assert failed(pseudonyms.pseudonyms_are_useless_without_their_key(scene)) == set()


def test_a_plain_file_among_the_sealed_ones_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    home = scene.released()
    (home.raw / "plain").write_bytes(f"a row of {SURNAME}".encode())
    monkeypatch.setattr(SmallScene, "released", lambda self: home)
    monkeypatch.setattr(encryption, "_tampered", lambda *_: iter(()))
    monkeypatch.setattr(encryption, "_told_of_tampering", lambda *_: iter(()))
    assert len(failed(encryption.stored_is_encrypted_and_tampering_is_refused(scene))) == 1


def test_a_product_that_reads_what_was_tampered_with_is_found_out(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    home = scene.released()
    shutil.rmtree(home.quarantine)
    home.quarantine.mkdir()
    monkeypatch.setattr(encryption, "unseal", lambda keys, name, sealed: sealed)
    stored = encryption._tampered(scene, home)
    assert not next(stored).passed


def test_a_home_that_others_can_read_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    home = scene.released()
    monkeypatch.setattr(SmallScene, "released", lambda self: home)
    monkeypatch.setattr(Home, "exposed", lambda self: iter(()))
    broken = failed(permissions.exposed_is_refused(scene))
    assert "a refresh with a key that others can read" not in broken  # the keys have a guard of their own
    assert any("with 040" in name for name in broken)


def test_an_error_that_quotes_a_row_is_found(tmp_path: Path) -> None:
    (tmp_path / "said").write_text(f"ValueError: cannot convert the row {PUPIL} {SURNAME}")
    assert search([tmp_path], Needles()).found == ["said"]


def test_an_erasure_that_forgets_the_bytes_received_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    home = scene.released()
    key = people._key(home)
    before = search([people.opened_bytes(home, scene.place("opened"))], Needles((*canaries.WORDS, key)))
    for path in home.landing.rglob("*.parquet"):
        path.unlink()
    after = search([people.opened_bytes(home, scene.place("opened"))], Needles((*canaries.WORDS, key)))
    assert len(before.found) > len(after.found) > 0

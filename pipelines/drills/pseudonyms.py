"""Pseudonyms and keys: what they are worth without the key, and what changing a key leaves as it was."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import duckdb

from pipelines.drills import canaries
from pipelines.drills.canaries import PUPIL
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.drills.stored import keyed, pseudonyms, rows
from pipelines.home import Home, HomeError, Keys, load_keys
from pipelines.home.keys import changing
from pipelines.home.vault import unseal
from pipelines.intake.values import upn
from pipelines.orchestration.opened import Opened

KILLS = 2


def pseudonyms_are_useless_without_their_key(scene: Scene) -> Iterator[Case]:
    """Promise 19: every UPN of the trust is tried against every pseudonym that is landed; then the keys are changed."""
    home = scene.released()
    numbers = _numbers(scene.dropped())
    keys, landed = load_keys(home), pseudonyms(home, load_keys(home))
    known = {keyed(keys.pseudonym, number) for number in numbers}
    yield Case(
        "the dictionary has everyone: with the key it opens every pupil", landed <= known, f"{len(numbers)} numbers, {len(landed)} pupils"
    )
    guesses = {guess for number in numbers for guess in _guesses(number, keys)}
    yield Case("without the key it opens nobody", not guesses & landed, f"{len(guesses):,} guesses, {len(guesses & landed)} right")
    places = {row["academy_urn"] for row in rows(home, keys, "pupils") if row["person_key"] == keyed(keys.pseudonym, PUPIL)}
    yield Case("one pupil has one pseudonym in both academies", len(places) == 2, f"{len(places)} academies")
    yield Case("the number itself is nowhere in the landing", not landed & numbers)
    yield from _storage_rotation(scene, home)
    yield from _pseudonym_rotation(scene, home)


def _numbers(home: Home) -> set[str]:
    """Every UPN in the lists of pupils that lie in the drop folders."""
    found: set[str] = set()
    for urn, name in canaries.LISTS.items():
        for path in (home.drop / urn).glob(f"{name}*.csv"):
            for line in csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig", "replace"))):
                found |= {number for cell in line if (number := upn(cell))}
    return found


def _guesses(number: str, keys: Keys) -> Iterator[str]:
    """What somebody with the programme, the home without ``keys/``, and every number would try."""
    for text in (number, f"upn:{number}"):
        for kind in ("sha256", "md5", "sha1", "sha512"):
            yield hashlib.new(kind, text.encode()).hexdigest()[:32]
        for key in (b"", bytes(32), b"pseudonym", b"equality", b"pseudonym.key", hashlib.sha256(keys.pseudonym).digest(), keys.storage):
            yield hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def _storage_rotation(scene: Scene, released: Home) -> Iterator[Case]:
    before = _content(released, load_keys(released))
    home = scene.copy(released)
    old = load_keys(home)
    done = scene.equality("rotate-key", "storage", "--home", str(home.root))
    new = load_keys(home)
    same = done.returncode == 0 and new.storage != old.storage and _content(home, new) == before
    yield Case("a new storage key: everything opens with it and is as it was", same, done.stderr.strip()[:100])
    yield Case("the old storage key opens nothing any more", not _opens(home, replace(new, storage=old.storage)))
    for moment in scene.some([0.3 + 0.1 * number for number in range(20)], KILLS):
        home = scene.copy(released)
        started = scene.start("rotate-key", "storage", "--home", str(home.root))
        time.sleep(moment)
        while started.poll() is None and not changing(home) and moment > 0.5:
            time.sleep(0.005)
        time.sleep(moment / 10)
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        caught = bool(changing(home))
        refused = scene.equality("status", "--home", str(home.root)) if caught else None
        undo = ("--undo",) if caught and scene.chance.random() < 0.5 else ()
        done = scene.equality("rotate-key", "storage", "--home", str(home.root), *undo)
        whole = done.returncode == 0 and not changing(home) and _content(home, load_keys(home)) == before
        said = refused is None or (refused.returncode == 2 and "interrupted" in refused.stderr and "Traceback" not in refused.stderr)
        note = f"{'caught half-way' if caught else 'before or after it'}, {'taken back' if undo else 'finished'}"
        yield Case(f"killed after {moment:.1f} s", whole and said, note)


def _content(home: Home, keys: Keys) -> dict[str, str]:
    """What is stored, unsealed: by file, a hash."""
    found: dict[str, str] = {}
    for room in (home.raw, home.quarantine):
        for path in room.iterdir():
            found[path.name] = hashlib.sha256(unseal(keys, path.name, path.read_bytes())).hexdigest()
    for folder in sorted(home.landing.iterdir()):
        if not folder.name.startswith("."):
            found[folder.name] = hashlib.sha256(repr(sorted(map(repr, rows(home, keys, folder.name)))).encode()).hexdigest()
    return found


def _opens(home: Home, keys: Keys) -> bool:
    """Whether any stored file opens with these keys."""
    for path in home.raw.iterdir():
        try:
            unseal(keys, path.name, path.read_bytes())
            return True
        except HomeError:
            continue
    try:
        return bool(rows(home, keys, "pupils"))
    except duckdb.Error:
        return False


def _pseudonym_rotation(scene: Scene, released: Home) -> Iterator[Case]:
    home = scene.copy(released)
    old = load_keys(home)
    people = {name.name: rows(home, old, name.name) for name in home.landing.iterdir() if not name.name.startswith(".")}
    recorded = scene.full and scene.equality("object", "--home", str(home.root), typed=f"{PUPIL}\n").returncode == 0
    done = scene.equality("rotate-key", "pseudonym", "--home", str(home.root))
    new = load_keys(home)
    again = {name: rows(home, new, name) for name in people}
    alike = done.returncode == 0 and new.pseudonym != old.pseudonym
    for name, before in people.items():
        after = again[name]
        alike = alike and len(before) == len(after) and _bare(before) == _bare(after)
    numbers = _numbers(scene.dropped())
    became = {keyed(old.pseudonym, number): keyed(new.pseudonym, number) for number in numbers}
    for name in ("pupils", "attendance", "attainment"):
        old_keys, new_keys = ({row.get("person_key") for row in found[name]} for found in (people, again))
        alike = alike and new_keys == {became.get(str(key)) for key in old_keys} and not new_keys & old_keys
    yield Case("new pseudonyms: everyone has another, and every row is as it was", alike, done.stderr.strip()[:100])
    if not scene.full:  # to carry a list over every file is read twice more
        return
    lists = Opened.at(home.root).catalogue.objections
    yield Case("an objection holds under the new key", recorded and lists == {keyed(new.pseudonym, PUPIL)})


def _bare(found: list[dict[str, object]]) -> list[str]:
    """Rows without pseudonyms and without what an objection takes out, in an order of their own."""
    keys = ("person_key", "former_key", "reference", "event", "attributes")
    return sorted(repr({name: value for name, value in row.items() if name not in keys}) for row in found)


DRILLS: dict[int, Drill] = {19: pseudonyms_are_useless_without_their_key}

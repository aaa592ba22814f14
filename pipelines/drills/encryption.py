"""What is stored cannot be read, and what was tampered with is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from pipelines.drills import canaries
from pipelines.drills.canaries import PUPIL, Needles, search
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.drills.stored import keyed, rows_in
from pipelines.home import Home, HomeError, load_keys
from pipelines.home import duck as ducks
from pipelines.home.vault import unseal
from pipelines.intake.landing import EMPTY, Landing
from pipelines.intake.ledger import Ledger

TAMPERED = 12


def stored_is_encrypted_and_tampering_is_refused(scene: Scene) -> Iterator[Case]:
    """Promise 20: nothing of a record can be read in a home outside ``drop/``; a changed byte is refused in a sentence."""
    home = scene.released()
    found = search([path for path in home.root.iterdir() if path != home.drop], Needles((*canaries.WORDS, *_names_of_columns(home))))
    yield Case("no word of a record, and no column of the landing, can be read in the home", not found.found, found.told)
    passing = search([scene.passing], Needles())
    yield Case("nor in what lay there for a moment", not passing.found, passing.told)
    yield from _tampered(scene, home)
    yield from _told_of_tampering(scene, home)


def _names_of_columns(home: Home) -> tuple[str, ...]:
    """A stored value that no report, code or declaration spells: the canary's pseudonym."""
    return (keyed(load_keys(home).pseudonym, PUPIL),)


def _tampered(scene: Scene, released: Home) -> Iterator[Case]:
    """One byte of one stored file is changed, and the file is asked for as the product asks for it."""
    stored = {
        "raw": sorted(released.raw.iterdir()),
        "landing": sorted(path for path in released.landing.rglob("*.parquet") if path.name != EMPTY),
        "warehouse": [released.warehouse / "warehouse.duckdb"],
    }
    for kind, files in stored.items():
        misread, refused, tried = 0, 0, 0
        for path in scene.some(files, TAMPERED // 3):
            whole, reading = path.read_bytes(), _as_read(released, kind, path)
            for place in {0, len(whole) - 1, *(scene.chance.randrange(len(whole)) for _ in range(3))}:
                changed = bytearray(whole)
                changed[place] ^= 1 << scene.chance.randrange(8)
                path.write_bytes(changed)
                try:
                    misread += _as_read(released, kind, path) != reading
                except (HomeError, duckdb.Error):
                    refused += 1
                tried += 1
            path.write_bytes(whole)
        held = refused and not misread and (refused == tried or kind != "raw")
        yield Case(f"one changed bit in {kind}", bool(held), f"{tried} tried, {refused} refused, {misread} misread")


def _as_read(home: Home, kind: str, path: Path) -> str:
    """What the product reads in a stored file, as a hash; it raises where the product refuses. A leading magic is a bit that nothing rests on."""
    keys = load_keys(home)
    if kind == "raw":
        return hashlib.sha256(unseal(keys, path.name, path.read_bytes())).hexdigest()
    if kind == "landing":
        with closing(Ledger(home.ledger)) as ledger, closing(Landing(home, keys)) as landing:
            landing.refuse_changed(
                {entry.key: (entry.reference, entry.rows) for entry in ledger.slices(active=True) if entry.reference == path.stem}
            )
        return hashlib.sha256(repr(rows_in(home, keys, [path])).encode()).hexdigest()
    with closing(ducks.connect(home, keys)) as connection:
        ducks.attach_warehouse(connection, keys, path, read_only=True)
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse' order by all"
        ).fetchall()
        sums = [connection.execute(f'select sum(hash(t)) from warehouse."{schema}"."{table}" as t').fetchall() for schema, table in tables]
    return repr(sums)


def _told_of_tampering(scene: Scene, released: Home) -> Iterator[Case]:
    """A refresh over a tampered file stops with a sentence, and what was released stays."""
    for kind in scene.some(["landing", "raw"], 1):
        home = scene.copy(released)
        with closing(Ledger(home.ledger)) as ledger:
            entry = next(item for item in ledger.slices(active=True) if item.key.dataset == "attendance")
        landed = next((home.landing / "attendance").rglob(f"{entry.reference}.parquet"))
        if kind == "raw":
            landed.unlink()
        path = landed if kind == "landing" else home.raw / entry.content_hash
        changed = bytearray(path.read_bytes())
        changed[len(changed) // 2] ^= 1
        path.write_bytes(bytes(changed))
        (home.drop / "900401" / "new.csv").write_text("nothing,to,see\n")
        before = sorted(path.name for path in home.releases.iterdir())
        done = scene.refresh(home)
        said = done.returncode != 0 and "was changed or belongs to another key" in done.stderr and "Traceback" not in done.stderr
        kept = before == sorted(path.name for path in home.releases.iterdir())
        yield Case(f"a refresh over a tampered file of {kind} says so and publishes nothing", said and kept, done.stderr.strip()[-160:])


DRILLS: dict[int, Drill] = {20: stored_is_encrypted_and_tampering_is_refused}

"""Keys, encryption, permissions, and where a person's data may lie."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import hmac
import io
import json
import os
import shutil
import signal
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from pipelines.drills import canaries
from pipelines.drills.canaries import PUPIL, SURNAME, Needles, search
from pipelines.drills.faults import FAULTS, RAISED, fault_environment
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home, HomeError, Keys, load_keys
from pipelines.home import duck as ducks
from pipelines.home.keys import changing
from pipelines.home.vault import unseal
from pipelines.intake.landing import EMPTY, Landing
from pipelines.intake.ledger import Ledger
from pipelines.intake.values import upn
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.versions import PROJECT

KILLS, TAMPERED, EXPOSED = 2, 12, 8


def no_persons_data_anywhere(scene: Scene) -> Iterator[Case]:
    """Promise 14: one pupil is planted in the files of two academies, and searched after a refresh wherever a byte could have gone."""
    home, needles = scene.released(), Needles()
    for dress, content in _dressed().items():
        (folder := scene.place("control")).mkdir()
        (folder / "file").write_bytes(content)
        yield Case(f"the search finds it {dress}", bool(search([folder], needles).found))
    for name, places in _places(scene, home).items():
        found = search(places, needles)
        yield Case(name, not found.found, found.told)


def _dressed() -> dict[str, bytes]:
    """The canary's surname in dresses that the search must see through."""
    plain, packed = SURNAME.encode(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", b"before " + plain + b" after")
    return {
        "plain": b"a " + plain,
        "in UTF-16": SURNAME.encode("utf-16"),
        "in base64": base64.b64encode(b"x" + plain + b"yz"),
        "in hexadecimal": plain.hex().encode(),
        "hashed": hashlib.sha256(plain).hexdigest().encode(),
        "in a zip": packed.getvalue(),
        "in gzip": gzip.compress(plain * 3),
    }


def _places(scene: Scene, home: Home) -> dict[str, list[Path]]:
    """Every place that a byte can come to rest in, or lay in for a moment, by what a person calls it."""
    rooms = {"releases", "draft", "receipts", "quarantine", "raw", "landing", "warehouse", "dagster", "trust", "impact", "drop"}
    return {
        "releases": [home.releases],
        "the draft": [home.draft],
        "receipts": [home.receipts],
        "drop folders, once settled": [home.drop],
        "ledger and audit log": [home.ledger, home.audit],
        "Dagster's storage": [home.dagster],
        "what dbt left behind": [home.warehouse / "dbt"],
        "the warehouse": [home.warehouse],
        "landing, raw and quarantine": [home.landing, home.raw, home.quarantine],
        "the rest of the home": [path for path in home.root.iterdir() if path.name not in rooms | {"keys"}] + [home.trust, home.impact],
        "temporary files, what was said, and what spilt": [scene.temporary, scene.passing],
        "the project's own folder": [PROJECT / "dbt_project" / name for name in ("target", "logs")] + list(PROJECT.glob("core*")),
    }


def pseudonyms_are_useless_without_their_key(scene: Scene) -> Iterator[Case]:
    """Promise 19: every UPN of the trust is tried against every pseudonym that is landed; then the keys are changed."""
    home = scene.released()
    numbers = _numbers(scene.dropped())
    keys, landed = load_keys(home), pseudonyms(home, load_keys(home))
    known = {_made(keys.pseudonym, number) for number in numbers}
    yield Case(
        "the dictionary has everyone: with the key it opens every pupil", landed <= known, f"{len(numbers)} numbers, {len(landed)} pupils"
    )
    guesses = {guess for number in numbers for guess in _guesses(number, keys)}
    yield Case("without the key it opens nobody", not guesses & landed, f"{len(guesses):,} guesses, {len(guesses & landed)} right")
    places = {row["academy_urn"] for row in rows(home, keys, "pupils") if row["person_key"] == _made(keys.pseudonym, PUPIL)}
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


def _made(key: bytes, number: str) -> str:
    return hmac.new(key, f"upn:{number}".encode(), hashlib.sha256).hexdigest()[:32]


def _guesses(number: str, keys: Keys) -> Iterator[str]:
    """What somebody with the programme, the home without ``keys/``, and every number would try."""
    for text in (number, f"upn:{number}"):
        for kind in ("sha256", "md5", "sha1", "sha512"):
            yield hashlib.new(kind, text.encode()).hexdigest()[:32]
        for key in (b"", bytes(32), b"pseudonym", b"equality", b"pseudonym.key", hashlib.sha256(keys.pseudonym).digest(), keys.storage):
            yield hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def rows(home: Home, keys: Keys, dataset: str) -> list[dict[str, object]]:
    """Every landed row of a dataset."""
    files = sorted(str(path) for path in (home.landing / dataset).rglob("*.parquet") if path.name != EMPTY)
    return rows_in(home, keys, files) if files else []


def rows_in(home: Home, keys: Keys, files: list[str]) -> list[dict[str, object]]:
    """Every row of landed files."""
    with closing(Landing(home, keys)) as landing:
        found = landing.connection.execute(
            "select * from read_parquet(?, hive_partitioning = false, encryption_config = {footer_key: 'landing'})", [files]
        )
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def pseudonyms(home: Home, keys: Keys, dataset: str = "pupils") -> set[str]:
    """The pseudonyms of the people in a landed dataset."""
    return {str(row["person_key"]) for row in rows(home, keys, dataset)}


def _storage_rotation(scene: Scene, released: Home) -> Iterator[Case]:
    before = _content(released, load_keys(released))
    home = _another(scene, released)
    old = load_keys(home)
    done = scene.equality("rotate-key", "storage", "--home", str(home.root))
    new = load_keys(home)
    same = done.returncode == 0 and new.storage != old.storage and _content(home, new) == before
    yield Case("a new storage key: everything opens with it and is as it was", same, done.stderr.strip()[:100])
    yield Case("the old storage key opens nothing any more", not _opens(home, Keys(old.pseudonym, old.storage)))
    for moment in scene.some([0.3 + 0.1 * number for number in range(20)], KILLS):
        home = _another(scene, released)
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


def _another(scene: Scene, home: Home) -> Home:
    return Home.at(shutil.copytree(home.root, scene.place("home"), symlinks=True))


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
    home = _another(scene, released)
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
    became = {_made(old.pseudonym, number): _made(new.pseudonym, number) for number in numbers}
    for name in ("pupils", "attendance", "attainment"):
        old_keys, new_keys = ({row.get("person_key") for row in found[name]} for found in (people, again))
        alike = alike and new_keys == {became.get(str(key)) for key in old_keys} and not new_keys & old_keys
    yield Case("new pseudonyms: everyone has another, and every row is as it was", alike, done.stderr.strip()[:100])
    if not scene.full:  # to carry a list over every file is read twice more
        return
    lists = Opened.at(home.root).catalogue.objections
    yield Case("an objection holds under the new key", recorded and lists == {_made(new.pseudonym, PUPIL)})


def _bare(found: list[dict[str, object]]) -> list[str]:
    """Rows without pseudonyms and without what an objection takes out, in an order of their own."""
    keys = ("person_key", "former_key", "reference", "event", "attributes")
    return sorted(repr({name: value for name, value in row.items() if name not in keys}) for row in found)


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
    return (_made(load_keys(home).pseudonym, PUPIL),)


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
        return hashlib.sha256(repr(rows_in(home, keys, [str(path)])).encode()).hexdigest()
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
        home = _another(scene, released)
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


def exposed_is_refused(scene: Scene) -> Iterator[Case]:
    """Promise 21: whatever private thing others can read stops every verb; what is made is made private; ``doctor`` sees the rest."""
    home = scene.released()
    yield Case("a released home is opened", not list(home.exposed()) and _opened(home) == "")
    places = [place for place in home.private if place.exists()]
    inside = [path for place in places if place.is_dir() for path in place.rglob("*") if not path.is_symlink()]
    for path in [*places, *scene.some(inside, EXPOSED)]:
        mode = path.stat().st_mode
        for more in (0o040, 0o004, 0o020):
            path.chmod(mode | more)
            said = _opened(home)
            yield Case(f"{path.relative_to(home.root)} with {more:03o}", "chmod" in said and str(path) in said)
        path.chmod(mode)
    (home.keys / "storage.key").chmod(0o640)
    done = scene.refresh(home)
    yield Case("a refresh with a key that others can read", done.returncode == 2 and "chmod 600" in done.stderr, done.stderr.strip()[:80])
    (home.keys / "storage.key").chmod(0o600)
    before = scene.dropped()
    made = [path for path in _all(home) if not (before.root / path.relative_to(home.root)).exists()]
    open_ = [path for path in made if path.lstat().st_mode & 0o077 and not path.is_symlink()]
    yield Case("a whole refresh made nothing that others can read", not open_, ", ".join(path.name for path in open_[:5]))
    yield from _made_open(scene)
    yield from _examined(scene, home)


def _all(home: Home) -> Iterator[Path]:
    yield from (path for path in home.root.rglob("*") if home.drop not in (path, *path.parents))


def _opened(home: Home) -> str:
    """What is said when the home is opened; empty where it is."""
    try:
        Opened.at(home.root)
    except HomeError as refused:
        return str(refused)
    return ""


def _made_open(scene: Scene) -> Iterator[Case]:
    """A home made by a shell that hides nothing."""
    root = scene.place("open")
    done = scene.equality("init", str(root), under=("sh", "-c", 'umask 000; exec "$@"', "sh"))
    home = Home.at(root)
    open_ = [path for path in _all(home) if path.stat().st_mode & 0o077]
    yield Case("a home made under umask 000 is private", done.returncode == 0 and not open_, ", ".join(path.name for path in open_[:5]))
    yield Case("drop alone is shared: 2770", home.drop.stat().st_mode & 0o7777 == 0o2770)


def _examined(scene: Scene, home: Home) -> Iterator[Case]:
    def ill(place: Home) -> tuple[int, set[str]]:
        done = scene.equality("doctor", "--json", "--home", str(place.root))
        return done.returncode, {item["subject"] for item in json.loads(done.stdout)["findings"] if not item["well"]}

    code, before = ill(home)
    yield Case("doctor finds nothing private exposed", "permissions" not in before and code in (0, 1), ", ".join(sorted(before)))
    (home.landing / "pupils").chmod(0o755)
    yield Case("doctor sees a room that others can read", ill(home)[0] == 1 and "permissions" in ill(home)[1])
    (home.landing / "pupils").chmod(0o700)
    (home.root.parent / ".git").mkdir(exist_ok=True)
    yield Case("doctor warns of a git work tree", "git" in ill(home)[1] and "git" not in before)
    (home.root.parent / ".git").rmdir()
    (home.drop / "900401").chmod(0o755)
    yield Case("doctor sees a drop folder that is not 2770", "drop folders" in ill(home)[1])
    yield Case("doctor of no home", scene.equality("doctor", "--home", str(scene.place("none"))).returncode == 2)


def logs_and_errors_hold_no_values(scene: Scene) -> Iterator[Case]:
    """Promise 23: at each stage an error is raised whose words are the canary's record, and searched in all that is said and kept."""
    needles = Needles()
    early = [name for name, fault in FAULTS.items() if fault.early]
    for name in FAULTS if scene.full else scene.some(early, 2):
        home, temporary = scene.dropped(), scene.place("temporary")
        temporary.mkdir()
        said = temporary.with_name(f"{temporary.name}-said")
        environment = fault_environment(scene.place("fault"), name)
        done = scene.refresh(home, env={**environment, "TMPDIR": str(temporary)})
        said.write_text(done.stdout + done.stderr, "utf-8")
        raised = Path(environment[RAISED]).exists()
        found = search([*(path for path in home.root.iterdir() if path not in (home.drop, home.keys)), temporary, said], needles)
        quiet = "Traceback" not in done.stderr and done.returncode == 1
        yield Case(f"an error {FAULTS[name].where}", raised and quiet and not found.found, f"{found.told}; {done.stderr.strip()[:120]}")


DRILLS: dict[int, Drill] = {
    14: no_persons_data_anywhere,
    19: pseudonyms_are_useless_without_their_key,
    20: stored_is_encrypted_and_tampering_is_refused,
    21: exposed_is_refused,
    23: logs_and_errors_hold_no_values,
}

"""Backup, verification, rebuilding, and homes of other versions. The audit log and approvals: ``record``; packages: ``supply``."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from pipelines.drills import record, supply
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home, duck, load_keys, make_keys
from pipelines.home.backup import CONTENTS
from pipelines.home.keys import YEARS
from pipelines.home.parquet import encryption, landed, quoted
from pipelines.home.paths import LAYOUT
from pipelines.home.signing import PRIVATE, PUBLIC, sign
from pipelines.home.vault import seal, unseal
from pipelines.release.bundle import MANIFEST, SIGNATURE, contents
from pipelines.release.manifest import FileRecord, read
from pipelines.release.release import current
from pipelines.release.statement import SUFFIX
from pipelines.release.verify import release_id

WHOLE, BROKEN, REFUSED = 0, 1, 2


def backup_and_restore(scene: Scene) -> Iterator[Case]:
    """12: a backup holds everything but the keys, shows every change, and gives a home in which the release is made again to the byte."""
    home = scene.released()
    before, served = _lying(home), _served(home)
    apart, tar = scene.place("apart"), scene.place("backup.tar")
    apart.mkdir()
    done = scene.equality("backup", str(tar), "--with-keys", str(apart / "keys.tar"), "--home", str(home.root))
    yield _ended("a backup is written", done, WHOLE)
    changed = {path for path, sha in {**before, **_lying(home)}.items() if before.get(path) != sha} - {"audit.log", ".lock"}
    yield Case("the home is as it was, but for a line in its audit log", not changed, ", ".join(sorted(changed)))
    secrets = [path.read_bytes() for path in home.keys.iterdir() if path.name != PUBLIC]
    yield Case("no key is in it", not any(secret in tar.read_bytes() for secret in secrets))
    again = scene.equality("backup", str(tar), "--home", str(home.root))
    yield _ended("a backup is never written over", again, REFUSED)
    beside = scene.equality("backup", str(tar) + "2", "--with-keys", str(tar) + ".keys", "--home", str(home.root))
    yield _ended("the keys are not put beside it", beside, REFUSED)
    yield _ended("it verifies, signed", scene.equality("backup", str(tar), "--verify", "--home", str(home.root)), WHOLE)
    yield from _tampered_backups(scene, home, tar)
    yield from _restored(scene, home, tar, apart / "keys.tar", served)
    if scene.full:
        yield from _killed_backups(scene, home)


def _tampered_backups(scene: Scene, home: Home, tar: Path) -> Iterator[Case]:
    whole, bad = tar.read_bytes(), scene.place("bad.tar")
    with tarfile.open(tar) as members:
        places = [(member.name, member.offset_data + scene.chance.randrange(member.size)) for member in members if member.size]
    for name, place in scene.some(places, 2) + [place for place in places if place[0] == CONTENTS]:
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        yield _ended(f"a flipped bit in {name} shows", scene.equality("backup", str(bad), "--verify", "--home", str(home.root)), BROKEN)
    target = scene.place("restored")
    yield _ended("what was changed is not restored", scene.equality("restore", str(bad), str(target)), REFUSED, not target.exists())
    bad.write_bytes(whole[: scene.chance.randrange(1, len(whole) - 10240)])
    yield _ended("what was cut short is not restored", scene.equality("restore", str(bad), str(target)), REFUSED, not target.exists())
    bad.write_bytes(whole)
    with tarfile.open(bad, "a") as more:
        more.add(home.audit, "../escaped")
    yield _ended("a path that leads out is not restored", scene.equality("restore", str(bad), str(target)), REFUSED, not target.exists())
    other = scene.equality("backup", str(tar), "--verify", "--key", str(_others_key(scene)))
    yield _ended("another trust's key does not verify it", other, BROKEN)


def _restored(scene: Scene, home: Home, tar: Path, keys: Path, served: str) -> Iterator[Case]:
    public = str(home.keys / PUBLIC)
    refused = scene.equality("restore", str(tar), str(home.root), "--key", public)
    yield _ended("a home that is not empty is not restored over", refused, REFUSED, current(home) is not None)
    place = Home.at(scene.place("restored"))
    yield _ended("it is restored", scene.equality("restore", str(tar), str(place.root), "--key", public), WHOLE)
    yield Case(
        "every file of every release is the same", _lying(home, "releases/") == _lying(place, "releases/") and _served(place) == served
    )
    yield _ended("without keys nothing is refreshed", scene.refresh(place), REFUSED)
    shutil.rmtree(place.root)
    with_keys = scene.equality("restore", str(tar), str(place.root), "--key", public, "--with-keys", str(keys))
    yield _ended("it is restored with its keys", with_keys, WHOLE)
    yield _ended("its release verifies", scene.equality("verify", "current", "--home", str(place.root)), WHOLE)
    yield _ended("its audit log verifies", scene.equality("audit", "--home", str(place.root)), WHOLE)
    made = scene.equality("rebuild", served, "--home", str(place.root))
    yield _ended("from it the very same manifest is made again", made, WHOLE)
    if scene.full:
        yield _ended("it can be refreshed", scene.refresh(place), WHOLE, _served(place) == served)


def _killed_backups(scene: Scene, home: Home) -> Iterator[Case]:
    for number in range(20):
        tar = scene.place("killed.tar")
        running = scene.start("backup", str(tar), "--home", str(home.root))
        try:
            running.wait(scene.chance.uniform(0.3, 3))
        except Exception:  # still at work: that is what is tried
            running.kill()
            running.wait()
        whole = not tar.exists() or scene.equality("backup", str(tar), "--verify", "--home", str(home.root)).returncode == WHOLE
        yield Case(f"a killed backup is there whole or not at all ({number + 1})", whole)


def verify_and_rebuild(scene: Scene) -> Iterator[Case]:
    """13: every byte of a release is vouched for by hash and signature, and the release is made again from what it rests on."""
    home = scene.released()
    name, here = _served(home), ("--home", str(home.root))
    folder = home.releases / name
    yield _ended("a release verifies, signed", scene.equality("verify", name, *here), WHOLE)
    for path in [MANIFEST, SIGNATURE, *scene.some(sorted(contents(folder)), 4)]:
        whole = (folder / path).read_bytes()
        place = scene.chance.randrange(len(whole))
        (folder / path).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        yield _ended(f"a flipped bit in {path} shows", scene.equality("verify", name, *here), BROKEN)
        (folder / path).write_bytes(whole)
    (folder / "more.html").write_text("more")
    yield _ended("a file too many shows", scene.equality("verify", name, *here), BROKEN)
    (folder / "more.html").rename(scene.place("aside"))
    away = scene.place("away") / name
    shutil.copytree(folder, away)
    yield _ended(
        "anyone can verify it who has the public key", scene.equality("verify", str(away), "--key", str(home.keys / PUBLIC)), WHOLE
    )
    others = _others_key(scene)
    yield _ended("another trust's key does not verify it", scene.equality("verify", str(away), "--key", str(others)), BROKEN)
    yield _ended("what has no known key is not vouched for", _verified_nowhere(scene, away), REFUSED)
    yield _ended("another story under a hash of its own shows", _retold(scene, home, folder), BROKEN)
    (away / SIGNATURE).write_bytes(sign(Home(others.parent.parent), read(away).content()))
    yield _ended("a signature of another trust shows", scene.equality("verify", str(away), *here), BROKEN)
    (away / SIGNATURE).unlink()
    yield _ended("a release without a signature is told", scene.equality("verify", str(away), *here), BROKEN)
    yield _ended("and accepted only where that was asked for", scene.equality("verify", str(away), "--unsigned", *here), WHOLE)
    if scene.full:  # the sample of 12 makes one again that was restored
        yield _ended("it is made again to the byte", scene.equality("rebuild", name, *here), WHOLE, not home.rebuild.exists())
        with (home.trust / "disclosure_policy.yml").open("a") as policy:
            policy.write("insider_third: false\n")
        made = scene.equality("rebuild", name, *here)
        yield _ended("under another policy it says what is otherwise", made, BROKEN, "policy" in made.stderr)
    gone = read(folder).inputs[0]
    (home.raw / gone.sha256).unlink()
    shutil.rmtree(home.landing / gone.dataset / f"period={gone.period}")
    made = scene.equality("rebuild", name, *here)
    yield _ended("inputs that are gone are named", made, REFUSED, f"{gone.dataset}, {gone.period}, {gone.urn}" in made.stderr)


def _verified_nowhere(scene: Scene, folder: Path) -> CompletedProcess[str]:
    return scene.equality("verify", str(folder), "--home", str(scene.place("nowhere")))


def _retold(scene: Scene, home: Home, folder: Path) -> CompletedProcess[str]:
    """A release whose report was changed, and whose manifest was made anew to match, verdicts too: all but the signature."""
    forged = scene.place("forged") / folder.name
    shutil.copytree(folder, forged)
    page = next(path for path in sorted(contents(forged)) if path.endswith(".html"))
    (forged / page).write_bytes((forged / page).read_bytes() + b" ")
    sha, size = contents(forged)[page]
    told = read(forged)
    told = told.model_copy(update={"files": {**told.files, page: FileRecord(sha256=sha, bytes=size)}})
    from pipelines.release.bundle import digest

    verdicts = {**told.verdicts, "attack": told.verdicts["attack"].model_copy(update={"judged": digest(forged)})}
    told = told.model_copy(update={"verdicts": verdicts})
    (forged / MANIFEST).write_bytes(told.content())
    return scene.equality("verify", str(forged.rename(forged.with_name(release_id(told)))), "--home", str(home.root))


def other_versions(scene: Scene) -> Iterator[Case]:
    """25: what the last version wrote is brought up to date with nothing lost; what a later one wrote is refused by every verb, untouched."""
    home = scene.released()
    name, manifest = _served(home), read(home.releases / "current")
    _made_old(home, name)
    yield _ended("a release of before is told to be unsigned", scene.equality("verify", name, "--home", str(home.root)), BROKEN)
    if scene.full:
        with closing(sqlite3.connect(home.ledger)) as ledger, ledger:
            ledger.execute("update files set fingerprint = 'of before'")
            ledger.execute("update contracts set fingerprint = 'of before'")
        before = _rows(home)
        yield _ended("what was landed under an older contract is landed anew", scene.refresh(home), WHOLE, _rows(home) == before)
    done = scene.refresh(home)
    yield _ended("a home of the last version is brought up to date", done, WHOLE, home.layout == LAYOUT and (home.keys / PRIVATE).exists())
    yield Case("its ledger is of this version", _ledger_version(home) > 1)
    if not scene.full:
        yield Case("its draft is not made anew, for nothing changed", "Nothing new" in done.stdout)
    yield Case("its release is the same", read(home.releases / "current") == manifest)
    listed = scene.equality("verify", name, "--unsigned", "--home", str(home.root))
    yield _ended("and is still known to be unsigned", listed, WHOLE, not (home.releases / name / SIGNATURE).exists())
    for what, number in (("layout", LAYOUT + 1), ("layout", "newer"), ("ledger", 99)):
        yield from _later(scene, what, number)
    later = scene.released()
    page = later.releases / name / MANIFEST
    page.write_text(page.read_text().replace('"format": 1', '"format": 2'))
    for words in (["verify", name], ["release", "list"]):
        done = scene.equality(*words, "--home", str(later.root))
        yield Case(f"{words[0]} refuses a manifest of a later version", done.returncode in (BROKEN, REFUSED) and "format 2" in done.stderr)


def _made_old(home: Home, name: str) -> None:
    """Take away what this version added to older ones.

    The keys of years, under which landed files lie; the number of the layout; the signing key, signature and statement; tables of the ledger.
    """
    keys = load_keys(home)
    with closing(duck.connect(home, keys)) as connection:
        for path in home.landing.rglob("*.parquet"):
            aside = path.with_suffix(".aside")
            connection.execute(f"copy (from {landed([path])}) to {quoted(aside)} (format parquet, {encryption(Path('of no year'))})")
            aside.replace(path)
            path.chmod(0o600)
    for path in home.raw.iterdir():
        path.write_bytes(seal(keys, path.name, unseal(keys, path.name, path.read_bytes())))
    for path in (
        home.layout_file,
        home.keys / YEARS,
        home.keys / PRIVATE,
        home.keys / PUBLIC,
        home.releases / name / SIGNATURE,
        home.releases / f"{name}{SUFFIX}",
    ):
        path.unlink()
    with closing(sqlite3.connect(home.ledger)) as ledger, ledger:
        ledger.execute("drop table notices")
        ledger.execute("drop table lessened")
        ledger.execute("pragma user_version = 1")


def _later(scene: Scene, what: str, number: Any) -> Iterator[Case]:
    home = scene.released()
    if what == "layout":
        home.layout_file.write_text(json.dumps({"layout": number}))
    else:
        with closing(sqlite3.connect(home.ledger)) as ledger:
            ledger.execute(f"pragma user_version = {number}")
    before = _lying(home)
    verbs = [
        ["refresh"],
        ["status"],
        ["backup", str(scene.place("never.tar"))],
        ["release", "list"],
        ["verify", "current"],
        ["eia", "list"],
    ]
    for words in verbs[:2] if what == "ledger" else scene.some(verbs, 3):
        done = scene.equality(*words, "--home", str(home.root))
        yield _ended(f"{what} {number}: {words[0]} refuses", done, REFUSED, "Traceback" not in done.stderr)
    changed = {path for path, sha in {**before, **_lying(home)}.items() if before.get(path) != sha} - {".lock", "heartbeat.json"}
    yield Case(f"{what} {number}: nothing was changed", not changed, ", ".join(sorted(changed)))


def _ended(name: str, done: CompletedProcess[str], code: int, also: bool = True) -> Case:
    """Whether a command ended with that code, and what else must be true; no traceback ever."""
    note = (
        f"exit code {done.returncode}, expected {code}"
        if done.returncode != code
        else ""
        if also
        else "ended as expected, but the rest is not so"
    )
    return Case(name, done.returncode == code and also and "Traceback" not in done.stderr, note)


def _served(home: Home) -> str:
    served = current(home)
    return served.name if served else ""


def _lying(home: Home, under: str = "") -> dict[str, str]:
    """Every file of the home, or of what lies ``under``, with its hash; links are left out."""
    found = {path.relative_to(home.root).as_posix(): path for path in home.root.rglob("*") if path.is_file() and not path.is_symlink()}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items() if name.startswith(under)}


def _others_key(scene: Scene) -> Path:
    """The public key of another trust."""
    other = Home.at(scene.place("other"))
    other.make()
    make_keys(other)
    return other.keys / PUBLIC


def _rows(home: Home) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home.ledger)) as ledger:
        return sorted(ledger.execute("select dataset, period, urn, content_hash, rows, active from slices"))


def _ledger_version(home: Home) -> int:
    with closing(sqlite3.connect(home.ledger)) as ledger:
        return int(ledger.execute("pragma user_version").fetchone()[0])


DRILLS: dict[int, Drill] = {12: backup_and_restore, 13: verify_and_rebuild, 25: other_versions, **supply.DRILLS, **record.DRILLS}

"""Where a person's data may lie, and what logs and errors say."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pipelines.drills.canaries import SURNAME, Needles, search
from pipelines.drills.faults import FAULTS, RAISED, fault_environment
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.orchestration.versions import PROJECT


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


DRILLS: dict[int, Drill] = {14: no_persons_data_anywhere, 23: logs_and_errors_hold_no_values}

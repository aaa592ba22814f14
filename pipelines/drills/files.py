"""Files that come twice, in any order, half written, broken or hostile."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pandas as pd

from pipelines import intake
from pipelines.drills.aftermath import manifest, with_correction
from pipelines.drills.door import FIRST, NOW, SECOND, Door, workbook
from pipelines.drills.formulas import formulas
from pipelines.drills.hostile import hostile, injections, odd_names
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.intake import receipts
from pipelines.intake.decoding import decode
from pipelines.intake.ledger import Ledger

ORDERS, FUZZED = 4, 200
USED = (receipts.ACCEPTED, receipts.WITH_FIXES)


def once(scene: Scene) -> Iterator[Case]:
    """The same bytes under three names, in two folders, of any age: one ingest, every sighting recorded."""
    alone, door = Door.of(scene), Door.of(scene)
    content = door.pupils(FIRST)
    alone.send(FIRST, "Pupils_2025-26.csv", content)
    sent = [
        (FIRST, "Pupils_2025-26.csv"),
        (FIRST, "pupils (1).csv"),
        ("trust", "Pupils_2025-26.csv"),
        (FIRST, "Pupils_2025-26.csv"),
        (SECOND, "mine.csv"),
    ]
    outcomes = []
    for number, (place, name) in enumerate(sent):
        door.drop(place, name, content, NOW - dt.timedelta(days=400 * number))
        outcomes += [settled.outcome for settled in door.take_in().settled]
    yield Case(
        "the first is used, the others are the same file again",
        outcomes[0] in USED and outcomes[1:4] == [receipts.SAME] * 3,
        " ".join(outcomes),
    )
    yield Case("in another academy's folder it is refused", outcomes[4:] == [receipts.REFUSED])
    yield Case("what is in use is what one file alone gives", door.tables() == alone.tables() != {})
    with closing(Ledger(door.home.ledger)) as ledger:
        usable, seen = ledger.usable(), ledger.seen()
    yield Case("one ingest, every sighting recorded", len(usable) == 1 and len(seen) == len(sent), f"{len(seen)} sightings")
    for number, name in enumerate(("a 2025-26.csv", "b 2025-26.csv", "c 2025-26.csv")):
        door.drop(FIRST, name, content, NOW - dt.timedelta(days=number))
    yield Case(
        "all at once, the same", [one.outcome for one in door.take_in().settled] == [receipts.SAME] * 3 and door.tables() == alone.tables()
    )


def orders(scene: Scene) -> Iterator[Case]:
    """Five files, among them a late one, an old one and a restated one, in every order."""
    full = Door.of(scene)
    lines = full.pupils(SECOND).splitlines(keepends=True)
    (other,) = [content for (place, name), content in full.files.items() if place == SECOND and "Suspensions" in name]
    files = [
        (SECOND, "Pupils_2025-26_20260901T0900.csv", b"".join(lines)),
        (SECOND, "Pupils_2025-26_20260801T0900.csv", b"".join(lines[:-2])),
        (SECOND, "Pupils_2025-26_20261001T0900.csv", b"".join(lines[:-1])),
        (FIRST, "Pupils_2025-26_20260901T0900.csv", full.pupils(FIRST)),
        (SECOND, "Suspensions_2025-26_20260901T0900.csv", other),
    ]
    ends, inputs, doors = [], [], []
    for order in scene.some(list(itertools.permutations(files)), ORDERS):
        door = Door.of(scene)
        for place, name, content in order:
            door.send(place, name, content)
        ends.append(door.tables())
        inputs.append(intake.inputs(door.home))
        doors.append(door)
        yield Case(
            f"order {len(ends)}", ends[-1] == ends[0] != {} and inputs[-1] == inputs[0], f"{sum(map(len, ends[-1].values()))} rows in use"
        )
    together = Door.of(scene)
    for place, name, content in files:
        together.drop(place, name, content)
    together.take_in()
    yield Case("all five in one night", together.tables() == ends[0])
    if scene.full:
        done = [scene.refresh(door.home) for door in (doors[0], doors[-1])]
        same = manifest(doors[0].home) == manifest(doors[-1].home)
        yield Case("two orders end in the same release", not any(one.returncode for one in done) and same)
        home = with_correction(scene)
        yield Case("a correction is released", not scene.refresh(home).returncode)
        told = pd.read_parquet(home.releases / "current" / "marts" / "mart_restatements.parquet")
        yield Case(
            "past figures that changed are listed, and why", len(told) > 0 and "Not known." not in set(told["why"]), f"{len(told)} figures"
        )


def half_written(scene: Scene) -> Iterator[Case]:
    """Files that are still growing, that stalled, that were cut off, that are empty, that are not finished by their name."""
    door = Door.of(scene)
    content = door.pupils(FIRST)
    path = door.drop(FIRST, "Slow 2025-26.csv", b"")

    looked_at = threading.Event()

    def write() -> None:
        step = len(content) // 3000 + 1
        with path.open("wb", buffering=0) as file:
            for start in range(0, len(content), step):
                file.write(content[start : start + step])
                looked_at.wait(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    report = door.take_in(settle=1.0)
    yield Case("a file that grows is left alone", not report.settled and len(report.arriving) == 1 and path.exists() and not door.tables())
    looked_at.set()
    writer.join()
    settled = door.take_in(settle=0.2).settled
    yield Case("and read once it is whole", [one.outcome in USED for one in settled] == [True])
    whole = door.tables()
    stalled = door.drop(FIRST, "Stalled 2025-26_20261119T0900.csv", b"")
    with stalled.open("ab", buffering=0) as file:
        file.write(b"".join(content.splitlines(keepends=True)[:-5]))
        report = door.take_in(settle=0.5)
        yield Case("a writer that has fallen silent is waited for", not report.settled and stalled.exists())
    stalled.unlink(missing_ok=True)
    for name in ("Pupils 2025-26.csv.part", "Pupils 2025-26.csv.filepart", ".Pupils 2025-26.csv.swp", "Pupils 2025-26.csv.tmp"):
        part = door.drop(FIRST, name, content)
        yield Case(f"{name.rpartition('.')[2]}: not read", not door.take_in().settled and part.exists())
        part.unlink(missing_ok=True)
    for name, cut in (("no byte", b""), ("noughts", bytes(5000)), ("cut in a row", content[: len(content) // 2 + 7].rstrip(b"\r\n"))):
        told = door.send(FIRST, f"{name} 2025-26_20261119T1000.csv", cut)
        yield Case(f"{name}: not accepted", told["outcome"] == receipts.REFUSED and bool(told["problems"]), told["problems"][0]["kind"])
    told = door.send(FIRST, "Cut 2025-26_20261119T1100.xlsx", workbook(rows_of(content))[:-2000])
    yield Case("a workbook cut short: not accepted", told["outcome"] == receipts.REFUSED)
    yield Case("none of them changed what is in use", door.tables() == whole)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(decode(content).text, newline="")))


def fuzzed(scene: Scene) -> Iterator[Case]:
    """Damaged bytes of every kind of file: a receipt that says what is wrong, and not one row of anybody else's changed."""
    door = Door.of(scene)
    content = door.pupils(FIRST)
    door.send(SECOND, "Pupils_2025-26.csv", door.pupils(SECOND))
    others = door.tables(SECOND)
    rows = rows_of(content)
    records = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
    leaves = "".join(f"<PupilOnRoll><UPN>{row[0]}</UPN><Sex>F</Sex><NCyearActual>3</NCyearActual></PupilOnRoll>" for row in rows[1:])
    kinds = {
        "csv": content,
        "tsv": content.replace(b",", b"\t"),
        "xlsx": workbook(rows),
        "xml": f"<?xml version='1.0'?><Message><Pupils><PupilsOnRoll>{leaves}</PupilsOnRoll></Pupils></Message>".encode(),
        "json": json.dumps({"data": records}).encode(),
        "zip": b"PK\x03\x04" + content[:4000],
        "noise": scene.chance.randbytes(20_000),
    }
    damages: list[Callable[[bytes], bytes]] = [_flipped(scene), _cut(scene), _doubled(scene), _filled(scene)]
    for kind, whole in kinds.items():
        for number in range(FUZZED if scene.full else 3):
            damage = damages[number % len(damages)]
            told = door.send(FIRST, f"Pupils 2025-26 {number}.{kind}", damage(whole))
            said = told["outcome"] in (*USED, receipts.SAME, receipts.HELD) or bool(told["problems"] and told["problems"][0]["title"])
            yield Case(f"{kind}, {damage.__name__} {number}", said and told["page"].exists(), told["outcome"])
    yield Case("the other academy's rows are as they were", door.tables(SECOND) == others != {})


def _flipped(scene: Scene) -> Callable[[bytes], bytes]:
    def flipped(content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(scene.chance.randint(1, 60)):
            changed[scene.chance.randrange(len(changed))] ^= 1 << scene.chance.randrange(8)
        return bytes(changed)

    return flipped


def _cut(scene: Scene) -> Callable[[bytes], bytes]:
    def cut(content: bytes) -> bytes:
        return content[: scene.chance.randrange(len(content))]

    return cut


def _doubled(scene: Scene) -> Callable[[bytes], bytes]:
    def doubled(content: bytes) -> bytes:
        start, end = sorted(scene.chance.sample(range(len(content)), 2))
        return content[:end] + content[start:end] + content[end:]

    return doubled


def _filled(scene: Scene) -> Callable[[bytes], bytes]:
    def filled(content: bytes) -> bytes:
        at = scene.chance.randrange(len(content))
        return content[:at] + scene.chance.randbytes(500) + content[at + 500 :]

    return filled


DRILLS: dict[int, Drill] = {4: once, 5: orders, 6: half_written, 7: fuzzed, 10: hostile, 24: odd_names, 26: formulas, 27: injections}

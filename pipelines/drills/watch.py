"""What is missing, and the messages that people read."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pipelines import intake
from pipelines.drills.mailbox import WENT_TO, Mailbox, mailbox
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home, heartbeat
from pipelines.intake.receipts import HELD, REFUSED
from pipelines.orchestration import steps, watch
from pipelines.orchestration.opened import Opened

OFFICE = "office@trust.example"
NIGHTS, SHARE, MOST = 30, 0.05, 3
FIRST_NIGHT = dt.datetime(2026, 1, 20, 2, 0, tzinfo=dt.UTC)
MORNING = dt.timedelta(hours=5)
STOPPED = ("gate_2 said no: nothing_is_hidden_in_vain", "attack said no: nothing_can_be_recovered")


def missing_is_named(scene: Scene) -> Iterator[Case]:
    """35: an academy that sent nothing is named, with how old its last is, to the data team and in every report; totals say how many are in."""
    home = scene.dropped()
    trust = yaml.safe_load((home.trust / "academies.yml").read_text("utf-8"))
    absent, present = trust["academies"][1], trust["academies"][0]
    for file in (home.drop / absent["urn"]).iterdir():
        file.unlink()
    done = scene.refresh(home)
    yield Case("a trust of which one academy sent nothing is released", not done.returncode and (home.releases / "current").exists())
    said = scene.equality("status", "--home", str(home.root)).stdout
    wanted = f"Pupils 2025-26: 1 of 2 academies in. Not in: {absent['name']} (never sent)."
    yield Case("status names it, with its age and how many are in", wanted in said)
    watched = scene.equality("watch", "--no-mail", "--home", str(home.root)).stdout
    yield Case(
        "watch names it and how late it is",
        bool(re.search(rf"{absent['name']}: Pupils 2025-26 is \d+ days late; it never sent any", watched)),
    )
    yield from in_reports(home.releases / "current" / "reports", absent["name"], present["name"])
    marts = scene.equality("query", "--home", str(home.root), "--format", "json", ABSENT.format(absent["urn"])).stdout
    yield Case("its figures are no data, not nought", [row["status"] for row in json.loads(marts or "[]")] == ["x"])
    yield from _a_year_on(scene)


def in_reports(reports: Path, absent: str, present: str) -> Iterator[Case]:
    """What the pages say that people read."""
    for name in ("board.html", "public/equality-information.html"):
        text = _text(reports / name)
        yield Case(f"{name} says k of N", "1 of 2 academies" in text)
        yield Case(f"{name} names it with its age", f"None from {absent} (not in before)." in text)
        yield Case(f"{name} counts nobody out who is in", f"None from {present}" not in text)


ABSENT = (
    "select status from mart_pupil_composition where area_code = '{}' and characteristic = 'all' and cross_characteristic = 'all' "
    "and population = 'pupils' and measure = 'headcount'"
)


def _a_year_on(scene: Scene) -> Iterator[Case]:
    """A new year opens and nobody has sent anything for it yet."""
    home = scene.released()
    path = home.trust / "calendar.yml"
    calendar = yaml.safe_load(path.read_text("utf-8"))
    new = {"period": "2026-27", "starts": dt.date(2026, 9, 1), "ends": dt.date(2027, 8, 31), "reference_date": dt.date(2027, 1, 21)}
    calendar |= {"open_period": "2026-27", "periods": [*calendar["periods"], new | {"due": {"pupils": dt.date(2026, 9, 15)}}]}
    path.write_text(yaml.safe_dump(calendar), "utf-8")
    said = scene.equality("status", "--home", str(home.root)).stdout
    wanted = r"Pupils 2026-27: 0 of 2 academies in\. Not in: .+ \(\d+ days old\), .+ \(\d+ days old\)\."
    yield Case("status tells the age of last year's", bool(re.search(wanted, said)))
    watched = scene.equality("watch", "--no-mail", "--home", str(home.root)).stdout
    yield Case(
        "watch tells the age of last year's", len(re.findall(r"Pupils 2026-27 is \d+ days late; its last is \d+ days old", watched)) == 2
    )


@dataclass
class Nights:
    """Thirty nights of a made-up trust. ``faults``: what a person must read to know of each, and the morning from which it is so."""

    home: Home
    chance: random.Random
    faults: dict[str, dt.datetime] = field(default_factory=dict)

    def chosen(self) -> bool:
        return self.chance.random() < SHARE

    def pass_by(self) -> None:
        """Night after night: files come, or do not, or are bad; the refresh ends well, is stopped by a judge, or dies; in the morning the
        watch looks."""
        opened = Opened.at(self.home.root)
        waiting, late, due = self._plan(opened)
        gate = steps.gate_1(opened)
        for number in range(NIGHTS):
            night = FIRST_NIGHT + dt.timedelta(days=number)
            for file, urn, sent_on in waiting:
                if sent_on == number:
                    (self.home.drop / urn / file.name).write_bytes(file.read_bytes())
            bad = [urn for urn in sorted({urn for _, urn, _ in waiting}) if self.chosen()]
            for urn in bad:
                (self.home.drop / urn / f"list {number}.csv").write_text(f"Surname,Remarks\nnobody,{number}\n")
            taken = intake.take_in(self.home, opened.keys, opened.catalogue, gate, clock=lambda night=night: night, settle=0.0)  # type: ignore[misc]
            intake.send_notices(self.home, opened.catalogue, night, lambda line: None)
            for item in taken.settled:
                if not item.slices and item.outcome in (REFUSED, HELD):
                    self.faults.setdefault(item.reference, night + MORNING)
            heartbeat.began(self.home, night)
            if self.chosen():
                heartbeat.stopped(self.home, night + dt.timedelta(minutes=9), where := self.chance.choice(STOPPED))
                self.faults[f"The refresh of {_told(night)} stopped: {where}"] = night + MORNING
            elif self.chosen():
                self.faults[f"The refresh of {_told(night)} never ended"] = night + MORNING
            else:
                heartbeat.succeeded(self.home, night + dt.timedelta(minutes=20))
            for words, name in late.items():
                if due[name] < night.date():
                    self.faults.setdefault(words, night + MORNING)
            found = watch.look(self.home, opened.catalogue, night + MORNING)
            intake.send_digest(self.home, opened.catalogue, found.faults, night + MORNING)

    def _plan(self, opened: Opened) -> tuple[list[tuple[Path, str, int]], dict[str, str], dict[str, dt.date]]:
        """Which file is sent by whom on which night, one in twenty days too late; and which academies will have to be named for it."""
        store = self.home.root / "to be sent"
        self.home.drop.rename(store)
        self.home.drop.mkdir(mode=0o770)
        waiting: list[tuple[Path, str, int]] = []
        late: dict[str, str] = {}
        due: dict[str, dt.date] = {}
        datasets = {dataset.title.lower().split()[0]: dataset for dataset in opened.catalogue.datasets.values()}
        first = True
        for folder in sorted(store.iterdir()):
            (self.home.drop / folder.name).mkdir()
            academy = opened.catalogue.academy(folder.name)
            for number, file in enumerate(sorted(folder.glob("*_2025-26.*"))):
                on_time = 2 + number % 20
                dataset = next((one for key, one in datasets.items() if file.name.lower().startswith(key)), None)
                missing = academy is not None and dataset is not None and (first or self.chosen())
                waiting.append((file, folder.name, on_time + (9 if missing else 0)))
                if academy and dataset:
                    day = (FIRST_NIGHT + dt.timedelta(days=on_time + 1)).date()
                    due[dataset.name] = max(day, due.get(dataset.name, day))
                    if missing:
                        first = False
                        late[f"{academy.name}: {dataset.title} 2025-26 is"] = dataset.name
        path = self.home.trust / "calendar.yml"
        calendar = yaml.safe_load(path.read_text("utf-8"))
        calendar["periods"][0]["due"] = due
        path.write_text(yaml.safe_dump(calendar), "utf-8")
        opened.__dict__.pop("catalogue", None)
        return waiting, late, due


def alerts_are_read(scene: Scene) -> Iterator[Case]:
    """36: thirty nights with faults in one of twenty; and a line that is silent, found from outside."""
    for seed in scene.some(range(12), 1):
        with mailbox() as server:
            nights = Nights(_with_mail(scene.dropped(), server), random.Random(1000 * scene.seed + seed))
            nights.pass_by()
        yield from read(nights, server, seed)
        scene.kept(f"digests of thirty nights {seed}.txt", _as_read(server))
    yield from _silent(scene)


def read(nights: Nights, server: Mailbox, seed: int) -> Iterator[Case]:
    """What the office and the academies got, against what was wrong."""
    office = [mail for mail in server.mails if mail[WENT_TO] == OFFICE]
    days = Counter(mail["Date"].datetime.date() for mail in office)
    yield Case(
        f"nights {seed}: at most one digest a day to the office", max(days.values(), default=0) <= 1, f"{len(office)} in {NIGHTS} nights"
    )
    texts = {mail["Date"].datetime: " ".join(mail.get_content().split()) for mail in office}
    unnamed = [words for words in nights.faults if not any(words in text for text in texts.values())]
    yield Case(
        f"nights {seed}: every fault is named", bool(nights.faults) and not unnamed, f"{len(unnamed)} of {len(nights.faults)} are not"
    )
    first = [
        words
        for words, since in nights.faults.items()
        if not any(words in text and when.date() == since.date() for when, text in texts.items())
    ]
    yield Case(f"nights {seed}: on the first morning", not first, f"{len(first)} later")
    often = {words: sum(words in text for text in texts.values()) for words in nights.faults}
    yield Case(
        f"nights {seed}: none more than {MOST} times", max(often.values(), default=0) <= MOST, f"at most {max(often.values(), default=0)}"
    )
    others = Counter((mail[WENT_TO], mail["Date"].datetime.date()) for mail in server.mails if mail["Subject"].endswith("received"))
    yield Case(f"nights {seed}: at most one digest a day to an academy", max(others.values(), default=0) <= 1)


def _silent(scene: Scene) -> Iterator[Case]:
    """No daemon runs here at all, and Dagster's own storage is gone: the watch must not need either."""
    home = scene.released()
    for path in sorted(home.dagster.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    now = dt.datetime.now(dt.UTC)
    well = scene.equality("watch", "--no-mail", "--home", str(home.root))
    yield Case("a line that runs ends with 0", well.returncode == 0, well.stdout[:60])
    heartbeat.succeeded(home, now - dt.timedelta(hours=50))
    with mailbox() as server:
        _with_mail(home, server)
        late = scene.equality("watch", "--home", str(home.root))
        again = scene.equality("watch", "--home", str(home.root))
    said = "No refresh has succeeded within 26 hours. The last that succeeded ended 2 days ago."
    yield Case("an old refresh ends with 1 and says so", late.returncode == again.returncode == 1 and said in late.stdout)
    yield Case("the office is written to once", len(server.mails) == 1 and said in " ".join(server.mails[0].get_content().split()))
    (home.trust / "watch.yml").write_text("refresh_hours: 60\n", "utf-8")
    yield Case("the trust's own limit is kept", scene.equality("watch", "--no-mail", "--home", str(home.root)).returncode == 0)
    (home.trust / "watch.yml").write_text("refresh_hours: 60\nrelease_hours: 24\n", "utf-8")
    old = scene.equality("watch", "--no-mail", "--home", str(home.root))
    yield Case("an old release ends with 1 and says so", old.returncode == 1 and "24 hours are allowed" in old.stdout)
    yield _killed(scene, home)


def _killed(scene: Scene, home: Home) -> Case:
    """A refresh that is killed cannot tell anybody; the watch can."""
    (home.trust / "watch.yml").unlink()
    (home.drop / "trust" / "Staff_2025-26 nil.csv").write_text("nil,staff,2025-26\n", "utf-8")
    heartbeat.succeeded(home, dt.datetime.now(dt.UTC))
    before = heartbeat.read(home).began
    run = scene.start("refresh", "--home", str(home.root))
    deadline = time.monotonic() + 60
    while heartbeat.read(home).began == before and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    beat = heartbeat.read(home)
    morning = (beat.began or dt.datetime.now(dt.UTC)) + MORNING
    found = watch.look(home, Opened.at(home.root).catalogue, morning)
    named = [fault.words for fault in found.faults if "never ended" in fault.words]
    return Case("a refresh that was killed is named the next morning", beat.ended is None and len(named) == 1 and not found.line_is_well)


def _with_mail(home: Home, server: Mailbox) -> Home:
    entry = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "equality@trust.example", "office": [OFFICE]}
    urns = sorted(folder.name for folder in home.drop.iterdir() if folder.name.isdigit())
    academies = {urn: [f"office@{urn}.example"] for urn in urns}
    (home.trust / "mail.yml").write_text(yaml.safe_dump(entry | {"academies": academies}), "utf-8")
    return home


def _as_read(server: Mailbox) -> str:
    """Every mail to the office, as it was read."""
    office = [mail for mail in server.mails if mail[WENT_TO] == OFFICE]
    return ("\n" + "=" * 72 + "\n").join(f"{mail['Date']}\n{mail['Subject']}\n\n{mail.get_content()}" for mail in office)


def _told(moment: dt.datetime) -> str:
    return f"{moment.astimezone(intake.SCHOOL_TIME):%-d %B at %H:%M}"


def _text(page: Path) -> str:
    """The words of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.read_text("utf-8")).split())


DRILLS: dict[int, Drill] = {35: missing_is_named, 36: alerts_are_read}

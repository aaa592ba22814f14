"""The doctor names what is wrong and what to do, changes nothing, and is content with a home that is as it should be."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import pytest
from made_up_exports import FIRST, NOW, MadeUpTrust, pupils, written

from pipelines.home import Home
from pipelines.home.keys import STORAGE, upcoming
from pipelines.orchestration.doctor import examine
from pipelines.release import audit

MACHINE = {"packages", "disk", "paper", "language and time"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    os.umask(0o077)
    trust = MadeUpTrust.at(tmp_path / "home")
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    (trust.home.drop / FIRST).chmod(0o2770)
    audit.append(trust.home.audit, "somebody", "something", NOW)
    return trust.home


def ill(home: Home) -> dict[str, str]:
    return {item.subject: item.mend for item in examine(home, dt.datetime.now(dt.UTC)) if not item.well and item.subject not in MACHINE}


def test_a_home_that_is_as_it_should_be_wants_a_release_and_nothing_else(home: Home) -> None:
    before = {path: path.lstat().st_mtime_ns for path in home.root.rglob("*")}
    assert set(ill(home)) == {"releases"}
    assert {path: path.lstat().st_mtime_ns for path in home.root.rglob("*")} == before


def test_each_fault_is_named_with_what_to_do(home: Home) -> None:
    (home.raw / "file").write_bytes(b"")
    (home.raw / "file").chmod(0o644)
    (home.drop / FIRST).chmod(0o755)
    (home.root / ".git").mkdir()
    (home.trust / ".objections.yml.before").touch()
    text = home.audit.read_text()
    home.audit.write_text(text.replace("something", "nothing"))
    os.utime(home.quarantine, (time.time() + 86400,) * 2)
    upcoming(home, STORAGE)
    found = ill(home)
    assert "chmod 600" in found["permissions"]
    assert "chmod 2770" in found["drop folders"]
    assert "/srv/equality" in found["git"]
    assert "backup" in found["audit log"]
    assert "equality rotate-key storage" in found["keys"]
    assert "timedatectl" in found["clock"]
    assert "equality refresh" in found["leftovers"]


def test_a_missing_key_and_a_broken_declaration_are_told_in_their_own_words(home: Home) -> None:
    (home.keys / STORAGE).unlink()
    (home.trust / "calendar.yml").write_text("open_period: [")
    found = ill(home)
    assert "missing" in found["keys"] and "calendar.yml" in found["declarations"]


def test_mail_without_its_password_is_told(home: Home) -> None:
    (home.trust / "mail.yml").write_text("{host: mail.example.org, user: equality, sender: a@example.org, office: [b@example.org]}")
    assert "mail_password" in ill(home)["declarations"]

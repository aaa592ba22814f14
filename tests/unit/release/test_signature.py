"""The signature of a release, its statement, and the audit log by the statement's word."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home, HomeError, make_keys
from pipelines.home.layout import bring_up_to_date
from pipelines.home.paths import LAYOUT
from pipelines.home.signing import PRIVATE, PUBLIC, make_signing_key, public_keys, read_public, sign
from pipelines.release import audit, release, statement
from pipelines.release.bundle import SIGNATURE
from pipelines.release.manifest import Manifest, read
from pipelines.release.signature import Signed, signed

DAY = dt.date(2026, 9, 1)
NOON = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def made(home: Home, build: Callable[..., Manifest], dated: Callable[..., Any]) -> Path:
    build()
    name = str(release.make(home, dated(), DAY).id)
    statement.state(home, "clerk", NOON)
    return home.releases / name


def test_a_release_is_signed_by_its_trust_and_by_no_other(home: Home, made: Path, tmp_path: Path) -> None:
    other = Home.at(tmp_path / "other")
    other.make()
    make_keys(other)
    assert signed(made, public_keys(home)) is Signed.HERE
    assert signed(made, public_keys(other)) is Signed.OTHERWISE
    (made / SIGNATURE).write_bytes(sign(other, read(made).content()))
    assert signed(made, public_keys(home)) is Signed.OTHERWISE
    (made / SIGNATURE).unlink()
    assert signed(made, public_keys(home)) is Signed.NOT


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_can_check_it_without_this_program(home: Home, made: Path) -> None:
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(home.keys / PUBLIC), "-rawin"]
    command += ["-in", "manifest.json", "-sigfile", SIGNATURE]
    assert subprocess.run(command, cwd=made, capture_output=True, check=False).returncode == 0
    (made / "manifest.json").write_bytes(b"x")
    assert subprocess.run(command, cwd=made, capture_output=True, check=False).returncode != 0


def test_the_same_manifest_has_the_same_signature(home: Home, made: Path) -> None:
    assert sign(home, read(made).content()) == (made / SIGNATURE).read_bytes()


def test_what_a_former_key_signed_still_verifies_and_a_lost_key_is_never_replaced_unasked(home: Home, made: Path) -> None:
    (home.keys / PRIVATE).unlink()
    make_signing_key(home)
    with pytest.raises(HomeError, match="is lost for good"):
        sign(home, b"")
    (home.keys / PUBLIC).rename(home.keys / "signing-lost.pub")
    bring_up_to_date(home)
    assert len(public_keys(home)) == 2
    assert signed(made, public_keys(home)) is Signed.HERE
    assert sign(home, b"") != b""


def test_a_home_of_this_layout_without_any_key_gets_none(home: Home) -> None:
    bring_up_to_date(home)
    assert home.layout == LAYOUT
    for path in (PRIVATE, PUBLIC):
        (home.keys / path).unlink()
    bring_up_to_date(home)
    assert not (home.keys / PRIVATE).exists()


def test_anything_else_is_no_public_key(home: Home) -> None:
    for path in (home.keys / PRIVATE, home.keys / "storage.key", home.keys / "none"):
        with pytest.raises(HomeError, match="not the public half"):
            read_public(path)


def test_a_release_is_stated_once_and_its_line_anchors_the_log(home: Home, made: Path) -> None:
    before = sorted(home.releases.iterdir())
    statement.state(home, "clerk", NOON)
    assert sorted(home.releases.iterdir()) == before
    assert [line.what.split(":")[0] for line in audit.lines(home.audit)] == [f"released {made.name}"]
    assert statement.problems(home, public_keys(home)) == []


def test_a_statement_that_a_kill_prevented_is_made_good_with_the_same_line(home: Home, made: Path) -> None:
    log = home.audit.read_bytes()
    (home.releases / f"{made.name}{statement.SUFFIX}").unlink()
    assert "has no statement" in statement.problems(home, public_keys(home))[0]
    statement.state(home, "night", NOON)
    assert home.audit.read_bytes() == log
    assert statement.problems(home, public_keys(home)) == []


def test_a_log_cut_or_written_anew_shows(home: Home, made: Path) -> None:
    home.audit.unlink()
    audit.append(home.audit, "clerk", "another story", NOON)
    assert audit.verify(home.audit) == []
    assert "is not there" in statement.problems(home, public_keys(home))[0]


def test_a_changed_statement_shows(home: Home, made: Path) -> None:
    path = home.releases / f"{made.name}{statement.SUFFIX}"
    path.write_text(path.read_text().replace("clerk", "other"))
    assert "was changed" in statement.problems(home, public_keys(home))[0]

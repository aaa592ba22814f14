"""An equality impact assessment on the demonstration, by its verbs: chosen before looking, answered, frozen once, and never changed unseen."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli.impact import app
from pipelines.home import Home
from pipelines.reporting.pages import pdf

CHOSEN = ["--measure", "suspended", "--measure", "persistent_absence", "--characteristic", "disadvantage", "--academy", "900404"]
PEOPLE = ["--lead", "Head of inclusion", "--reviewer", "A trustee"]
ANSWERED = {
    "groups_affected": "Disadvantaged pupils.",
    "mitigations": [
        {
            "measure": measure,
            "characteristic": "disadvantage",
            "group": "disadvantaged",
            "what": "A mentor",
            "owner": "Head",
            "by": "2027-01-08",
        }
        for measure in ("persistent_absence", "suspended")
    ],
    "outcome": "change",
    "reviewed_on": "2026-11-20",
}


@pytest.fixture
def home(demonstration: Home, tmp_path: Path) -> Home:
    """A copy of what an assessment needs of the demonstration: declarations, releases and the key that signs."""
    place = Home.at(tmp_path / "home")
    for folder in (demonstration.trust, demonstration.releases, demonstration.keys):
        shutil.copytree(folder, place.root / folder.name, symlinks=True)
    return place


def eia(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("equality")), "eia", *arguments, "--home", str(home.root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def begun(home: Home) -> str:
    assert eia(home, "new", "New behaviour policy", *CHOSEN, *PEOPLE).returncode == 0
    return eia(home, "list").stdout.split()[0]


def answer(home: Home, identity: str, **more: object) -> None:
    (home.impact / identity / "assessment.yml").write_text(yaml.safe_dump({**ANSWERED, **more}), "utf-8")


def test_it_is_frozen_once_with_every_figure_that_was_chosen_and_no_other(home: Home) -> None:
    identity = begun(home)
    assert eia(home, "look", identity).returncode == 0
    answer(home, identity)
    assert eia(home, "freeze", identity).returncode == 0
    pack = home.impact / identity / "frozen"
    assert "disadvantage" in (pack / "gaps.csv").read_text() and "sen_provision" not in (pack / "cells.csv").read_text()
    page = (pack / "assessment.html").read_text("utf-8")
    assert "Persistent absence" in page and "A mentor" in page and "<script" not in page
    assert "Made-up data" in page and page.count("<h1") == 1
    assert set(re.findall(r'href="#(\w+)"', page)) == {"main", "chosen", "affected", "figures", "done"}
    assert eia(home, "verify", identity).returncode == 0
    assert eia(home, "freeze", identity).returncode == 2


def test_the_pack_holds_the_page_on_paper_where_the_machine_can_set_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = begun(home)
    answer(home, identity)
    monkeypatch.setattr(pdf, "on_paper", lambda html: b"%PDF of " + html[:15].encode())
    done = CliRunner().invoke(app, ["freeze", identity, "--home", str(home.root)])
    assert done.exit_code == 0 and "Without" not in done.stdout
    assert (home.impact / identity / "frozen" / "assessment.pdf").read_bytes() == b"%PDF of <!DOCTYPE html>"
    assert eia(home, "verify", identity).returncode == 0


def test_without_pango_it_is_frozen_without_the_paper_and_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = begun(home)
    answer(home, identity)
    monkeypatch.setattr(pdf, "on_paper", lambda _: None)
    done = CliRunner().invoke(app, ["freeze", identity, "--home", str(home.root)])
    assert done.exit_code == 0 and "Without assessment.pdf" in done.stdout
    assert not (home.impact / identity / "frozen" / "assessment.pdf").exists()
    assert eia(home, "verify", identity).returncode == 0


def test_a_clear_gap_without_an_answer_and_a_missing_review_keep_it_open(home: Home) -> None:
    identity = begun(home)
    answer(home, identity, mitigations=[])
    done = eia(home, "freeze", identity)
    assert done.returncode == 2 and "persistent_absence, disadvantage, disadvantaged" in done.stderr
    answer(home, identity, reviewed_on=None)
    assert "reviewed_on" in eia(home, "freeze", identity).stderr
    assert not (home.impact / identity / "frozen").exists()


def test_a_choice_that_was_changed_after_looking_is_refused(home: Home) -> None:
    identity = begun(home)
    answer(home, identity)
    path = home.impact / identity / "choice.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"measures": ["enrichment"]}))
    done = eia(home, "freeze", identity)
    assert done.returncode == 2 and "was changed" in done.stderr


@pytest.mark.parametrize("name", ["gaps.csv", "assessment.html", "assessment.pdf", "choice.json", "manifest.json"])
def test_a_frozen_pack_that_was_changed_does_not_verify(home: Home, name: str) -> None:
    identity = begun(home)
    answer(home, identity)
    assert eia(home, "freeze", identity).returncode == 0
    path = home.impact / identity / "frozen" / name
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1) if path.exists() else b"a page that nobody froze")
    assert eia(home, "verify", identity).returncode == 1


def test_what_cannot_be_chosen_is_said_in_a_sentence(home: Home) -> None:
    strange = eia(home, "new", "X", "--measure", "happiness", "--characteristic", "sex", *PEOPLE)
    assert strange.returncode == 2 and "no measure 'happiness'" in strange.stderr
    alone = eia(home, "new", "X", "--measure", "suspended", "--characteristic", "sex", "--lead", "A", "--reviewer", "a")
    assert alone.returncode == 2 and "second pair of eyes" in alone.stderr
    assert eia(home, "freeze", "../releases").returncode == 2

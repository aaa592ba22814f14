"""Bad input, from the drop folder to the receipt: each fault is answered in its own words and harms nobody else."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from made_up_exports import FIRST, NOW, SECOND, MadeUpTrust, pupil, pupils, written

from expectations.landing import judge_landing
from pipelines import intake
from pipelines.intake import receipts

GOOD = "pupils_2025-26_20260112T0900.csv"
LATER = "pupils_2025-26_20260115T1600.csv"


@dataclass(frozen=True)
class Line:
    """A trust in which two academies have sent a good file, and the gate that real files pass."""

    trust: MadeUpTrust

    def send(self, place: str, name: str, content: bytes) -> intake.Settled:
        """Drop one file and take it in."""
        self.trust.drop(place, name, content)
        (settled,) = self.take_in().settled
        return settled

    def take_in(self) -> intake.IntakeReport:
        catalogue = self.trust.catalogue
        return self.trust.take_in(partial(judge_landing, code_sets=catalogue.code_sets), catalogue)

    def rows(self, urn: str) -> list[dict[str, Any]]:
        """What is in use of one academy."""
        return [row for row in self.trust.landed() if row["academy_urn"] == urn]


@pytest.fixture
def line(tmp_path: Path) -> Line:
    made = Line(MadeUpTrust.at(tmp_path / "home"))
    made.trust.drop(FIRST, GOOD, written(pupils(range(40))))
    made.trust.drop(SECOND, GOOD, written(pupils(range(40, 90))))
    assert [item.outcome for item in made.take_in().settled] == [receipts.ACCEPTED, receipts.ACCEPTED]
    return made


def told(settled: intake.Settled) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(settled.receipt.with_name(receipts.DATA).read_text("utf-8"))
    return content


def problems(settled: intake.Settled) -> list[tuple[str, str, list[int]]]:
    return [(item["kind"], item["column"], item["rows"]) for item in told(settled)["problems"]]


def test_a_missing_column_is_named_and_the_last_file_stays_in_use(line: Line) -> None:
    before = line.trust.landed()
    settled = line.send(FIRST, LATER, written(pupils(range(40)), leave_out=["Sex"]))
    assert settled.headline == "Not accepted; we still use your file of 20 January 2026"
    assert problems(settled) == [("missing_column", "Sex", [])]
    assert "A column is missing: Sex" in settled.receipt.read_text("utf-8")
    assert line.trust.landed() == before


def test_a_near_miss_is_told_with_the_line_that_would_make_it_known(line: Line) -> None:
    settled = line.send(FIRST, LATER, written(pupils(range(40))).replace(b"Sex,", b"Gendr,", 1))
    assert problems(settled) == [("missing_column_near", "Sex", [])]
    told_to = settled.receipt.read_text("utf-8")
    proposed = 'also: {"Gendr": sex}'
    assert f"Gendr may be it; the line for trust/datasets/pupils.yml is  {proposed}" in html.unescape(told_to)
    (line.trust.home.trust / "datasets").mkdir()
    (line.trust.home.trust / "datasets" / "pupils.yml").write_text(f"name: pupils\n{proposed}\n", "utf-8")
    again = line.send(FIRST, "pupils_2025-26_20260116T0900.csv", written(pupils(range(40))[::-1]).replace(b"Sex,", b"Gendr,", 1))
    assert (again.outcome, again.rows) == (receipts.ACCEPTED, "40")


def test_another_academys_pupils_are_locked_away_and_its_name_is_not_told(line: Line) -> None:
    before = line.trust.landed()
    rows = [{"URN": SECOND, **row} for row in pupils(range(40, 90), Sex="F")]
    settled = line.send(FIRST, LATER, written(rows))
    assert settled.outcome == receipts.REFUSED
    assert [kind for kind, _, _ in problems(settled)] == ["wrong_academy"]
    assert line.trust.landed() == before
    assert SECOND not in json.dumps(told(settled))
    assert [path.name for path in line.trust.home.quarantine.iterdir()] == [told(settled)["content_hash"]]
    assert not (line.trust.home.raw / told(settled)["content_hash"]).exists()


def test_an_unreadable_file_is_answered_and_harms_only_itself(line: Line) -> None:
    before = line.trust.landed()
    settled = line.send(FIRST, "pupils_2025-26_20260115T1600.xlsx", b"PK\x03\x04" + bytes(range(256)) * 20)
    assert settled.outcome == receipts.REFUSED
    assert [kind for kind, _, _ in problems(settled)] == ["unsafe_workbook"]
    assert line.trust.landed() == before


def test_an_unknown_code_is_quoted_and_its_pupil_still_counts(line: Line) -> None:
    settled = line.send(FIRST, LATER, written([*pupils(range(39)), pupil(39, Ethnicity="ZZZ9")]))
    assert (settled.headline, settled.rows) == ("Accepted, with 1 thing to fix", "40")
    assert problems(settled) == [("code_unknown", "Ethnicity", [41])]
    assert told(settled)["problems"][0]["values"] == ["ZZZ9"]
    assert len(line.rows(FIRST)) == 40
    assert sum("ethnicity" not in row["attributes"] for row in line.rows(FIRST)) == 1
    compared = {item["group"]: (item["last"], item["now"]) for item in told(settled)["compared"]}
    assert compared["All"] == (40, 40)
    assert compared["Ethnicity not known"] == (0, 1)


def test_a_file_dropped_twice_is_counted_once_and_says_so(line: Line) -> None:
    before = line.trust.landed()
    settled = line.send(FIRST, LATER, written(pupils(range(40))))
    assert settled.headline == "Same file as before"
    assert "exactly this file on 20 January 2026" in told(settled)["summary"]
    assert line.trust.landed() == before


def test_nothing_of_the_five_is_lost_and_nobody_else_is_harmed(line: Line) -> None:
    second = line.rows(SECOND)
    sent = [
        line.send(FIRST, "a_20260115T1601.csv", written(pupils(range(40)), leave_out=["Sex"])),
        line.send(FIRST, "b_20260115T1602.csv", written([{"URN": SECOND, **row} for row in pupils(range(50))])),
        line.send(FIRST, "c_20260115T1603.csv", b"UPN,Sex\n\x00\x00"),
        line.send(FIRST, "d_20260115T1604.csv", written([*pupils(range(39)), pupil(39, Ethnicity="ZZZ9")])),
        line.send(FIRST, "e_20260115T1605.csv", written(pupils(range(40)))),
    ]
    assert line.rows(SECOND) == second
    home = line.trust.home
    for settled in sent:
        digest = told(settled)["content_hash"]
        assert (home.raw / digest).exists() or (home.quarantine / digest).exists()
        assert (home.drop / FIRST / "receipts" / settled.reference / receipts.PAGE).read_bytes() == settled.receipt.read_bytes()
    assert sorted(path.name for path in (home.drop / FIRST).iterdir()) == ["receipts"]
    state = intake.status(home, line.trust.catalogue, NOW)
    assert set(state[state["dataset"] == "pupils"].set_index("academy_urn").loc[[FIRST, SECOND], "state"]) == {"in use"}

"""Suppression problems: bad ones are refused with a sentence and exit code 2, good ones are solved and audited."""

from __future__ import annotations

import copy
import gzip
import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.disclosure import problems
from pipelines.disclosure.__main__ import main
from pipelines.disclosure.heartbeat import Heartbeat, duration

SHARED = Path(__file__).parents[4] / "shared" / "disclosure" / "instances"
GOOD = {
    "format": "csp-linked-1",
    "name": "made up",
    "k": 5,
    "policy": {"primary": "1..k-1", "need_hi": 5, "need_width": 4, "lower_bound": 0, "zeros_suppressible": True},
    "columns": ["id", "table", "labels", "value", "primary", "published", "suppressible", "cost"],
    "cells": [
        [7, "t", {}, 73, 0, 1, 0, 0],
        [1, "t", {}, 23, 0, 1, 1, 55], [2, "t", {}, 50, 0, 1, 1, 66],
        [3, "t", {}, 18, 0, 1, 1, 52], [4, "t", {}, 55, 0, 1, 1, 68],
        [10, "t", {}, 3, 1, 1, 1, 30], [11, "t", {}, 20, 0, 1, 1, 53],
        [12, "t", {}, 15, 0, 1, 1, 50], [13, "t", {}, 35, 0, 1, 1, 61],
    ],
    "relations": [[7, [1, 2]], [7, [3, 4]], [1, [10, 11]], [2, [12, 13]], [3, [10, 12]], [4, [11, 13]]],
}  # fmt: skip


def written(folder: Path, document) -> Path:
    path = folder / "problem.json"
    path.write_text(json.dumps(document))
    return path


def changed(**changes):
    document = copy.deepcopy(GOOD)
    for name, value in changes.items():
        if name in ("value", "id"):
            document["cells"][5][document["columns"].index(name)] = value
        else:
            document[name] = value
    return document


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (changed(value=4), "not additive: 2 of its 6 equations do not hold, those of cell 1 of t; cell 3 of t."),
        (changed(value=-3), "negative: cell 10 of t."),
        (changed(value="3"), "must be a number from 0 to a million thousand millions; it is not in cell 10 of t."),
        (changed(value=float("nan")), "it is not in cell 10 of t."),
        (changed(value=10**400), "it is not in cell 10 of t."),
        (changed(value=None), "it is not in cell 10 of t."),
        (changed(id=11), "share an id: cell 11 of t."),
        (changed(id=10**30), "fifteen digits, unlike that of row 6"),
        (changed(id="10"), "fifteen digits, unlike that of row 6"),
        (changed(cells=[*GOOD["cells"][:3], [1, 2]]), "unlike row 4 of its cells"),
        (changed(cells=[]), "lists no cells"),
        (changed(columns=["id"]), "its columns must be names"),
        (changed(policy={"primary": "whatever"}), "policy is unknown"),
        (changed(policy=GOOD["policy"] | {"lower_bound": 2}), "policy is unknown"),
        (changed(format="csp-linked-9"), "format"),
        (changed(policy=GOOD["policy"] | {"need_hi": "ten"}), "policy is unknown"),
        (changed(relations=[[7, [1, 99]]]), "does not list: 99."),
        (changed(relations=[[7, [1, "2"]]]), "does not list: 2."),
        (changed(relations=[[7, [1, 1, 2]]]), "names a cell twice: cell 1 of t."),
        (changed(relations=[[7, []]]), "Relation 1 of the problem is not a total and a list of its parts."),
        (changed(relations=[[7, [1]], [1, [2]], [2, [7]]]), "in a circle, so that a cell is part of itself: cell 7 of t; cell 1 of t"),
        (changed(equations=[{"ids": [1], "coefs": [1, 2], "rhs": 0}]), "one coefficient for each cell"),
        (
            changed(equations=[{"ids": [1], "coefs": [float("inf")], "rhs": 0}]),
            "Equation 1 of the problem holds something that is no number",
        ),
        ([], "format"),
    ],
)
def test_a_problem_that_cannot_be_trusted_is_refused_with_a_sentence(tmp_path, capsys, document, sentence):
    code = main(["solve", str(written(tmp_path, document)), "--level", "exact", "-o", str(tmp_path / "out.json")])
    assert code == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "out.json").exists()


def test_a_file_that_is_no_problem_at_all_is_refused(tmp_path, capsys):
    whole = gzip.compress(json.dumps(GOOD).encode())
    contents = {
        "noise.gz": b"\x1f\x8bnoise",
        "cut.gz": whole[:-20],
        "bent.gz": whole[:40] + b"??" + whole[42:],
        "deep": b"[" * 100_000,
        "bytes": b"\xff{}",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    for name in (*contents, "absent.json", "."):
        assert main(["solve", str(tmp_path / name), "-o", str(tmp_path / "o")]) == 2
        assert "is not a readable JSON file" in capsys.readouterr().err


@pytest.mark.parametrize("level", ["exact", "interval"])
def test_a_solved_problem_passes_its_own_audit_and_a_thinned_one_does_not(tmp_path, capsys, level):
    source, out = written(tmp_path, GOOD), tmp_path / "out.json"
    assert main(["solve", str(source), "--level", level, "--budget", "5", "-o", str(out)]) == 0
    assert main(["audit", str(source), str(out), "--level", level]) == 0
    pattern = json.loads(out.read_text())
    assert 10 in pattern["suppressed"]
    assert 7 not in pattern["suppressed"]
    out.write_text(json.dumps({"suppressed": [10, 11]}))
    assert main(["audit", str(source), str(out), "--level", level]) == 1
    assert "Not protected as they could be: cell 10 of t." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("suppressed", "sentence"),
    [
        ([11], "shows a primary cell: cell 10 of t."),
        ([10, 7], "must stay shown: cell 7 of t."),
        ([10, "x"], "not {"),
        ([10, True], "not {"),
        ([10, 1234], "lists no cell 1234."),
        (None, "not {"),
    ],
)
def test_a_pattern_that_breaks_the_rules_is_refused(tmp_path, capsys, suppressed, sentence):
    pattern = tmp_path / "pattern.json"
    pattern.write_text(json.dumps({"suppressed": suppressed}))
    assert main(["audit", str(written(tmp_path, GOOD)), str(pattern)]) == 2
    assert sentence in capsys.readouterr().err


def infeasible(**policy):
    """A table in which no pattern gives cell 10 the room it needs: everything else in its row must stay shown."""
    document = changed(policy=GOOD["policy"] | policy)
    at = document["columns"].index("suppressible")
    for cell in document["cells"]:
        cell[at] = int(cell[0] == 12)
    return document


@pytest.mark.parametrize("level", ["exact", "interval"])
def test_a_primary_that_nothing_could_protect_is_named_and_nothing_is_written_unless_a_person_accepts_it(tmp_path, capsys, level):
    source, out = written(tmp_path, infeasible()), tmp_path / "out.json"
    assert main(["solve", str(source), "--level", level, "--budget", "1", "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert f"1 primaries cannot be protected at level {level}, whatever is hidden: cell 10 of t." in said
    assert not out.exists()
    assert main(["solve", str(source), "--level", level, "--budget", "1", "--accept-infeasible", "-o", str(out)]) == 0
    assert "stay narrow whatever is hidden; merge their categories, or withdraw the table:\ncell 10 of t\n" in capsys.readouterr().out
    assert 10 in json.loads(out.read_text())["suppressed"]


def test_room_that_only_the_asked_width_exceeds_is_infeasible_at_level_interval_alone(tmp_path, capsys):
    source, out = written(tmp_path, changed(policy=GOOD["policy"] | {"need_width": 1000})), tmp_path / "out.json"
    assert main(["solve", str(source), "--level", "exact", "--budget", "1", "-o", str(out)]) == 0
    out.unlink()
    assert main(["solve", str(source), "--budget", "1", "-o", str(out)]) == 2
    assert "cell 10 of t" in capsys.readouterr().err
    assert not out.exists()


def test_where_the_pattern_cannot_be_written_is_said_and_a_pattern_before_it_stays(tmp_path, capsys):
    source = written(tmp_path, GOOD)
    assert main(["solve", str(source), "--budget", "1", "-o", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    assert main(["solve", str(source), "--budget", "1", "-o", str(source / "out.json")]) == 2
    assert "out.json cannot be written (" in capsys.readouterr().err
    out = tmp_path / "out.json"
    out.write_text("before")
    assert main(["solve", str(written(tmp_path, changed(value=4))), "-o", str(out)]) == 2
    assert out.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.json", "problem.json"]


@pytest.mark.parametrize("budget", ["-1", "nan", "inf", "soon"])
def test_a_budget_that_is_no_time_is_refused(tmp_path, capsys, budget):
    with pytest.raises(SystemExit) as stopped:
        main(["solve", str(tmp_path / "p"), "--budget", budget, "-o", str(tmp_path / "o")])
    assert stopped.value.code == 2
    assert "--budget" in capsys.readouterr().err


def test_long_work_is_told_now_and_then_and_not_at_all_when_quiet(capsys):
    for quiet in (False, True):
        with Heartbeat("looking", quiet, every=0.02) as beat:
            time.sleep(0.05)
            beat.say("judging")
            time.sleep(0.05)
        told = capsys.readouterr().err
        assert ("looking (" in told and "judging (" in told) is not quiet
    assert [duration(seconds) for seconds in (0.04, 9.96, 59.6, 200, 3900)] == ["0.0 s", "10 s", "1 min", "3 min 20 s", "1 h 5 min"]


ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 60), st.sampled_from([10**18, -(10**400), 1e308]), st.floats(), st.text(max_size=4),
        st.sampled_from(["7", "id", "\ud800", "\x1b[2J", "csp-linked-1"]),
    ),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=2),
    max_leaves=5,
)  # fmt: skip


@st.composite
def documents(draw):
    """The good problem with one to three entries, at any depth, replaced, dropped or doubled."""
    document = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        place = document
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and draw(st.integers(0, 3)):
                place = place[key]
                continue
            change = draw(st.sampled_from(["replace", "drop", "double"]))
            if change == "replace":
                place[key] = draw(ANYTHING)
            elif change == "drop":
                del place[key]
            elif isinstance(place, list):
                place.append(copy.deepcopy(place[key]))
            break
    return document


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents(), level=st.sampled_from(["exact", "interval"]))
def test_whatever_a_file_holds_it_is_solved_safely_or_refused_with_one_sentence(tmp_path, capsys, document, level):
    source, out = written(tmp_path, document), tmp_path / "out.json"
    out.unlink(missing_ok=True)
    capsys.readouterr()
    code = main(["solve", str(source), "--level", level, "--budget", "0.05", "--quiet", "-o", str(out)])
    said = capsys.readouterr().err
    assert code in (0, 2)
    assert out.exists() == (code == 0)
    assert len(said.splitlines()) == (code == 2)
    assert said.isprintable() or said.rstrip("\n").isprintable()
    if code == 0:
        assert main(["audit", str(source), str(out), "--level", level, "--quiet"]) == 0


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.one_of(st.binary(max_size=60), ANYTHING.map(lambda held: json.dumps(held).encode())))
def test_whatever_a_pattern_file_holds_it_is_judged_or_refused_with_one_sentence(tmp_path, capsys, content):
    pattern = tmp_path / "pattern.json"
    pattern.write_bytes(content)
    capsys.readouterr()
    assert main(["audit", str(written(tmp_path, GOOD)), str(pattern), "--quiet"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.skipif(not SHARED.exists(), reason="the shared suppression problems are not beside this repository")
@pytest.mark.parametrize("name", ["i01_star10_1way_k5", "i05_star16_outcome_k5", "i12_trust12_1way_k10"])
def test_a_shared_problem_is_solved_without_violation(tmp_path, name):
    source, out = SHARED / f"{name}.json.gz", tmp_path / "out.json"
    assert main(["solve", str(source), "--level", "exact", "--budget", "5", "-o", str(out)]) == 0
    problem = problems.load(source)
    assert (problems.read_pattern(out, problem) | ~problem.start).all()
    assert json.loads(gzip.decompress(source.read_bytes()))["name"] == name

"""Suppression problems: bad ones are refused with a sentence and exit code 2, good ones are solved and audited."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path

import pytest

from pipelines.disclosure import problems
from pipelines.disclosure.__main__ import main

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
        (changed(value=4), "not additive"),
        (changed(value=-3), "negative"),
        (changed(id=11), "share an id"),
        (changed(policy={"primary": "whatever"}), "policy is unknown"),
        (changed(policy=GOOD["policy"] | {"lower_bound": 2}), "policy is unknown"),
        (changed(format="csp-linked-9"), "format"),
        (changed(relations=[[7, [1, 99]]]), "does not list"),
        ([], "format"),
    ],
)
def test_a_problem_that_cannot_be_trusted_is_refused_with_a_sentence(tmp_path, capsys, document, sentence):
    code = main(["solve", str(written(tmp_path, document)), "--level", "exact", "-o", str(tmp_path / "out.json")])
    assert code == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_a_file_that_is_no_problem_at_all_is_refused(tmp_path, capsys):
    (tmp_path / "noise.json.gz").write_bytes(b"\x1f\x8bnoise")
    assert main(["solve", str(tmp_path / "noise.json.gz"), "--level", "exact", "-o", str(tmp_path / "o")]) == 2
    assert main(["solve", str(tmp_path / "absent.json"), "--level", "exact", "-o", str(tmp_path / "o")]) == 2
    assert "not a readable JSON file" in capsys.readouterr().err


@pytest.mark.parametrize("level", ["exact", "interval"])
def test_a_solved_problem_passes_its_own_audit_and_a_thinned_one_does_not(tmp_path, level):
    source, out = written(tmp_path, GOOD), tmp_path / "out.json"
    assert main(["solve", str(source), "--level", level, "--budget", "5", "-o", str(out)]) == 0
    assert main(["audit", str(source), str(out), "--level", level]) == 0
    pattern = json.loads(out.read_text())
    assert 10 in pattern["suppressed"]
    assert 7 not in pattern["suppressed"]
    pattern["suppressed"] = [key for key in pattern["suppressed"] if key == 10 or key != max(pattern["suppressed"])]
    out.write_text(json.dumps({"suppressed": [10, 11]}))
    assert main(["audit", str(source), str(out), "--level", level]) == 1


@pytest.mark.parametrize(
    ("suppressed", "sentence"), [([11], "shows a primary"), ([10, 7], "must stay shown"), ([10, "x"], "not {"), ([10, 1234], "not {")]
)
def test_a_pattern_that_breaks_the_rules_is_refused(tmp_path, capsys, suppressed, sentence):
    pattern = tmp_path / "pattern.json"
    pattern.write_text(json.dumps({"suppressed": suppressed}))
    assert main(["audit", str(written(tmp_path, GOOD)), str(pattern)]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.skipif(not SHARED.exists(), reason="the shared suppression problems are not beside this repository")
@pytest.mark.parametrize("name", ["i01_star10_1way_k5", "i05_star16_outcome_k5", "i12_trust12_1way_k10"])
def test_a_shared_problem_is_solved_without_violation(tmp_path, name):
    source, out = SHARED / f"{name}.json.gz", tmp_path / "out.json"
    assert main(["solve", str(source), "--level", "exact", "--budget", "5", "-o", str(out)]) == 0
    problem = problems.load(source)
    assert (problems.read_pattern(out, problem) | ~problem.start).all()
    assert json.loads(gzip.decompress(source.read_bytes()))["name"] == name

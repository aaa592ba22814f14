"""The runner fails whatever looked at nothing or could not be looked at, and says nothing of what it saw."""

from __future__ import annotations

import pandas as pd
import pytest

from expectations import runner
from expectations.runner import Rule, run
from expectations.verdict import Check, Verdict, hash_of_folder, hash_of_frame, joined

BLANK = pd.array([None] * 3, dtype="Int64")
FRAME = pd.DataFrame({"sex": ["F", "M", "F"], "count": pd.array([12, 3, None], dtype="Int64"), "blank": BLANK})
SMALL = Rule("nothing_small", "expect_column_values_to_be_between", {"column": "count", "min_value": 10})
TRUE = Rule("sexes", "expect_column_values_to_be_in_set", {"column": "sex", "value_set": ["F", "M"]})


def test_a_true_rule_passes_and_a_false_one_fails_in_the_order_given() -> None:
    assert [(check.name, check.passed) for check in run(FRAME, [SMALL, TRUE], "cells")] == [("nothing_small", False), ("sexes", True)]


def test_an_empty_suite_fails() -> None:
    assert [check.passed for check in run(FRAME, [], "cells")] == [False]


def test_an_empty_frame_fails() -> None:
    assert [check.passed for check in run(FRAME.head(0), [TRUE], "cells")] == [False]


def test_a_condition_that_selects_nothing_fails() -> None:
    rule = Rule("sexes", TRUE.expectation, TRUE.arguments, where={"sex": ["female"]})
    assert [(check.passed, check.looked_at) for check in run(FRAME, [rule], "cells")] == [(False, 0)]


def test_a_condition_on_a_column_that_is_not_there_fails() -> None:
    rule = Rule("sexes", TRUE.expectation, TRUE.arguments, where={"gender": ["F"]})
    assert [check.passed for check in run(FRAME, [rule], "cells")] == [False]


def test_a_condition_selects_the_rows_it_says() -> None:
    rule = Rule("large", SMALL.expectation, SMALL.arguments, where={"sex": ["F"]})
    assert [(check.passed, check.looked_at) for check in run(FRAME, [rule], "cells")] == [(True, 2)]


def test_a_condition_left_to_great_expectations_fails() -> None:
    rule = Rule("sexes", TRUE.expectation, {**TRUE.arguments, "row_condition": 'sex == "F"'})
    assert [check.passed for check in run(FRAME, [rule], "cells")] == [False]


def test_a_column_without_any_value_fails_a_rule_about_its_values() -> None:
    arguments = {"column": "blank", "min_value": 0}
    rule = Rule("range", SMALL.expectation, arguments)
    assert [check.passed for check in run(FRAME, [rule], "cells")] == [False]
    assert [check.passed for check in run(FRAME, [Rule("range", SMALL.expectation, arguments, all_missing=True)], "cells")] == [True]


def test_an_exception_inside_a_check_fails_that_check_alone() -> None:
    broken = Rule("no_such_column", TRUE.expectation, {"column": "gender", "value_set": ["F"]})
    assert [check.passed for check in run(FRAME, [broken, TRUE], "cells")] == [False, True]


def test_an_expectation_that_does_not_exist_fails_that_check_alone() -> None:
    unknown = Rule("unknown", "expect_no_such_thing", {"column": "sex"})
    assert [check.passed for check in run(FRAME, [unknown, TRUE], "cells")] == [False, True]


@pytest.mark.parametrize("success", [None, float("nan"), 1, "true"])
def test_only_a_plain_true_is_a_pass(success: object) -> None:
    assert runner._is_true(success) is False


def test_the_same_rule_twice_is_two_checks() -> None:
    assert [check.passed for check in run(FRAME, [TRUE, TRUE], "cells")] == [True, True]


def test_no_value_of_the_frame_is_in_a_check() -> None:
    secret = pd.DataFrame({"name": ["Marigold"]})
    checks = run(secret, [Rule("no_names", "expect_column_values_to_not_match_regex", {"column": "name", "regex": "[A-Z]"})], "pupils")
    assert not checks[0].passed
    assert "Marigold" not in repr(checks)


def test_row_counts_may_be_banded() -> None:
    assert run(FRAME, [TRUE], "cells", lambda rows: "fewer than 10" if rows < 10 else "10 or more")[0].looked_at == "fewer than 10"


def test_a_verdict_without_checks_has_not_passed() -> None:
    assert not Verdict("gate", "hash", ()).passed
    assert not joined("gate", "hash", []).passed


def test_a_verdict_passes_only_if_every_check_did() -> None:
    good, bad = Check("good", "cells", True, 3), Check("bad", "cells", False, 3)
    assert joined("gate", "hash", [Verdict("gate", "hash", (good,))]).passed
    assert Verdict("gate", "hash", (good, bad)).failed == ("bad",)
    assert not Verdict("gate", "hash", (good, bad)).passed


def test_the_hash_of_a_folder_follows_names_and_bytes_but_not_the_manifest(tmp_path) -> None:
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "one").write_bytes(b"a")
    first = hash_of_folder(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    assert hash_of_folder(tmp_path) == first
    (tmp_path / "marts" / "one").write_bytes(b"b")
    changed = hash_of_folder(tmp_path)
    (tmp_path / "marts" / "one").rename(tmp_path / "marts" / "two")
    assert len({first, changed, hash_of_folder(tmp_path)}) == 3


def test_the_hash_of_a_frame_follows_values_and_maps_but_not_the_order_of_their_keys() -> None:
    frame = pd.DataFrame({"attributes": [{"sex": "F", "eal": "N"}]})
    same = pd.DataFrame({"attributes": [{"eal": "N", "sex": "F"}]})
    other = pd.DataFrame({"attributes": [{"eal": "N", "sex": "M"}]})
    assert hash_of_frame(frame) == hash_of_frame(same) != hash_of_frame(other)

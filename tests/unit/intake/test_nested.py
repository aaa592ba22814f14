"""The JSON of an interface is read as the list of pupils that it holds; anything else in JSON is refused."""

from __future__ import annotations

import json

import pytest
from made_up_exports import FIRST, MadeUpTrust, interface, pupils, written

from pipelines.intake import nested, receipts
from pipelines.intake.problems import Refused


def refused(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        nested.rows_of(content, ("data",))
    return caught.value.problem.kind


def test_an_interface_gives_the_same_people_as_a_list_of_them(trust: MadeUpTrust) -> None:
    people = pupils(range(30))
    trust.drop(FIRST, "pupils_2025-26_20260112T0900.csv", written(people))
    trust.take_in()
    asked = ("person_key", "age", "year_group", "sex", "ethnicity", "sen_provision", "eal")

    def as_told() -> list[tuple[object, ...]]:
        return [tuple(row.get(name, row["attributes"].get(name)) for name in asked) for row in trust.landed()]

    listed = as_told()
    trust.drop(FIRST, "students_2025-26_20260115T0900.json", interface(people))
    (settled,) = trust.take_in().settled
    assert (settled.outcome, settled.rows) == (receipts.ACCEPTED, "30")
    assert as_told() == listed
    assert b"Canary" not in trust.everything_stored()


def test_the_outer_of_two_values_with_one_key_counts_and_lists_are_left_out() -> None:
    lines = nested.rows_of(b'[{"more": {"data": {"id": 2, "upn": "x"}}, "id": 1, "tags": ["a"]}]', ())
    assert lines == [["id", "upn"], ["1", "x"]]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"data": [{"upn": "A"', "json_damaged"),
        (b"[" * 100_000, "json_damaged"),
        (b'[{"a": NaN}]', "json_damaged"),
        (json.dumps([{"a": "x" * (nested.LONGEST + 1)}]).encode(), "field_too_long"),
        (json.dumps([{f"k{n}": n for n in range(nested.MOST_KEYS + 1)}]).encode(), "too_many_columns"),
        (b'{"students": []}', "unrecognised"),
        (b"[1, 2]", "unrecognised"),
    ],
)
def test_what_is_no_list_of_records_is_refused(content: bytes, kind: str) -> None:
    assert refused(content) == kind

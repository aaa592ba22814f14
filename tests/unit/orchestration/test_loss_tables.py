"""The internal report as an analyst sees it in Dagster."""

from __future__ import annotations

from pipelines.orchestration.loss_tables import as_markdown


def test_entries_become_rows_numbers_stand_to_the_right_and_what_is_not_known_is_a_dash() -> None:
    entries = [{"without": "pupils by a|b", "won": 1234, "gap": 0.0512, "proven": True}, {"without": "x", "won": None, "gap": None}]
    assert as_markdown(entries).splitlines() == [
        "| without | won | gap | proven |",
        "| --- | --: | --: | --: |",
        "| pupils by a\\|b | 1,234 | 0.051 | yes |",
        "| x | - | - | - |",
    ]


def test_no_entries_are_said_to_be_none() -> None:
    assert as_markdown([]) == "nothing to tell"

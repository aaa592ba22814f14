"""What a person is told of a step that failed."""

from __future__ import annotations

import errno

from dagster import AssetCheckEvaluation, AssetKey, MetadataValue, job, op

from pipelines.orchestration.quiet import quiet
from pipelines.orchestration.refresh import _for_want_of_room, _judgement, _told, plainly
from pipelines.reporting.pages.figures import without_figure


def test_a_failed_step_is_told_by_its_kind_and_place_and_never_by_its_words() -> None:
    @op
    def pages() -> None:
        without_figure("A1234567890")

    @job
    def night() -> None:
        pages()

    result = night.execute_in_process(raise_on_error=False)
    told = [_told(event) for event in result.all_events if event.is_step_failure]
    line = without_figure.__code__.co_firstlineno + 2
    assert told == [f"pages: KeyError at pipelines/reporting/pages/figures.py, line {line}"]


def test_a_judge_that_says_no_is_told_with_its_checks_and_with_who_says_more() -> None:
    def told(*failed: str) -> str:
        said = {"failed": MetadataValue.json(list(failed))}
        return _judgement(AssetCheckEvaluation(asset_key=AssetKey("draft"), check_name="attack", passed=False, metadata=said))

    assert told("nothing_can_be_recovered", "no_mover_is_isolated").endswith(
        "no_mover_is_isolated (`equality release held` says where, and what can be done)"
    )
    assert told("nothing_can_be_recovered") == "attack said no: nothing_can_be_recovered"
    assert told() == "attack said no: without a reason"


def test_what_dbt_says_is_told_in_one_line_without_its_traceback() -> None:
    said = "The dbt CLI process with command\n\n`dbt build`\n\nfailed.\n\nErrors parsed from dbt logs:\n\nEncountered an error:\nValueError at a.py\n\n"
    assert plainly(f'{said}Traceback (most recent call last):\n  File "x", line 1\n    f()\n    ^^^\nours.Kind: why') == (
        "Encountered an error: ValueError at a.py ours.Kind: why"
    )
    assert plainly("No file has been accepted yet.") == "No file has been accepted yet."


def test_a_step_that_keeps_its_words_to_itself_still_says_that_the_disk_is_full() -> None:
    @quiet
    def written() -> None:
        raise OSError(errno.ENOSPC, "A1234567890")

    @op
    def pages() -> None:
        written()

    @job
    def night() -> None:
        pages()

    result = night.execute_in_process(raise_on_error=False)
    failures = [event for event in result.all_events if event.is_step_failure]
    assert [_for_want_of_room(event) for event in failures] == [True]
    assert "A1234567890" not in str(failures)

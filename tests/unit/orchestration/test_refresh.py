"""What a person is told of a step that failed."""

from __future__ import annotations

from dagster import job, op

from pipelines.orchestration.refresh import _told
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

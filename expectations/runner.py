"""Runs Great Expectations strictly on pandas frames. Which checks to run belongs to the gates, not here.

Great Expectations calls an empty suite, an empty frame and a row condition that selects nothing a success, and its default
results carry raw values. Here each of the three has failed, an exception inside a check has failed, and only booleans come out.
"""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import os
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from expectations.verdict import Check

# A column test passes over missing values, so a column without any value would pass every one of them.
_PASSES_OVER_NULLS = "expect_column_values_"
_ABOUT_NULLS = ("expect_column_values_to_be_null", "expect_column_values_to_not_be_null")


@dataclass(frozen=True)
class Rule:
    """One expectation by its Great Expectations type and arguments, on the rows where ``where`` columns hold a listed value.

    ``all_missing`` allows a column without a single value in those rows; otherwise looking at nothing is a failure.
    """

    name: str
    expectation: str
    arguments: Mapping[str, Any]
    where: Mapping[str, Collection[Any]] = field(default_factory=dict)
    all_missing: bool = False

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows this rule is about; ``KeyError`` when the frame lacks a column that ``where`` names."""
        chosen = pd.Series(True, index=frame.index)
        for column, values in self.where.items():
            chosen &= frame[column].isin(list(values))
        return frame[chosen]


def run(
    frame: pd.DataFrame,
    rules: Sequence[Rule],
    subject: str,
    count: Callable[[int], int | str] = int,
) -> list[Check]:
    """Judge ``frame`` by ``rules``: one check a rule, in order; an empty list of rules or an empty frame is one failed check.

    ``count`` turns a number of rows into what may be reported, a band for example. Never raises for what a frame holds.
    """
    if not rules:
        return [Check("suite_is_not_empty", subject, False, 0, "no rule was given, so nothing was judged")]
    if frame.empty:
        return [Check("frame_is_not_empty", subject, False, 0, "no row was given, so nothing was judged")]
    outcomes: dict[int, Check] = {}
    batches: dict[str, list[tuple[int, Rule]]] = {}
    chosen: dict[str, pd.DataFrame] = {}
    for position, rule in enumerate(rules):
        refusal, rows = _looked_at(frame, rule)
        if refusal:
            outcomes[position] = Check(rule.name, subject, False, 0, refusal)
            continue
        key = repr(sorted((column, sorted(map(str, values))) for column, values in rule.where.items()))
        chosen[key] = rows
        batches.setdefault(key, []).append((position, rule))
    for key, batch in batches.items():
        passed = _validate(chosen[key], [rule for _, rule in batch])
        for (position, rule), success in zip(batch, passed, strict=True):
            detail = "" if success else f"failed: {rule.expectation}"
            outcomes[position] = Check(rule.name, subject, success, count(len(chosen[key])), detail)
    return [outcomes[position] for position in range(len(rules))]


def prepare() -> None:
    """Have Great Expectations and all its expectations imported before the first frame is judged."""
    _validate(pd.DataFrame({"number": [1]}), [Rule("warm_up", "expect_column_values_to_not_be_null", {"column": "number"})])


def _looked_at(frame: pd.DataFrame, rule: Rule) -> tuple[str, pd.DataFrame]:
    """Why the rule would look at nothing (empty when it would not), and the rows it is about."""
    if "row_condition" in rule.arguments:
        return "conditions are given as 'where', which counts the rows it selects", frame
    try:
        rows = rule.rows(frame)
    except KeyError:
        return "its condition names a column that the frame does not have", frame
    if rows.empty:
        return "its condition selects no row", rows
    column = rule.arguments.get("column")
    passes_over = rule.expectation.startswith(_PASSES_OVER_NULLS) and rule.expectation not in _ABOUT_NULLS
    if passes_over and not rule.all_missing and column in rows and rows[column].isna().all():
        return "every value of its column is missing", rows
    return "", rows


def _validate(rows: pd.DataFrame, rules: Sequence[Rule]) -> list[bool]:
    """Whether each rule held, in order. Anything but a plain ``True`` from Great Expectations is ``False``."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    try:
        with _quiet():
            import great_expectations as gx
            from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

            suite = gx.ExpectationSuite(
                name="rules",
                expectations=[
                    ExpectationConfiguration(type=rule.expectation, kwargs=dict(rule.arguments), meta={"position": position})
                    for position, rule in enumerate(rules)
                ],
            )
            batch = _rows_as_handed_over().get_batch({"dataframe": rows})
            results = batch.validate(suite, result_format="BOOLEAN_ONLY").results
            held = {
                int(result.expectation_config.meta["position"]): _is_true(result.success) and not _raised(result.exception_info)
                for result in results
            }
    except Exception:  # a judge that cannot finish has not passed anything, whatever the reason
        if len(rules) == 1:
            return [False]
        return [success for rule in rules for success in _validate(rows, [rule])]
    return [held.get(position, False) for position in range(len(rules))]


@functools.cache
def _rows_as_handed_over() -> Any:
    """The one batch definition of this process: an ephemeral context that is told each time which frame to look at."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    return context.data_sources.add_pandas("handed_over").add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")


def _is_true(success: object) -> bool:
    """Only a real boolean counts: ``None``, ``NaN`` or a truthy object is not a pass."""
    return type(success).__name__ in ("bool", "bool_") and bool(success)


def _raised(exception_info: object) -> bool:
    """Whether Great Expectations noted an exception, in either of the two shapes it uses."""
    if not isinstance(exception_info, Mapping):
        return False
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return any(isinstance(item, Mapping) and item.get("raised_exception", True) for item in exception_info.values())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No warnings, logs or prints while Great Expectations works: they may quote values."""
    logger = logging.getLogger("great_expectations")
    was = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(was)

"""Models whose errors keep their words: what DuckDB or Python says of a row may quote it, and dbt prints it, logs it and keeps it as a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.environments import Environment
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
from dbt_common.exceptions import DbtRuntimeError

from pipelines.catalogue import CatalogueError
from pipelines.home import HomeError
from pipelines.orchestration.quiet import Unexpected, quiet


def keep_words() -> None:
    """From here on this process, which is dbt's, tells an error of a model by its kind and place; dbt adds the model's name."""
    if getattr(DuckDBCursorWrapper.execute, "__module__", "") == __name__:
        return
    manager: Any = DuckDBConnectionManager
    environment: Any = Environment
    cursor: Any = DuckDBCursorWrapper
    cursor.execute = _execute
    manager.get_result_from_cursor = classmethod(_for_dbt(manager.get_result_from_cursor.__func__))
    environment.run_python_job = classmethod(_for_dbt(_of_a_model(environment.run_python_job.__func__)))


def _execute(cursor: Any, sql: str, bindings: Any = None) -> Any:
    """In place of the adapter's own; what it raises the adapter logs, rolls back and tells."""
    return quiet(cursor._cursor.execute)(*([sql] if bindings is None else [sql, bindings]))


def _of_a_model(run: Callable[..., Any]) -> Callable[..., Any]:
    """``run``, which puts a whole traceback into words, raising what the model raised."""

    def raised(*args: Any) -> Any:
        try:
            return run(*args)
        except DbtRuntimeError as told:
            raise told.__context__ or told from None

    return raised


def _for_dbt(step: Callable[..., Any]) -> Callable[..., Any]:
    """``step``, whose errors, without their words, are of the kind that dbt tells as a model's."""

    def run(*args: Any) -> Any:
        try:
            return quiet(step)(*args)
        except (HomeError, CatalogueError) as ours:
            kind = "" if isinstance(ours, Unexpected) else f"{type(ours).__name__}: "
            raise DbtRuntimeError(f"{kind}{ours}") from None

    return run

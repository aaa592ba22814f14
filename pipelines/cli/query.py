"""The verb that asks the marts of a release a question in SQL, on the line, from a pipe or at a prompt."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import DEFAULT_HOME, UNUSABLE, HomeOption, sentences, stop
from pipelines.home import Home, HomeError
from pipelines.home.account import account

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.reporting.sql import Answer

app = typer.Typer()
EXAMPLES = """Examples:

equality query "select measure, count(*) as gaps from mart_gaps where verdict = 'clear' group by all" --home /srv/equality

equality query "from mart_staff_composition where area_level = 'trust'" --format csv --home /srv/equality > staff.csv

Without SQL: a prompt, or what is piped in. What the tables hold: docs/analysts.md and the data dictionary of the release."""
AT_THE_PROMPT = ".tables  .schema NAME  .quit; a statement ends with ;"
HINT = "Empty numbers are not noughts: select status (or verdict) beside them to see what is hidden."


class Form(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command("query", epilog=EXAMPLES)
def query(
    sql: Annotated[str | None, typer.Argument(metavar="SQL", help="What to ask. Left out: a prompt, or standard input.")] = None,
    home: HomeOption = DEFAULT_HOME,
    release: Annotated[str | None, typer.Option(help="A release by its id; the current one if not given.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="The draft, which is restricted: what is read is logged under your name.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How to print. csv has bare symbols, json nulls.")] = Form.TABLE,
    rows: Annotated[int, typer.Option(min=1, help="The most rows that a table shows.")] = 200,
) -> None:
    """Ask the published tables a question in SQL. They are read and never changed.

    The release is verified first: one whose bytes have changed is refused. What is hidden has no number here either; a table shows its
    symbol instead, wherever status is among the columns.
    """
    from pipelines.reporting.sql import open_marts

    with sentences():
        marts, noted = _opened(Home.existing(home), release, draft, form)
        connection = open_marts(marts)
        if sql is None and _at_a_terminal():
            _prompt(connection, form, rows, noted)
        else:
            _ask(connection, sys.stdin.read() if sql is None else sql, form, rows, noted)


def _at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _opened(home: Home, release: str | None, draft: bool, form: Form) -> tuple[Path, Callable[[str], None]]:
    """The marts to read, and whom to tell which statement reads them: of a release nobody, of the draft the audit log."""
    from pipelines.release.reading import drafted, log_of_draft, released

    if not draft:
        found = released(home, release) if release else released(home)
        if found.withdrawn:
            typer.echo(f"{found.name} was withdrawn: {found.withdrawn}", err=True)
        return found.marts, lambda sql: None
    if release:
        raise HomeError("Either a release or the draft: leave out one of --release and --draft.")
    if form is not Form.TABLE:
        raise HomeError("The draft may be looked at and is not exported: leave out --format, or query a release.")
    who = account()
    found = drafted(home, who, dt.datetime.now(dt.UTC))
    typer.echo(f"This is the draft, not a release. That you read it is in the audit log, under the name {who}.", err=True)
    names = sorted(path.stem for path in found.marts.glob("*.parquet"))

    def noted(sql: str) -> None:
        read = [name for name in names if re.search(rf"\b{name}\b", sql, re.IGNORECASE)]
        log_of_draft(home, who, f"queried the draft {found.name}: {', '.join(read) or 'no table by name'}", dt.datetime.now(dt.UTC))

    return found.marts, noted


def _ask(connection: DuckDBPyConnection, sql: str, form: Form, rows: int, noted: Callable[[str], None]) -> None:
    from pipelines.reporting.sql import NotAnswered, answers

    noted(sql)
    try:
        found = answers(connection, sql)
    except NotAnswered as reason:
        stop(str(reason), UNUSABLE)
    if form is not Form.TABLE and len(found) > 1:
        stop(f"{form} holds one answer, and {len(found)} statements were asked. Ask one at a time.", UNUSABLE)
    for answer in found:
        _show(sql, answer, form, rows)


def _show(sql: str, answer: Answer, form: Form, rows: int) -> None:
    from pipelines.reporting.sql import as_csv, as_json, as_table

    typer.echo(as_csv(answer) if form is Form.CSV else as_json(answer) if form is Form.JSON else as_table(answer, rows), nl=False)
    if "mart_" in sql.lower() and answer.has_empty_numbers and not answer.says_what_is_hidden:
        typer.echo(HINT, err=True)


def _prompt(connection: DuckDBPyConnection, form: Form, rows: int, noted: Callable[[str], None]) -> None:
    """Statement after statement until the end. A statement that fails says why, and the next one is asked."""
    from pipelines.reporting.sql import NotAnswered, answers, tables

    _complete([*tables(connection), *sorted({column for described in tables(connection).values() for column, _ in described})])
    typer.echo(AT_THE_PROMPT, err=True)
    asked = ""
    while (line := _line("equality> " if not asked else "     ...> ")) is not None:
        if not asked and line.strip().startswith("."):
            if line.strip() in (".quit", ".exit"):
                return
            typer.echo(_dotted(connection, line.split()))
            continue
        asked = f"{asked}\n{line}".strip() if line or asked else ""
        if asked.endswith(";"):
            noted(asked)
            try:
                for answer in answers(connection, asked):
                    _show(asked, answer, form, rows)
            except (NotAnswered, KeyboardInterrupt) as reason:
                typer.echo(str(reason) or "Stopped.", err=True)
            asked = ""


def _line(prompt: str) -> str | None:
    """A line as typed; an empty one where the typing was broken off, none at the end."""
    try:
        return input(prompt)
    except KeyboardInterrupt:
        typer.echo()
        return ""
    except EOFError:
        typer.echo()
        return None


def _complete(names: list[str]) -> None:
    """Let the tabulator complete the names of tables and columns, where the terminal can."""
    try:
        import readline
    except ImportError:
        return
    found: list[str] = []

    def completer(text: str, state: int) -> str | None:
        if state == 0:
            found[:] = [name for name in names if name.startswith(text.lower())] if text else []
        return found[state] if state < len(found) else None

    readline.set_completer(completer)
    readline.parse_and_bind("tab: complete")


def _dotted(connection: DuckDBPyConnection, words: list[str]) -> str:
    """What a command that begins with a dot prints."""
    from pipelines.reporting.sql import nearest, tables

    known = tables(connection)
    if words == [".tables"]:
        return "\n".join(known)
    if words[0] == ".schema" and len(words) == 2:
        name = words[1].rstrip(";").lower()
        if name in known:
            width = max(len(column) for column, _ in known[name])
            return "\n".join(f"{column.ljust(width)}  {kind}" for column, kind in known[name])
        alike = [item for item in nearest(name, known) if item in known]
        return f"There is no table {name}." + (f" Nearest names: {', '.join(alike)}" if alike else "")
    return f"There are: {AT_THE_PROMPT}"

"""The analyst's door: a release that is as it was sealed, or the draft, which is logged; everything else is told in a sentence."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.home import Home, HomeError
from pipelines.home.account import account
from pipelines.release import audit, release
from pipelines.release.reading import drafted, released

DAY = dt.date(2026, 9, 1)
NOW = dt.datetime(2026, 10, 1, 12, tzinfo=dt.UTC)
ALL = "select group_code, numerator, status from mart_pupil_composition order by group_code"


@pytest.fixture
def name(home: Home, build: Callable[..., Any], dated: Callable[..., Any]) -> str:
    """The id of a release of three headcounts, one of them hidden; a draft like it lies beside it."""
    (home.trust / "academies.yml").write_text("code: T1\n")
    build()
    made = release.make(home, dated(), DAY)
    assert made.id is not None
    return made.id


@pytest.fixture
def ask(home: Home) -> Callable[..., Result]:
    """``ask("select ...", "--draft", typed="...")``: the command with its output and exit code."""

    def ask(*words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, ["query", *words, "--home", str(home.root)], input=typed)

    return ask


def logged(home: Home) -> list[dict[str, str]]:
    return [json.loads(line) for line in home.audit.read_text().splitlines()] if home.audit.exists() else []


def test_a_release_is_read_and_nothing_is_logged(ask: Callable[..., Result], home: Home, name: str) -> None:
    for done in (ask(ALL), ask(ALL, "--release", name)):
        assert done.exit_code == 0
        assert [line.split() for line in done.stdout.splitlines()[2:5]] == [
            ["F", "190", "shown"],
            ["M", "210", "shown"],
            ["U", "[c]", "[c]"],
        ]
    assert logged(home) == []


def test_csv_and_json_are_for_programs(ask: Callable[..., Result], name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(ALL, "--format", "csv").stdout)))
    assert [(row["numerator"], row["status"]) for row in rows] == [("190", "shown"), ("210", "shown"), ("c", "c")]
    assert [row["numerator"] for row in json.loads(ask(ALL, "--format", "json").stdout)] == [190, 210, None]
    two = ask("select 1; select 2", "--format", "json")
    assert two.exit_code == 2 and two.stdout == ""
    assert "holds one answer" in two.stderr


def test_sql_may_come_through_a_pipe(ask: Callable[..., Result], name: str) -> None:
    done = ask(typed="select count(*) as figures\nfrom mart_pupil_composition;\nselect 1 as one\n")
    assert done.exit_code == 0
    assert done.stdout.split() == ["figures", "-------", "3", "(1", "row)", "one", "---", "1", "(1", "row)"]


@pytest.mark.parametrize("sql", ["selec 1", "from nothing", "copy mart_pupil_composition to 'x.csv'", "from read_text('/etc/hostname')"])
def test_bad_sql_and_refusals_end_with_2(ask: Callable[..., Result], name: str, sql: str) -> None:
    for done in (ask(sql), ask(typed=sql)):
        assert done.exit_code == 2
        assert done.stdout == "" and done.stderr
        assert "Traceback" not in done.stderr


def test_a_release_with_a_changed_byte_is_refused(ask: Callable[..., Result], home: Home, name: str) -> None:
    mart = home.releases / name / "marts" / "mart_pupil_composition.parquet"
    content = bytearray(mart.read_bytes())
    content[len(content) // 2] ^= 1
    mart.write_bytes(content)
    done = ask("select 1")
    assert done.exit_code == 2 and done.stdout == ""
    assert f"{name} is not as it was sealed, so it is not read" in done.stderr
    assert "marts/mart_pupil_composition.parquet was changed" in done.stderr


@pytest.mark.parametrize("strange", ["2024-25-00000000", "../draft", ".", "..", "", "/", ".2025-26.partial"])
def test_only_a_release_of_the_home_can_be_named(home: Home, name: str, strange: str) -> None:
    with pytest.raises(HomeError, match="There is no release"):
        released(home, strange)


def test_without_a_release_the_sentence_says_what_to_do(ask: Callable[..., Result], home: Home) -> None:
    (home.trust / "academies.yml").write_text("code: T1\n")
    assert "There is no release yet" in ask("select 1").stderr
    assert "There is no draft to read" in ask("select 1", "--draft").stderr
    assert logged(home) == []


def test_a_withdrawn_release_can_be_read_and_says_so(ask: Callable[..., Result], home: Home, name: str) -> None:
    release.withdraw(home, name, "wrong year", "data lead", NOW)
    assert "There is no release yet" in ask("select 1").stderr
    done = ask("select 1", "--release", name)
    assert done.exit_code == 0
    assert f"{name} was withdrawn: wrong year" in done.stderr


def test_reading_the_draft_is_logged_by_name_and_table_and_says_so(ask: Callable[..., Result], home: Home, name: str) -> None:
    done = ask("select numerator from MART_pupil_composition where group_code = 'Somebody'", "--draft")
    assert done.exit_code == 0
    assert f"in the audit log, under the name {account()}" in done.stderr
    lines = logged(home)
    assert {line["who"] for line in lines} == {account()}
    assert [line["what"] for line in lines] == [f"opened the draft {name} to query it", f"queried the draft {name}: mart_pupil_composition"]
    assert "Somebody" not in home.audit.read_text()
    assert audit.verify(home.audit) == []


def test_the_draft_is_logged_before_it_is_read_or_not_read_at_all(home: Home, name: str) -> None:
    home.audit.mkdir()
    with pytest.raises(HomeError, match="the audit log cannot be written"):
        drafted(home, "someone", NOW)


def test_the_draft_is_not_exported_and_must_be_as_it_was_judged(ask: Callable[..., Result], home: Home, name: str) -> None:
    for form in ("csv", "json"):
        refused = ask(ALL, "--draft", "--format", form)
        assert refused.exit_code == 2 and refused.stdout == ""
        assert "is not exported" in refused.stderr
    assert ask(ALL, "--draft", "--release", name).exit_code == 2
    assert logged(home) == []
    (home.draft / "marts" / "extra.parquet").write_bytes(b"")
    assert "marts/extra.parquet is not in the manifest" in ask(ALL, "--draft").stderr
    assert logged(home) == []


def test_a_prompt_takes_statements_of_several_lines_and_survives_a_bad_one(
    ask: Callable[..., Result], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.cli.query._at_a_terminal", lambda: True)
    dotted = [".tables", ".schema mart_pupil_composition", ".schema mart_pupils", ".what"]
    asked = ["select count(*)", "from mart_pupil_composition;", "selec;", "select 7;", ".quit", "select 8;"]
    done = ask(typed="\n".join([*dotted, *asked, ""]))
    assert done.exit_code == 0
    for told in ("mart_pupil_composition\n", "numerator             bigint", "Nearest names: mart_pupil_composition", "There are: .tables"):
        assert told in done.stdout
    assert " 3\n(1 row)" in done.stdout and "7\n(1 row)" in done.stdout and "8\n(1 row)" not in done.stdout
    assert "syntax error" in done.stderr


def test_the_end_of_the_typing_ends_the_prompt(ask: Callable[..., Result], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.cli.query._at_a_terminal", lambda: True)
    assert ask(typed="select 1\n").exit_code == 0


def test_an_empty_number_without_its_status_is_explained(ask: Callable[..., Result], name: str) -> None:
    assert "Empty numbers are not noughts" in ask("select numerator from mart_pupil_composition").stderr
    assert ask(ALL).stderr == ""


def test_help_has_examples(ask: Callable[..., Result]) -> None:
    done = CliRunner().invoke(app, ["query", "--help"])
    assert done.exit_code == 0
    assert done.stdout.count('equality query "') == 2


def test_a_release_is_the_same_for_pandas(home: Home, name: str) -> None:
    found = released(home)
    assert (found.name, found.withdrawn) == (name, "")
    assert len(pd.read_parquet(found.marts / "mart_pupil_composition.parquet")) == 3

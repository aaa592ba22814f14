"""What docs/disclosure.md promises: its example runs, its commands parse, and the modules it names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines import disclosure
from pipelines.disclosure.__main__ import EXIT_CODES, main

PROJECT = Path(__file__).parents[3]
TEXT = (PROJECT / "docs" / "disclosure.md").read_text("utf-8")


def test_the_example_runs_and_prints_a_proven_pattern(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    exec(compile(example, "docs/disclosure.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1] == "[5, 6, 7, 8] 166.0 166.0"


def test_every_module_it_names_is_there():
    named = set(re.findall(r"`(\w+\.py)`", TEXT))
    assert len(named) > 15
    assert {name for name in named if not (Path(disclosure.__file__).parent / name).is_file()} == set()


@pytest.mark.parametrize("verb", ["solve", "audit"])
def test_help_shows_examples_and_exit_codes(capsys, verb):
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert "examples:" in said and EXIT_CODES in said
    assert f"python -m pipelines.disclosure {verb} " in TEXT

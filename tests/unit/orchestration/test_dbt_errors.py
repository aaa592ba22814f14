"""What DuckDB says of a row that a model fails on may quote it: it reaches no terminal, log, artifact or store, and the model is named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made_up_exports import FIRST, MadeUpTrust, pupils, written

from pipelines.drills.canaries import Needles, search
from pipelines.orchestration.dbt import PROJECT_DIR

QUOTING = {
    "quotes_in_sql.sql": "{{ config(materialized='table') }}\n"
    "select cast(person_key as integer) as broken from {{ source('landing', 'pupils') }}\n",
    "quotes_in_python.py": "def model(dbt, session):\n    dbt.config(materialized='table')\n"
    "    return dbt.source('landing', 'pupils').project('cast(person_key as integer) as broken').df()\n",
    "quotes_in_words.py": "def model(dbt, session):\n    dbt.config(materialized='table')\n"
    "    rows = dbt.source('landing', 'pupils')\n"
    "    return int(rows.project('person_key').fetchone()[0])\n",
}
"""Models that fail with a value of a landed row in their mouth: DuckDB's error in SQL, in Python, and Python's own."""
REFRESH = """
import sys
from pathlib import Path
from pipelines.orchestration import dbt
dbt.PROJECT_DIR = Path(sys.argv[1])
from pipelines.cli import app
app(["refresh", "--home", sys.argv[2]])
"""


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> tuple[MadeUpTrust, Path, subprocess.CompletedProcess[str]]:
    """A home whose refresh failed in each of those models, a project that holds nothing else, and what was said."""
    folder = tmp_path_factory.mktemp("quoting")
    trust = MadeUpTrust.at(folder / "home")
    trust.drop(FIRST, "pupils 2025-26.csv", written(pupils(range(30))))
    project, models = folder / "project", folder / "project" / "models" / "staging"
    shutil.copytree(PROJECT_DIR, project, ignore=shutil.ignore_patterns("target", "logs", "models", "tests"))
    models.mkdir(parents=True)
    shutil.copy(PROJECT_DIR / "models" / "staging" / "sources.yml", models)
    for name, text in QUOTING.items():
        (models / name).write_text(text, "utf-8")
    command = [sys.executable, "-c", REFRESH, str(project), str(trust.home.root)]
    return trust, project, subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


Failed = tuple[MadeUpTrust, Path, "subprocess.CompletedProcess[str]"]


def test_no_value_of_a_row_is_said_or_kept(failed: Failed, tmp_path: Path) -> None:
    trust, project, done = failed
    keys = sorted({row["person_key"] for row in trust.landed()})
    needles, kept = Needles(keys), [path for path in trust.home.root.iterdir() if path != trust.home.keys]
    said, control = tmp_path / "said", tmp_path / "control"
    said.write_text(done.stdout + done.stderr, "utf-8")
    control.write_text(f"Could not convert string '{keys[-1]}' to INT32", "utf-8")
    assert len(keys) == 30 and search([control], needles).found
    found = search([*kept, project, said], needles)
    assert found.found == [] and found.files > 50


def test_the_model_and_the_kind_of_its_error_are_told_and_kept(failed: Failed) -> None:
    trust, _, done = failed
    logs = (trust.home.warehouse / "dbt" / "dbt.log").read_text("utf-8")
    kept = (trust.home.warehouse / "dbt" / "run_results.json").read_text("utf-8")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for name, kind in zip(QUOTING, ("ConversionException", "ConversionException", "ValueError"), strict=True):
        for text in (done.stderr, logs, kept):
            assert Path(name).stem in text and kind in text

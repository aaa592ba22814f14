"""dbt's own unit tests, run by dbt on the demonstration's warehouse."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pipelines.home import Home
from pipelines.orchestration import dbt
from pipelines.orchestration.opened import Opened


def test_every_unit_test_of_the_models_holds(demonstration: Home, tmp_path: Path) -> None:
    opened = Opened.at(demonstration.root)
    environment = {**os.environ, **dbt.environment(opened), dbt.WAREHOUSE_VARIABLE: str(opened.whole), "DBT_LOG_PATH": str(tmp_path)}
    command = [str(dbt.EXECUTABLE), "test", "--select", "test_type:unit", "--target-path", str(tmp_path / "target")]
    command += ["--project-dir", str(dbt.PROJECT_DIR), "--profiles-dir", str(dbt.PROJECT_DIR)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " ERROR=0 " in done.stdout and "PASS=0 " not in done.stdout

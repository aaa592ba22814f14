"""How dbt is run in a home: its environment, its folders and its parsed manifest. Models and tests belong to dbt_project."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from pipelines.home.child import end_after
from pipelines.home.whole import write_whole
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.versions import PROJECT, versions
from pipelines.release.manifest import JUDGES

PROJECT_DIR = PROJECT / "dbt_project"
PARSED, PARTLY, PARSED_FROM = "parsed.json", "partial_parse.msgpack", "parsed_from"
HOME_VARIABLE = "EQUALITY_HOME"
WAREHOUSE_VARIABLE = "EQUALITY_WAREHOUSE"
REPORT_VARIABLE = "EQUALITY_PROTECTION_REPORT"
RUN_VARIABLE, LANDED_VARIABLE = "EQUALITY_RUN", "EQUALITY_LANDED"
"""The number of the process that dbt works for, and the file that appears once all has landed, where dbt is started ahead of that."""
LOOK = 0.05
EXECUTABLE = Path(sys.executable).with_name("dbt")
BUILD = ("build", "--exclude-resource-type", "unit_test")


class DbtError(Exception):
    """dbt did not finish; the message says where its log lies."""


def environment(opened: Opened) -> dict[str, str]:
    """What dbt needs to know of the home. The key is not in it: the DuckDB plugin reads that from its file.

    Linear algebra is told to keep to one thread: on vectors as short as ours several mostly wait for each other, the longer the busier the
    machine is, and a sum would depend on how many there are.
    """
    return {
        HOME_VARIABLE: str(opened.home.root),
        WAREHOUSE_VARIABLE: str(opened.candidate),
        REPORT_VARIABLE: str(opened.protection_report),
        "DBT_LOG_PATH": str(opened.dbt_target / "logs"),
        "DBT_LOG_LEVEL_FILE": "info",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def serve_run() -> None:
    """In dbt's process: end as soon as the run has that it works for, and wait until what is to be counted has landed."""
    end_after(int(os.environ.get(RUN_VARIABLE, os.getppid())))
    while (awaited := os.environ.get(LANDED_VARIABLE)) and not Path(awaited).exists():
        time.sleep(LOOK)


def landed(opened: Opened) -> Path:
    """The file that tells a dbt that was started ahead to begin."""
    return opened.dbt_target / "landed"


def parsed_manifest(target: Path) -> Path:
    """dbt's manifest of the project as it stands, parsed into ``target`` unless that was done for this very code, there or ahead.

    It is kept as a whole under a name of its own: each build writes ``manifest.json`` anew, and one that is killed, or whose disk is full,
    leaves half of it. Raises :class:`DbtError` when the project does not parse.
    """
    if not _is_parsed(target):
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_parsed(_ahead()):
            for name in (PARSED, PARTLY):
                write_whole(target / name, (_ahead() / name).read_bytes())
            write_whole(target / PARSED_FROM, versions().code.encode())
        else:
            _parse(target)
    return target / PARSED


def parse_ahead() -> None:
    """Parse the project where it lies, once for all homes, readable by whoever may read the code."""
    _ahead().mkdir(exist_ok=True)
    _parse(_ahead())
    for name in (PARSED, PARTLY, PARSED_FROM):
        (_ahead() / name).chmod(0o644)


def _ahead() -> Path:
    return PROJECT_DIR / "target"


def _is_parsed(target: Path) -> bool:
    readable = all(os.access(target / name, os.R_OK) for name in (PARSED, PARSED_FROM))
    return readable and (target / PARSED_FROM).read_text() == versions().code


def _parse(target: Path) -> None:
    command = [str(EXECUTABLE), "--quiet", "parse", "--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    command += ["--target-path", str(target), "--log-path", str(target / "logs")]
    quiet = {**os.environ, "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    if subprocess.run(command, env=quiet, check=False).returncode:
        raise DbtError(f"dbt could not parse the project; its log is {target / 'logs' / 'dbt.log'}")
    write_whole(target / PARSED, (target / "manifest.json").read_bytes())
    write_whole(target / PARSED_FROM, versions().code.encode())


def start_afresh(opened: Opened) -> None:
    """Remove the candidate warehouse and the verdicts of an earlier run, so that nothing of it can reach this one."""
    judged = [opened.verdict(judge) for judge in JUDGES]
    for leftover in (
        opened.candidate,
        opened.candidate.with_name(opened.candidate.name + ".wal"),
        opened.protection_report,
        opened.movers,
        *judged,
    ):
        leftover.unlink(missing_ok=True)


if __name__ == "__main__":
    parse_ahead()

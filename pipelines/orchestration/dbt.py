"""How dbt is run in a home: its environment, its folders and its parsed manifest. Models and tests belong to dbt_project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.home.whole import write_whole
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.versions import PROJECT, versions
from pipelines.release.manifest import JUDGES

PROJECT_DIR = PROJECT / "dbt_project"
HOME_VARIABLE = "EQUALITY_HOME"
WAREHOUSE_VARIABLE = "EQUALITY_WAREHOUSE"
REPORT_VARIABLE = "EQUALITY_PROTECTION_REPORT"
EXECUTABLE = Path(sys.executable).with_name("dbt")
BUILD = ("build", "--exclude-resource-type", "unit_test")


class DbtError(Exception):
    """dbt did not finish; the message says where its log lies."""


def environment(opened: Opened) -> dict[str, str]:
    """What dbt needs to know of the home. The key is not in it: the DuckDB plugin reads that from its file."""
    return {
        HOME_VARIABLE: str(opened.home.root),
        WAREHOUSE_VARIABLE: str(opened.candidate),
        REPORT_VARIABLE: str(opened.protection_report),
        "DBT_LOG_PATH": str(opened.dbt_target / "logs"),
        "DBT_LOG_LEVEL_FILE": "info",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def parsed_manifest(target: Path) -> Path:
    """dbt's manifest of the project as it stands, parsed into ``target`` unless that was done for this very code.

    It is kept as a whole under a name of its own: each build writes ``manifest.json`` anew, and one that is killed, or whose disk is full,
    leaves half of it. Raises :class:`DbtError` when the project does not parse.
    """
    manifest, parsed_from = target / "parsed.json", target / "parsed_from"
    code = versions().code
    if not (manifest.is_file() and parsed_from.is_file() and parsed_from.read_text() == code):
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = [str(EXECUTABLE), "--quiet", "parse", "--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
        command += ["--target-path", str(target), "--log-path", str(target / "logs")]
        quiet = {**os.environ, "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        if subprocess.run(command, env=quiet, check=False).returncode:
            raise DbtError(f"dbt could not parse the project; its log is {target / 'logs' / 'dbt.log'}")
        write_whole(manifest, (target / "manifest.json").read_bytes())
        write_whole(parsed_from, code.encode())
    return manifest


def start_afresh(opened: Opened) -> None:
    """Remove the candidate warehouse, the verdicts and the log of an earlier run, so that nothing of it can reach this one."""
    judged = [opened.verdict(judge) for judge in JUDGES]
    for leftover in (
        opened.candidate,
        opened.candidate.with_name(opened.candidate.name + ".wal"),
        opened.protection_report,
        opened.movers,
        *opened.dbt_target.glob("dbt.log*"),
        *judged,
    ):
        leftover.unlink(missing_ok=True)

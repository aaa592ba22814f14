"""dbt's version is known without asking anybody for it, what it parsed outlives a build that was cut off, and it may be started ahead."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made_up_exports import MadeUpTrust

from pipelines.orchestration import dbt, dbt_assets
from pipelines.orchestration.dbt_assets import Dbt, started_ahead
from pipelines.orchestration.opened import Opened

STARTS = """
import sys, time
from pathlib import Path
from pipelines.orchestration import dbt_assets
from pipelines.orchestration.opened import Opened
opened = Opened.at(Path(sys.argv[1]))
with dbt_assets.started_ahead(opened):
    print(dbt_assets._ahead[opened.home.root].process.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return Opened.at(MadeUpTrust.at(tmp_path / "home").home.root)


def test_the_version_of_dbt_is_read_and_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*words: object, **_: object) -> None:
        raise AssertionError(words)

    for name in ("run", "check_output", "Popen"):
        monkeypatch.setattr(subprocess, name, asked)
    monkeypatch.setattr("dagster_dbt.core.resource.check_output", asked)
    cli = Dbt(project_dir=str(dbt.PROJECT_DIR), profiles_dir=str(dbt.PROJECT_DIR), dbt_executable=str(dbt.EXECUTABLE))
    assert str(cli._cli_version) == importlib.metadata.version("dbt-core")


def test_half_a_manifest_of_a_build_that_was_cut_off_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dbt.parsed_manifest(tmp_path).read_bytes()
    (tmp_path / "manifest.json").write_bytes(whole[:16384])
    monkeypatch.setattr(subprocess, "run", lambda *words, **_: pytest.fail(f"parsed again: {words}"))
    assert dbt.parsed_manifest(tmp_path).read_bytes() == whole and len(json.loads(whole)["nodes"]) > 100


def test_what_was_parsed_ahead_serves_every_home_and_only_for_that_project_and_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shutil.copytree(dbt.PROJECT_DIR, tmp_path / "project", ignore=shutil.ignore_patterns("target", "logs"))
    ahead = project / "target"
    monkeypatch.setattr(dbt, "PROJECT_DIR", project)
    dbt.parse_ahead()
    assert (ahead / dbt.PARSED).stat().st_mode & 0o044 == 0o044
    run, parsed = subprocess.run, list[object]()
    monkeypatch.setattr(subprocess, "run", lambda *words, **more: parsed.append(words) or run(*words, **more))
    assert dbt.parsed_manifest(tmp_path / "one").read_bytes() == (ahead / dbt.PARSED).read_bytes() and not parsed
    assert (tmp_path / "one" / dbt.PARSED).stat().st_mode & 0o077 == 0
    (ahead / dbt.PARSED_FROM).write_text("other code")
    dbt.parsed_manifest(tmp_path / "another")
    assert len(parsed) == 1
    (ahead / dbt.PARSED_FROM).write_text(dbt.versions().code)
    shutil.move(ahead, tmp_path / "elsewhere")
    dbt.parsed_manifest(tmp_path / "third")
    assert len(parsed) == 2


def test_a_dbt_started_ahead_waits_until_it_is_told_and_ends_where_it_is_not_asked_for(opened: Opened) -> None:
    with started_ahead(opened):
        process = dbt_assets._ahead[opened.home.root].process
        assert process.stdout is not None
        assert any(b"Found" in line for line in process.stdout)  # it has read the project
        time.sleep(2)
        assert process.poll() is None and not opened.candidate.exists()
    assert process.poll() == -signal.SIGKILL and not dbt.landed(opened).exists()
    assert not {dbt.RUN_VARIABLE, dbt.LANDED_VARIABLE} & os.environ.keys()


def test_a_dbt_started_ahead_ends_with_a_run_that_is_killed_while_it_makes_itself_ready(opened: Opened) -> None:
    run = subprocess.Popen([sys.executable, "-c", STARTS, str(opened.home.root)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    status = Path("/proc", run.stdout.readline().strip(), "status")
    run.kill()
    run.wait()
    until = time.monotonic() + 30
    while (is_at_work := status.exists() and "zombie" not in status.read_text()) and time.monotonic() < until:
        time.sleep(0.2)
    assert not is_at_work and not opened.candidate.exists()

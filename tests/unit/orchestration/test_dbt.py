"""dbt's version is known without asking anybody for it, and what it parsed outlives a build that was cut off."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.orchestration import dbt
from pipelines.orchestration.dbt_assets import Dbt


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

"""dbt's version is known without asking anybody for it, and what it parsed outlives a build that was cut off."""

from __future__ import annotations

import importlib.metadata
import json
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
    parsed = dbt.parsed_manifest(tmp_path)
    whole = parsed.read_bytes()
    built = tmp_path / "manifest.json"
    built.write_bytes(built.read_bytes()[:16384])
    monkeypatch.setattr(subprocess, "run", lambda *words, **_: pytest.fail(f"parsed again: {words}"))
    assert dbt.parsed_manifest(tmp_path).read_bytes() == whole and len(json.loads(whole)["nodes"]) > 100

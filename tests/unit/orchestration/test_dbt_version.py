"""dbt's version is known without asking anybody for it."""

from __future__ import annotations

import importlib.metadata
import subprocess

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

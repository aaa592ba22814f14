"""Between this machine and the rest of the world: nothing is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from pipelines.drills.machine import is_loopback, program
from pipelines.drills.promise import CannotTry, Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.orchestration import dbt
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.refresh import dagster_settings
from pipelines.orchestration.versions import PROJECT

WATCHER = """
import sys

def _watched(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname") or (event == "socket.connect" and isinstance(arguments[1], tuple)):
        host = arguments[0] if event != "socket.connect" else arguments[1][0]
        with open({log!r}, "a") as log:
            log.write(f"{{event}} {{host}}\\n")

sys.addaudithook(_watched)
"""
"""Put where every Python process of a refresh loads it: writes down each attempt to reach somebody, also one whose failure is swallowed."""
OF_THE_JUDGE = """
import pandas as pd
from expectations.runner import Rule, run
(check,) = run(pd.DataFrame({"a": [1]}), [Rule("known", "expect_column_values_to_not_be_null", {"column": "a"})], "rows")
import os, great_expectations as gx
print(check.passed, os.environ["GX_ANALYTICS_ENABLED"], gx.get_context(mode="ephemeral").config.analytics_enabled)  # None: as the environment says
"""


def no_network(scene: Scene) -> Iterator[Case]:
    """28: a refresh where there is no network at all ends in the very same release; nothing even tries to reach anybody; telemetry is off."""
    unshare = program("unshare", "util-linux")
    if subprocess.run([unshare, "-n", "true"], capture_output=True, check=False).returncode:
        raise CannotTry("A namespace without network needs root, or a kernel that lets users make one (unshare -n).")
    yield from telemetry_is_off(scene.released())
    wanted = (scene.released().releases / "current" / "manifest.json").read_bytes()
    home, folder = scene.dropped(), scene.place("watcher")
    folder.mkdir()
    log = folder / "attempts"
    (folder / "sitecustomize.py").write_text(WATCHER.format(log=str(log)))
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", ""))))
    yield Case("the watcher notices an attempt", _notices(folder, log))
    done = scene.equality("refresh", "--home", str(home.root), env={"PYTHONPATH": path}, under=(unshare, "-n"))
    yield Case("a refresh succeeds without a network", done.returncode == 0, done.stderr[-120:] if done.returncode else "")
    made = home.releases / "current" / "manifest.json"
    yield Case("it makes the very same manifest", made.exists() and made.read_bytes() == wanted)
    attempts = sorted({line for line in log.read_text().splitlines() if not is_loopback(line.split()[-1])}) if log.exists() else []
    yield Case("nothing tries to reach anybody", not attempts, ", ".join(attempts))


def telemetry_is_off(home: Home) -> Iterator[Case]:
    """What Dagster, dbt and Great Expectations say of themselves once they run as this product runs them."""
    written = yaml.safe_load((home.dagster / "dagster.yaml").read_text("utf-8")) if (home.dagster / "dagster.yaml").exists() else {}
    shipped = yaml.safe_load(dagster_settings(home.dagster))
    for name, settings in (("as shipped", shipped), ("in the home", written)):
        yield Case(f"Dagster's telemetry is off, {name}", settings.get("telemetry", {}).get("enabled") is False)
    project = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text("utf-8"))
    yield Case("dbt's is off in its project", project["flags"]["send_anonymous_usage_stats"] is False)
    told = dbt.environment(Opened.at(home.root))
    yield Case("and in its environment", told["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false" and told["DO_NOT_TRACK"] == "1")
    env = {name: value for name, value in os.environ.items() if name != "GX_ANALYTICS_ENABLED"}
    said = subprocess.run([sys.executable, "-c", OF_THE_JUDGE], capture_output=True, text=True, check=False, env=env)
    yield Case(
        "that of Great Expectations is off where a gate has judged", said.stdout.split() == ["True", "false", "None"], said.stderr[-100:]
    )


def _notices(folder: Path, log: Path) -> bool:
    tried = "import socket\ntry:\n socket.create_connection(('192.0.2.1', 9), 0.1)\nexcept OSError:\n pass"
    subprocess.run([sys.executable, "-c", tried], env={**os.environ, "PYTHONPATH": str(folder)}, check=False)
    seen = log.exists() and "192.0.2.1" in log.read_text()
    log.unlink(missing_ok=True)
    return seen


DRILLS: dict[int, Drill] = {28: no_network}

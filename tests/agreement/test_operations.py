"""What the operations guide ships agrees with the product: units that systemd takes, verbs that exist, files that are named."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from pipelines.cli import app

PROJECT = Path(__file__).parents[2]
OPERATIONS = PROJECT / "docs" / "operations"
UNITS = sorted(OPERATIONS.glob("*.service"))
HARDENED = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "UMask=0077",
    "IPAddressDeny=any",
    "IPAddressAllow=localhost",
    "CapabilityBoundingSet=",
)


def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("systemd-analyze is not on this machine; install systemd")
    for unit in (*UNITS, *OPERATIONS.glob("*.timer")):
        text = unit.read_text("utf-8").replace("/opt/equality/.venv/bin/equality", "/bin/true")
        (tmp_path / unit.name).write_text(re.sub(r"^(User|Group)=equality$", r"\1=root", text, flags=re.MULTILINE))
    done = subprocess.run([systemd, "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and str(tmp_path) not in done.stderr, done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_service_is_hardened_and_runs_a_verb_that_exists(unit: Path) -> None:
    lines = unit.read_text("utf-8").splitlines()
    assert [line for line in HARDENED if line not in lines] == []
    (command,) = [line.partition("=")[2].split() for line in lines if line.startswith("ExecStart=")]
    verb = get_command(app).commands[command[1]]  # type: ignore[attr-defined]
    known = {option for parameter in verb.params for option in parameter.opts}
    assert {word for word in command[2:] if word.startswith("--")} <= known


def test_the_guide_names_every_file_that_is_shipped_with_it() -> None:
    guide = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    named = {path.name for path in OPERATIONS.iterdir() if path.name in guide or path.with_suffix(".timer").name in guide}
    assert named == {path.name for path in OPERATIONS.iterdir()}


def test_the_ports_of_the_proxy_are_those_of_the_services() -> None:
    proxied = set(re.findall(r"server 127\.0\.0\.1:(\d+);", (OPERATIONS / "nginx.conf").read_text("utf-8")))
    served = {found[1] for unit in UNITS if (found := re.search(r"--port (\d+)", unit.read_text("utf-8")))}
    assert proxied == served == {"3000", "3001"}

"""Borders opened on purpose: each drill must say so."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from pipelines.drills import machine, network, sftp
from pipelines.drills.promise import CannotTry, Case
from pipelines.drills.scene import Scene
from pipelines.home import Home

PLACES = ("0.0.0.0", "::", "127.0.0.1", "::1")


def test_a_user_who_is_not_shut_in_breaks_promise_22(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_door = tmp_path / "operations"
    shutil.copytree(sftp.OPERATIONS, open_door)
    settings = open_door / "sshd_equality.conf"
    lines = settings.read_text("utf-8").replace(" -d /drop", "").splitlines()
    settings.write_text("\n".join(line for line in lines if "ChrootDirectory" not in line) + "\n")
    monkeypatch.setattr(sftp, "OPERATIONS", open_door)
    (tmp_path / "scene").mkdir()
    try:
        cases = _until_it_breaks(sftp.academies_are_apart(Scene(tmp_path / "scene")))
    except CannotTry as lacking:
        pytest.skip(str(lacking))
    failed = {case.name for case in cases if not case.passed}
    assert {"it sees nothing but its own folder", "it cannot read the machine's users"} <= failed
    assert subprocess.run(["id", f"{sftp.PREFIX}{sftp.FIRST}"], capture_output=True, check=False).returncode != 0


BROKEN = {
    'rm -f "$SFTP_KEYS/$user"': {"its key is gone"},
    'pkill -KILL -u "$user" || [ $? -eq 1 ]': {"and whoever was at work as it"},
    'if mountpoint -q "$chroot/drop"; then umount "$chroot/drop" || umount --lazy "$chroot/drop"; fi': {
        "its way to its folder is gone, also after a restart"
    },
    'printf \'%s\\n\' "$rest" >"$FSTAB.new"': {"its way to its folder is gone, also after a restart"},
    'if [ -d "$drop" ]; then chown -R --no-dereference "$EQUALITY_USER:" "$drop"; fi': {
        "all of it is the service's, and nobody's who comes later"
    },
    'chgrp -R --no-dereference "$user" "$drop"': {"an academy that comes back reads its receipts"},
    'userdel "$user"': {"a leaver's user is gone"},
}
"""Lines of the script without which a leaver leaves something behind, and what the drill says then."""


@pytest.fixture
def leaver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], set[str]]:
    """Which cases fail when an academy is removed by the script of that folder. Its users have names of their own."""
    for name, ours in {"PREFIX": "eqtest-", "GROUP": "eqtest-academies", "SERVICE": "eqtest-service"}.items():
        monkeypatch.setattr(sftp, name, ours)
    home = Home.at(tmp_path / "home")
    home.make()
    for urn in (sftp.FIRST, sftp.SECOND):
        receipts = home.drop / urn / "receipts" / "R1"
        receipts.mkdir(parents=True)
        (receipts / "receipt.html").write_text("<p>accepted</p>")
        (receipts / "receipt.html").chmod(0o640)
        for folder in (receipts.parent, receipts):
            folder.chmod(0o2750)

    def failed(operations: Path) -> set[str]:
        monkeypatch.setattr(sftp, "OPERATIONS", operations)
        try:
            sshd, client = machine.program("sshd", "openssh-server"), machine.program("sftp", "openssh-client")
            if os.geteuid() != 0:
                pytest.skip("making users for academies needs root")
            with sftp.sftp_drop(Scene(tmp_path), home, sshd) as drop:
                return {case.name for case in sftp.removed(drop, home, client) if not case.passed}
        except CannotTry as lacking:
            pytest.skip(str(lacking))

    return failed


def test_a_leaver_leaves_its_files_and_nothing_of_its_user(leaver: Callable[[Path], set[str]]) -> None:
    assert leaver(sftp.OPERATIONS) == set()
    assert nothing_left()


@pytest.mark.parametrize("line", BROKEN)
def test_a_script_that_leaves_something_of_a_leaver_breaks_promise_22(
    line: str, leaver: Callable[[Path], set[str]], tmp_path: Path
) -> None:
    shutil.copytree(sftp.OPERATIONS, tmp_path / "operations")
    script = tmp_path / "operations" / "sftp_academy.sh"
    assert line in script.read_text("utf-8")
    script.write_text(script.read_text("utf-8").replace(line, ":"))
    assert leaver(tmp_path / "operations") >= BROKEN[line]
    assert nothing_left()


def nothing_left() -> bool:
    """Whether no user, group or mount of these tests is left on the machine."""
    places = ("/etc/passwd", "/etc/group", "/proc/mounts")
    return not any("eqtest-" in Path(place).read_text("utf-8") for place in places)


def _until_it_breaks(cases: Iterator[Case]) -> list[Case]:
    """What was tried before the broken set-up broke the drill off, if it did."""
    found: list[Case] = []
    with contextlib.suppress(OSError, StopIteration):
        while True:
            found.append(next(cases))
    cases.close()  # type: ignore[attr-defined]
    return found


def test_telemetry_that_is_on_breaks_promise_28(tmp_path: Path, small_trust: Path) -> None:
    home = Home.at(tmp_path / "home")
    home.make()
    shutil.copytree(small_trust, home.trust, dirs_exist_ok=True)
    from pipelines.home import make_keys

    make_keys(home)
    (home.dagster / "dagster.yaml").write_bytes(network.dagster_settings(home.dagster))
    assert all(case.passed for case in network.telemetry_is_off(home))
    (home.dagster / "dagster.yaml").write_text(yaml.safe_dump({"telemetry": {"enabled": True}}))
    assert [case.name for case in network.telemetry_is_off(home) if not case.passed] == ["Dagster's telemetry is off, in the home"]


def test_an_attempt_to_reach_somebody_is_noticed_even_if_it_is_swallowed(tmp_path: Path) -> None:
    log = tmp_path / "attempts"
    (tmp_path / "sitecustomize.py").write_text(network.WATCHER.format(log=str(log)))
    assert network._notices(tmp_path, log)
    (tmp_path / "sitecustomize.py").write_text("")
    assert not network._notices(tmp_path, log)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "telemetry.example", "0.0.0.0"])
def test_somebody_else_is_not_this_machine(host: str) -> None:
    assert not machine.is_loopback(host)
    assert machine.is_loopback("127.0.0.1") and machine.is_loopback("::1") and machine.is_loopback("localhost")


@pytest.mark.parametrize("place", PLACES)
def test_what_listens_is_seen_with_its_address_also_in_a_grandchild(place: str) -> None:
    listens = (
        "import socket, sys, time\n"
        f"made = socket.create_server(({place!r}, 0), family=socket.AF_INET6 if ':' in {place!r} else socket.AF_INET)\n"
        "print(made.getsockname()[1], flush=True)\ntime.sleep(60)"
    )
    starts = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {listens!r}])"
    run = subprocess.Popen([sys.executable, "-c", starts], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert run.stdout is not None
    try:
        line = run.stdout.readline()
        if not line:
            pytest.skip(f"this machine has no {place}")
        assert (place, int(line)) in machine.listening(machine.tree(run.pid))
        assert os.getpid() not in machine.tree(run.pid)
    finally:
        machine.end(run)
    assert not machine.tree(run.pid)

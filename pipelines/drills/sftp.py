"""One academy and another: what each reaches of the drop folders, over SFTP and on the machine itself."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import intake
from pipelines.drills.machine import answers, free_port, program, run_step
from pipelines.drills.promise import CannotTry, Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.orchestration import steps
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.versions import PROJECT

OPERATIONS = PROJECT / "docs" / "operations"
PREFIX, GROUP, SERVICE = "eqdrill-", "eqdrill-academies", "eqdrill-service"
FIRST, SECOND = "900401", "900402"


def academies_are_apart(scene: Scene) -> Iterator[Case]:
    """22: the documented SFTP drop, set up by the documented script for two academies, with one of them trying to reach the other's."""
    sshd, sftp = program("sshd", "openssh-server"), program("sftp", "openssh-client")
    if os.geteuid() != 0:
        raise CannotTry("Making users for academies needs root; run the drill as root.")
    home = scene.dropped()
    for file in [*(home.drop / FIRST).iterdir(), *(home.drop / "trust").iterdir()]:
        file.unlink()
    with sftp_drop(scene, home, sshd) as drop:
        yield from _reached(drop, home, sftp)
        yield from _answered(scene, drop, home, sftp)
        yield from removed(drop, home, sftp)


@dataclass(frozen=True)
class Drop:
    """An SSH server on loopback with two academies' users. ``keys``: the private key of each by URN; ``env``: what the script is told."""

    port: int
    keys: dict[str, Path]
    scratch: Path
    env: dict[str, str]

    def sftp(self, program: str, urn: str, *commands: str) -> subprocess.CompletedProcess[str]:
        """The commands as that academy's user, stopping at the first that fails."""
        said = "\n".join(commands) + "\n"
        return subprocess.run(self._sftp(program, urn), input=said, capture_output=True, text=True, check=False, timeout=60)

    @contextlib.contextmanager
    def session(self, program: str, urn: str) -> Iterator[subprocess.Popen[str]]:
        """That academy's user, logged in and staying so."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        run = subprocess.Popen(self._sftp(program, urn), text=True, **pipes)  # type: ignore[call-overload]
        try:
            run.stdin.write("pwd\n")
            run.stdin.flush()
            while "directory" not in (line := run.stdout.readline()) and line:
                pass
            yield run
        finally:
            run.kill()
            run.wait()

    def script(self, *words: str) -> int:
        """The documented script as root types it; its exit code."""
        command = ["sh", str(OPERATIONS / "sftp_academy.sh"), *words]
        return subprocess.run(command, env={**os.environ, **self.env}, capture_output=True, check=False).returncode

    def ssh(self, urn: str, *words: str) -> subprocess.CompletedProcess[str]:
        """``ssh`` as that user."""
        command = ["ssh", "-p", str(self.port), *self._options(urn), f"{PREFIX}{urn}@127.0.0.1", *words]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)

    def _sftp(self, program: str, urn: str) -> list[str]:
        return [program, "-b", "-", "-P", str(self.port), *self._options(urn), f"{PREFIX}{urn}@127.0.0.1"]

    def _options(self, urn: str) -> list[str]:
        wanted = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "LogLevel=ERROR")
        return ["-F", "none", "-i", str(self.keys[urn]), *(word for option in wanted for word in ("-o", option))]


@contextlib.contextmanager
def sftp_drop(scene: Scene, home: Home, sshd: str) -> Iterator[Drop]:
    """The documented set-up, under names of the drill's own, taken down again whatever happens."""
    if any(_known(f"{PREFIX}{urn}") for urn in (FIRST, SECOND)) or _known(SERVICE):
        raise CannotTry(f"There are users named {PREFIX}... already; an earlier drill was killed. Remove them with: userdel")
    root = Path(tempfile.mkdtemp(prefix="equality-drill-", dir="/run"))  # every folder above a chroot has to belong to root alone
    root.chmod(0o755)
    fstab, keys = root / "fstab", {urn: scene.place(f"key-{urn}") for urn in (FIRST, SECOND)}
    fstab.touch()
    env = {"EQUALITY_HOME": str(home.root), "EQUALITY_USER": SERVICE, "SFTP_ROOT": str(root / "sftp"), "SFTP_KEYS": str(root / "keys")}
    env |= {"SFTP_GROUP": GROUP, "SFTP_PREFIX": PREFIX, "FSTAB": str(fstab), "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"}
    script = str(OPERATIONS / "sftp_academy.sh")
    server: subprocess.Popen[bytes] | None = None
    try:
        run_step(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE], env)
        for urn, key in keys.items():
            run_step(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], env)
            run_step(["sh", script, "add", urn, key.with_name(f"{key.name}.pub").read_text().strip()], env)
        run_step(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(root / "host")], env)
        documented = (OPERATIONS / "sshd_equality.conf").read_text("utf-8")
        ours = {"equality-academies": GROUP, "/srv/sftp/": f"{root / 'sftp'}/", "/etc/ssh/equality_keys/": f"{root / 'keys'}/"}
        for theirs, mine in ours.items():
            documented = documented.replace(theirs, mine)
        port = free_port()
        settings = f"Port {port}\nListenAddress 127.0.0.1\nHostKey {root / 'host'}\nPidFile none\nUsePAM no\nSubsystem sftp internal-sftp\n"
        (root / "sshd_config").write_text(settings + documented)
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with (root / "sshd.log").open("wb") as log:
            server = subprocess.Popen([sshd, "-D", "-e", "-f", str(root / "sshd_config")], stderr=log, start_new_session=True)
        answers(port, server)
        yield Drop(port, keys, scene.place("received"), env)
    finally:
        if server:
            server.terminate()
            server.wait(10)
        for urn in (FIRST, SECOND):
            _end_sessions(f"{PREFIX}{urn}")
            for words in (["sh", script, "remove", urn], ["umount", "--lazy", str(root / "sftp" / f"{PREFIX}{urn}" / "drop")]):
                subprocess.run(words, env={**os.environ, **env}, capture_output=True, check=False)
            if _known(f"{PREFIX}{urn}"):
                subprocess.run(["userdel", f"{PREFIX}{urn}"], env={**os.environ, **env}, capture_output=True, check=False)
        for words in (["userdel", SERVICE], ["groupdel", GROUP]):
            subprocess.run(words, env={**os.environ, **env}, capture_output=True, check=False)
        shutil.rmtree(root)


def _reached(drop: Drop, home: Home, sftp: str) -> Iterator[Case]:
    """What the first academy can and cannot do, over SFTP and with its user's rights on the machine itself."""
    other, theirs = home.drop / SECOND, next((home.drop / SECOND).glob("*.csv"))
    before = _contents(other)
    drop.scratch.mkdir()
    mine, got = drop.scratch / "pupils.csv", drop.scratch / "got"
    mine.write_text("Surname\nnobody\n")
    mine.chmod(0o644)  # SFTP programs on Unix send it along; a file that arrives private is answered as locked
    sent = drop.sftp(sftp, FIRST, f"put {mine} pupils.csv", "ls /")
    there = home.drop / FIRST / "pupils.csv"
    group = there.exists() and there.stat().st_gid == (home.drop / FIRST).stat().st_gid and there.stat().st_mode & 0o777 == 0o640
    yield Case("an academy drops a file", sent.returncode == 0 and there.exists())
    yield Case("which its group, and so the pipeline, can read, and others cannot", bool(group))
    seen = [line.strip() for line in sent.stdout.splitlines() if line and not line.startswith("sftp>")]
    yield Case("it sees nothing but its own folder", seen == ["/drop"])
    there.unlink(missing_ok=True)
    forbidden = {
        "list the other's by its path on the machine": f"ls {other}",
        "list the other's from its own": f"ls /drop/../../{PREFIX}{SECOND}/drop",
        "list the home": f"ls {home.root}",
        "read the other's by its path on the machine": f"get {theirs} {got}",
        "read the other's from its own": f"get /drop/../../{PREFIX}{SECOND}/drop/{theirs.name} {got}",
        "overwrite the other's": f"put {mine} {theirs}",
        "write beside the other's": f"put {mine} /../{PREFIX}{SECOND}/drop/new.csv",
        "rename into the other's": f"rename /drop/pupils.csv /../{PREFIX}{SECOND}/drop/new.csv",
        "make a folder above its own": "mkdir /new",
        "read the machine's users": f"get /etc/passwd {got}",
        "read the keys": f"get {home.keys / 'storage.key'} {got}",
    }
    for what, command in forbidden.items():
        tried = drop.sftp(sftp, FIRST, command)
        yield Case(f"it cannot {what}", tried.returncode != 0 and not got.exists() and _contents(other) == before)
    linked = drop.sftp(sftp, FIRST, f"symlink {theirs} /drop/link.csv", f"get /drop/link.csv {got}")
    yield Case("a link to the other's leads nowhere", linked.returncode != 0 and not got.exists())
    (home.drop / FIRST / "link.csv").unlink(missing_ok=True)
    told = drop.ssh(FIRST, f"cat {theirs}")
    yield Case("it gets no shell", theirs.read_text("utf-8", "replace")[:40] not in told.stdout and told.returncode != 0)
    stranger = replace(drop, keys={SECOND: drop.keys[FIRST]}).sftp(sftp, SECOND, "ls /")
    yield Case("its key opens no other's user", stranger.returncode != 0)
    for what, words in {"read": ["cat", str(theirs)], "list": ["ls", str(other)], "write": ["touch", str(other / "new.csv")]}.items():
        yield Case(f"on the machine itself its user cannot {what} the other's", _as_user(FIRST, words) != 0 and _contents(other) == before)


def _answered(scene: Scene, drop: Drop, home: Home, sftp: str) -> Iterator[Case]:
    """What the pipeline makes of the other's rows in its folder; and whether the academy can read its receipt."""
    opened = Opened.at(home.root)
    own = next((scene.dropped().drop / FIRST).glob("Participation*.csv")).read_text("utf-8-sig").splitlines()
    named, private = drop.scratch / "Participation_2025-26.csv", drop.scratch / "list.csv"
    theirs = max(at for at, row in enumerate(own) if f",{FIRST}," in row)
    own[theirs] = own[theirs].replace(f",{FIRST},", f",{SECOND},")
    named.write_text("\n".join(own) + "\n")
    private.write_text("Surname\nnobody\n")
    private.chmod(0o600)
    drop.sftp(sftp, FIRST, f"put {named} {named.name}", f"put {private} {private.name}")
    for path in (home.drop / SECOND).iterdir():
        path.unlink()
    now = lambda: dt.datetime.now(dt.UTC)  # noqa: E731
    report = intake.take_in(home, opened.keys, opened.catalogue, steps.gate_1(opened), clock=now, settle=0.1)
    by_name = {item.name: item for item in report.settled}
    refused = by_name.get(named.name)
    receipt = json.loads((refused.receipt.parent / "receipt.json").read_text("utf-8")) if refused else {}
    kinds = [item["kind"] for item in receipt.get("problems", [])]
    yield Case(
        "a file with a row of another academy is not used",
        bool(refused and not refused.slices) and kinds == ["wrong_academy"],
        ", ".join(kinds),
    )
    sealed = list(home.quarantine.iterdir())
    hidden = all(own[theirs].split(",")[0].encode() not in path.read_bytes() for path in sealed)
    yield Case("it lies in quarantine, sealed", bool(sealed) and hidden and not (home.drop / FIRST / named.name).exists())
    yield Case("every file is answered", set(by_name) == {named.name, private.name})
    got = drop.scratch / "receipt.html"
    reference = refused.reference if refused else "none"
    read = drop.sftp(sftp, FIRST, f"get /drop/receipts/{reference}/receipt.html {got}")
    yield Case("the academy reads its receipt", read.returncode == 0 and got.exists())
    forged = drop.sftp(sftp, FIRST, f"put {named} /drop/receipts/{reference}/receipt.html")
    yield Case("and cannot change it", forged.returncode != 0)


def removed(drop: Drop, home: Home, sftp: str) -> Iterator[Case]:
    """The first academy leaves while its user is at work, and comes back: nothing of its user stays, and all that it dropped does."""
    folder, user, chroot = home.drop / FIRST, f"{PREFIX}{FIRST}", Path(drop.env["SFTP_ROOT"]) / f"{PREFIX}{FIRST}"
    drop.sftp(sftp, FIRST, f"put {drop.keys[FIRST]}.pub last.csv")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with drop.session(sftp, FIRST) as session:
        done = drop.script("remove", FIRST)
        yield Case("a leaver's user is gone", done == 0 and not _known(user))
        session.communicate("-ls /\n", timeout=60)
        yield Case("and whoever was at work as it", session.returncode != 0)
    table, mounts = (Path(place).read_text("utf-8") for place in (drop.env["FSTAB"], "/proc/mounts"))
    yield Case("its way to its folder is gone, also after a restart", str(chroot) not in table + mounts)
    yield Case("and the folder it was shut into", not chroot.exists())
    yield Case("its key is gone", not (Path(drop.env["SFTP_KEYS"]) / user).exists() and drop.sftp(sftp, FIRST, "ls /").returncode != 0)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield Case("what it dropped stays, and its receipts", folder / "last.csv" in before and after == before)
    service = pwd.getpwnam(SERVICE)
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in [folder, *folder.rglob("*")]}
    yield Case("all of it is the service's, and nobody's who comes later", owners == {(service.pw_uid, service.pw_gid)})
    other = drop.sftp(sftp, SECOND, "ls /drop")
    yield Case("the other comes in as before", other.returncode == 0 and f"{PREFIX}{SECOND}" in table)
    back = drop.script("add", FIRST, Path(f"{drop.keys[FIRST]}.pub").read_text("utf-8").strip())
    receipt = next((path.relative_to(folder) for path in before if path.parent.parent.name == "receipts"), "none")
    got = drop.scratch.with_name("again")
    read = drop.sftp(sftp, FIRST, f"get /drop/{receipt} {got}")
    yield Case("an academy that comes back reads its receipts", back == 0 and read.returncode == 0 and got.exists())


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _known(user: str) -> bool:
    return subprocess.run(["id", user], capture_output=True, check=False).returncode == 0


def _as_user(urn: str, words: Sequence[str]) -> int:
    """Run ``words`` with the rights of that academy's user and no others; returns the exit code."""
    user = f"{PREFIX}{urn}"
    command = [program("setpriv", "util-linux"), f"--reuid={user}", f"--regid={user}", "--clear-groups", "--bounding-set=-all", *words]
    return subprocess.run(command, capture_output=True, check=False).returncode


def _end_sessions(user: str) -> None:
    """End what the server left running for the drill's own user."""
    with contextlib.suppress(KeyError):
        uid = pwd.getpwnam(user).pw_uid
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and f"\nUid:\t{uid}\t" in (entry / "status").read_text("utf-8"):
                    os.kill(int(entry.name), signal.SIGKILL)


DRILLS: dict[int, Drill] = {22: academies_are_apart}

"""Between academies, and between this machine and the rest of the world."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pipelines import intake
from pipelines.drills.promise import CannotTry, Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.orchestration import dbt, steps
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.refresh import DAGSTER_SETTINGS
from pipelines.orchestration.versions import PROJECT

OPERATIONS = PROJECT / "docs" / "operations"
PREFIX, GROUP, SERVICE = "eqdrill-", "eqdrill-academies", "eqdrill-service"
FIRST, SECOND = "900401", "900402"
LISTENING = "0A"
MINUTES = 180.0


# 22: one academy and another


def academies_are_apart(scene: Scene) -> Iterator[Case]:
    """22: the documented SFTP drop, set up by the documented script for two academies, with one of them trying to reach the other's."""
    sshd, sftp = _program("sshd", "openssh-server"), _program("sftp", "openssh-client")
    if os.geteuid() != 0:
        raise CannotTry("Making users for academies needs root; run the drill as root.")
    home = scene.dropped()
    for file in [*(home.drop / FIRST).iterdir(), *(home.drop / "trust").iterdir()]:
        file.unlink()
    with _sftp_drop(scene, home, sshd) as drop:
        yield from _reached(drop, home, sftp)
        yield from _answered(scene, drop, home, sftp)


@dataclass(frozen=True)
class Drop:
    """An SSH server on loopback with two academies' users. ``keys``: the private key of each by URN."""

    port: int
    keys: dict[str, Path]
    scratch: Path

    def sftp(self, program: str, urn: str, *commands: str) -> subprocess.CompletedProcess[str]:
        """The commands as that academy's user, stopping at the first that fails."""
        words = [program, "-b", "-", "-P", str(self.port), *self._options(urn), f"{PREFIX}{urn}@127.0.0.1"]
        return subprocess.run(words, input="\n".join(commands) + "\n", capture_output=True, text=True, check=False, timeout=60)

    def ssh(self, urn: str, *words: str) -> subprocess.CompletedProcess[str]:
        """``ssh`` as that user."""
        command = ["ssh", "-p", str(self.port), *self._options(urn), f"{PREFIX}{urn}@127.0.0.1", *words]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)

    def _options(self, urn: str) -> list[str]:
        wanted = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "LogLevel=ERROR")
        return ["-F", "none", "-i", str(self.keys[urn]), *(word for option in wanted for word in ("-o", option))]


@contextlib.contextmanager
def _sftp_drop(scene: Scene, home: Home, sshd: str) -> Iterator[Drop]:
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
        _run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE], env)
        for urn, key in keys.items():
            _run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], env)
            _run(["sh", script, "add", urn, key.with_name(f"{key.name}.pub").read_text().strip()], env)
        _run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(root / "host")], env)
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
        _answers(port, server)
        yield Drop(port, keys, scene.place("received"))
    finally:
        if server:
            server.terminate()
            server.wait(10)
        for urn in (FIRST, SECOND):
            _end_sessions(f"{PREFIX}{urn}")
            subprocess.run(["sh", script, "remove", urn], env={**os.environ, **env}, capture_output=True, check=False)
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
    stranger = Drop(drop.port, {SECOND: drop.keys[FIRST]}, drop.scratch).sftp(sftp, SECOND, "ls /")
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


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _known(user: str) -> bool:
    return subprocess.run(["id", user], capture_output=True, check=False).returncode == 0


def _as_user(urn: str, words: Sequence[str]) -> int:
    """Run ``words`` with the rights of that academy's user and no others; returns the exit code."""
    user = f"{PREFIX}{urn}"
    command = [_program("setpriv", "util-linux"), f"--reuid={user}", f"--regid={user}", "--clear-groups", "--bounding-set=-all", *words]
    return subprocess.run(command, capture_output=True, check=False).returncode


def _end_sessions(user: str) -> None:
    """End what the server left running for the drill's own user."""
    with contextlib.suppress(KeyError):
        import pwd

        uid = pwd.getpwnam(user).pw_uid
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and entry.stat().st_uid == uid:
                    os.kill(int(entry.name), signal.SIGKILL)


# 28: no network

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


def no_network(scene: Scene) -> Iterator[Case]:
    """28: a refresh where there is no network at all ends in the very same release; nothing even tries to reach anybody; telemetry is off."""
    unshare = _program("unshare", "util-linux")
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
    attempts = sorted({line for line in log.read_text().splitlines() if not _is_loopback(line.split()[-1])}) if log.exists() else []
    yield Case("nothing tries to reach anybody", not attempts, ", ".join(attempts))


def telemetry_is_off(home: Home) -> Iterator[Case]:
    """What Dagster, dbt and Great Expectations say of themselves once they run as this product runs them."""
    written = yaml.safe_load((home.dagster / "dagster.yaml").read_text("utf-8")) if (home.dagster / "dagster.yaml").exists() else {}
    shipped = yaml.safe_load(DAGSTER_SETTINGS)
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


OF_THE_JUDGE = """
import pandas as pd
from expectations.runner import Rule, run
(check,) = run(pd.DataFrame({"a": [1]}), [Rule("known", "expect_column_values_to_not_be_null", {"column": "a"})], "rows")
import os, great_expectations as gx
print(check.passed, os.environ["GX_ANALYTICS_ENABLED"], gx.get_context(mode="ephemeral").config.analytics_enabled)  # None: as the environment says
"""


def _notices(folder: Path, log: Path) -> bool:
    tried = "import socket\ntry:\n socket.create_connection(('192.0.2.1', 9), 0.1)\nexcept OSError:\n pass"
    subprocess.run([sys.executable, "-c", tried], env={**os.environ, "PYTHONPATH": str(folder)}, check=False)
    seen = log.exists() and "192.0.2.1" in log.read_text()
    log.unlink(missing_ok=True)
    return seen


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "None"):
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


# 30: what listens


def nothing_listens(scene: Scene) -> Iterator[Case]:
    """30: every socket that the page and the daemon listen on is on loopback; behind the documented proxy there is a login, and most only look."""
    home = scene.released()
    with _serving(scene, home) as (page, started):
        found = listening(tree(started.pid))
        beyond = sorted(f"{address}:{port}" for address, port in found if not ipaddress.ip_address(address).is_loopback)
        yield Case(
            "the page and the daemon listen on this machine only", bool(found) and not beyond, ", ".join(beyond) or f"{len(found)} sockets"
        )
        yield Case("on the port that was asked for", any(port == page for _, port in found))
        with _serving(scene, home, "--read-only") as (looked, other):
            found = listening(tree(other.pid))
            beyond = sorted(f"{address}:{port}" for address, port in found if not ipaddress.ip_address(address).is_loopback)
            yield Case("so does the page to look at", bool(found) and not beyond, ", ".join(beyond))
            yield Case("at which nothing can be started", not _may_launch(f"http://127.0.0.1:{looked}/graphql"))
            yield Case("as it can at the operators'", _may_launch(f"http://127.0.0.1:{page}/graphql"))
            yield from _behind_a_proxy(scene, page, looked)
    yield Case("both end when they are told to", not tree(started.pid) and not tree(other.pid))


@contextlib.contextmanager
def _serving(scene: Scene, home: Home, *options: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """``equality ui`` on a free port, until the block ends."""
    port = free_port()
    run = scene.start("ui", "--home", str(home.root), "--port", str(port), *options)
    try:
        _answers(port, run)
        _wait_for_page(f"http://127.0.0.1:{port}/server_info")
        yield port, run
    finally:
        _end(run)


def _behind_a_proxy(scene: Scene, operators: int, readers: int) -> Iterator[Case]:
    """The documented proxy, on free ports of loopback with a certificate of the drill's own."""
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None:
        raise CannotTry("The proxy could not be tried; install nginx-light.")
    folder, plain, secure = scene.place("proxy"), free_port(), free_port()
    folder.mkdir(mode=0o755)
    _certificate(folder)
    for name in ("readers", "operators"):
        (folder / f"equality_{name}").write_text(f"{name}:{{PLAIN}}open sesame\n")
    site = (OPERATIONS / "nginx.conf").read_text("utf-8").replace("/etc/nginx/", f"{folder}/")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;")
    site = site.replace("127.0.0.1:3001;", f"127.0.0.1:{readers};").replace("127.0.0.1:3000;", f"127.0.0.1:{operators};")
    (folder / "site.conf").write_text(site)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"daemon off; {user} pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ access_log off; {temporary} include {folder}/site.conf; }}"
    (folder / "nginx.conf").write_text(whole)
    run = subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _answers(secure, run)
        readers_page, operators_page = "equality.trust.example", "equality-operators.trust.example"
        login = {name: base64.b64encode(f"{name}:open sesame".encode()).decode() for name in ("readers", "operators")}
        status, where = _asked(f"http://127.0.0.1:{plain}/", readers_page)
        yield Case("the proxy sends plain HTTP to TLS", status == 301 and where.startswith("https://"))
        for page in (readers_page, operators_page):
            yield Case(f"{page} asks who it is", _asked(f"https://127.0.0.1:{secure}/", page)[0] == 401)
            wrong = base64.b64encode(b"readers:wrong").decode()
            yield Case(f"{page} refuses a wrong password", _asked(f"https://127.0.0.1:{secure}/", page, wrong)[0] == 401)
        yield Case(
            "who looks is let in to look", _asked(f"https://127.0.0.1:{secure}/server_info", readers_page, login["readers"])[0] == 200
        )
        yield Case("and not to the operators'", _asked(f"https://127.0.0.1:{secure}/", operators_page, login["readers"])[0] == 401)
        graphql = f"https://127.0.0.1:{secure}/graphql"
        yield Case("who looks starts nothing", not _may_launch(graphql, readers_page, login["readers"]))
        yield Case("an operator may", _may_launch(graphql, operators_page, login["operators"]))
    finally:
        _end(run)


def tree(pid: int) -> set[int]:
    """The process and all that it started and that still run, by what /proc says of parents."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                said = (entry / "stat").read_text().rpartition(")")[2].split()
                if said[0] != "Z":
                    parents[int(entry.name)] = int(said[1])
    found = {pid} & parents.keys()
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def listening(pids: set[int]) -> set[tuple[str, int]]:
    """Address and port of every TCP socket that one of the processes listens on."""
    inodes = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            with contextlib.suppress(OSError):
                if match := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(link)):
                    inodes.add(match[1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == LISTENING and words[9] in inodes:
                address, _, port = words[1].partition(":")
                found.add((_address(address), int(port, 16)))
    return found


def _address(said: str) -> str:
    """An address as /proc/net/tcp writes it: words of four bytes in the machine's order."""
    raw = b"".join(struct.pack("=I", int(said[at : at + 8], 16)) for at in range(0, len(said), 8))
    found = ipaddress.ip_address(raw)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


MAY_LAUNCH = '{ "query": "{ permissions { permission value } }" }'


def _may_launch(url: str, host: str = "", login: str = "") -> bool:
    """Whether whoever asks there may start a run, as the page itself asks it."""
    answer = json.loads(_request(url, host, login, MAY_LAUNCH.encode()).read())
    return any(
        item["value"] for item in answer["data"]["permissions"] if item["permission"] in ("launch_pipeline_execution", "start_schedule")
    )


def _asked(url: str, host: str, login: str = "") -> tuple[int, str]:
    """Status and where it sends one to."""
    try:
        found = _request(url, host, login)
        return int(found.status), ""
    except urllib.error.HTTPError as answer:
        return answer.code, str(answer.headers.get("Location", ""))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _request(url: str, host: str, login: str, body: bytes | None = None) -> Any:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # a certificate of the drill's own
    request = urllib.request.Request(url, body)
    for name, value in (
        ("Host", host),
        ("Authorization", f"Basic {login}" if login else ""),
        ("Content-Type", "application/json" if body else ""),
    ):
        if value:
            request.add_header(name, value)
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect(), urllib.request.ProxyHandler({}))
    return opener.open(request, timeout=60)


def _wait_for_page(url: str) -> None:
    end = time.monotonic() + MINUTES
    while True:
        try:
            _request(url, "", "").read()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _answers(port: int, run: subprocess.Popen[bytes]) -> None:
    """Wait until something listens there; ``RuntimeError`` when the process ended or never does."""
    end = time.monotonic() + MINUTES
    while run.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("a server did not start")


def _end(run: subprocess.Popen[bytes]) -> None:
    """End a process that was started in a group of its own, and whatever it started: as Ctrl-C does, then for good."""
    started = tree(run.pid)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGINT)
    try:
        run.wait(30)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
    end = time.monotonic() + 20
    while (left := {pid for pid in started if tree(pid)}) and time.monotonic() < end:
        time.sleep(0.2)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _certificate(folder: Path) -> None:
    """A certificate that nobody trusts, for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "equality.trust.example")]), dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
    )
    signed = made.not_valid_before(now - dt.timedelta(minutes=5)).not_valid_after(now + dt.timedelta(hours=1)).sign(key, hashes.SHA256())
    (folder / "equality.crt").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "equality.key").write_bytes(key.private_bytes(*form))


def _program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise CannotTry(f"There is no {name} on this machine; install {package}.")
    return found


def _run(words: Sequence[str], env: dict[str, str]) -> None:
    """Run a step of the set-up; ``CannotTry`` with its last line when the machine refuses it."""
    done = subprocess.run(words, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotTry(f"This machine refused {Path(words[0]).name} {words[1] if len(words) > 1 else ''}: {done.stderr.strip()[-120:]}")


DRILLS: dict[int, Drill] = {22: academies_are_apart, 28: no_network, 30: nothing_listens}

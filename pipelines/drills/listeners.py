"""What listens while Dagster's page and daemon run, and who may do what through the proxy that the guide shows."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import ipaddress
import json
import os
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pipelines.drills.machine import PATIENCE, answers, end, free_port, listening, tree
from pipelines.drills.promise import CannotTry, Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.orchestration.versions import PROJECT

OPERATIONS = PROJECT / "docs" / "operations"
MAY_LAUNCH = '{ "query": "{ permissions { permission value } }" }'


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
        answers(port, run)
        _wait_for_page(f"http://127.0.0.1:{port}/server_info")
        yield port, run
    finally:
        end(run)


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
        answers(secure, run)
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
        end(run)


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
    end = time.monotonic() + PATIENCE
    while True:
        try:
            _request(url, "", "").read()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


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


DRILLS: dict[int, Drill] = {30: nothing_listens}

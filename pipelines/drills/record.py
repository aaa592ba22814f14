"""The audit log and what rests on it: that a changed one shows, and that an approval which is asked for cannot be skipped."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

from pipelines.catalogue import load
from pipelines.drills.promise import Case, Drill
from pipelines.drills.scene import Scene
from pipelines.home import Home
from pipelines.release import audit
from pipelines.release.approvals import log_made
from pipelines.release.bundle import MANIFEST
from pipelines.release.manifest import read
from pipelines.release.release import current
from pipelines.release.verify import release_id

FIELDS = ("time", "who", "what", "previous", "hash")
LATER = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)


def audit_log(scene: Scene) -> Iterator[Case]:
    """32: a line that was changed, left out, put in or moved is named; lines cut off show by the releases' statements and by a hash kept."""
    home = scene.released()
    for more in range(5):
        audit.append(home.audit, "clerk", f"looked at something, {more}", LATER)
    written = home.audit.read_bytes().splitlines(keepends=True)
    yield Case("as it was written it verifies", _problems(scene, home) == [])
    changes = [(number, field) for number in range(len(written)) for field in FIELDS]
    for number, field in scene.some(changes, 4):
        lines = [*written]
        lines[number] = _changed(lines[number], field)
        yield _named(scene, home, f"line {number + 1}, {field} changed", lines, number + 1)
    at = len(written) // 2
    here, after = written[at], written[at + 1]
    for name, put, at_line in (
        ("a line left out", [], at + 1),
        ("two lines changed about", [after, here], at + 1),
        ("a line told twice", [here, here], at + 2),
        ("a line put in that is whole in itself", [here, _forged(written[0])], at + 2),
        ("a space more", [here.replace(b": ", b":  ", 1)], at + 1),
        ("a field told twice", [here.replace(b"{", b'{"what": "else", ', 1)], at + 1),
        ("a line that is no JSON", [b"gone\n", here], at + 1),
    ):
        rest = written[at + (2 if after in put else 1) :]
        yield _named(scene, home, name, [*written[:at], *put, *rest], at_line)
    home.audit.write_bytes(b"".join(written)[:-5])
    yield Case("an unfinished line is named", any(f"line {len(written)} is unfinished" in problem for problem in _problems(scene, home)))
    home.audit.write_bytes(b"".join(written[:-1]))
    kept = json.loads(written[-1])["hash"]
    yield Case("lines cut off show by a hash that was kept", "not there" in " ".join(_problems(scene, home, "--expect", kept)))
    home.audit.write_bytes(written[0])
    yield Case("a cut back past a release shows by its statement", "not there" in " ".join(_problems(scene, home)))
    home.audit.unlink()
    yield Case("a log that is gone shows", bool(_problems(scene, home)))
    home.audit.write_bytes(b"".join(written))
    yield from _verbs_that_log(scene, home)


def _verbs_that_log(scene: Scene, home: Home) -> Iterator[Case]:
    """Verbs that change something in a released home, each of which must leave a line."""
    reference = next(path.parent.name for path in sorted(home.receipts.glob("*/*/receipt.json")) if _accepted(path))
    name, export = _served(home), scene.place("past") / "900401"
    export.mkdir(parents=True)
    (export / "pupils.csv").write_text("no export\n")
    eia = ["eia", "new", "A trial", "--measure", "suspended", "--characteristic", "sex", "--lead", "A", "--reviewer", "B"]
    for words in (
        ["backup", str(scene.place("a.tar"))],
        ["withdraw", reference, "--why", "trial"],
        ["backfill", str(export.parent), "--year", "2025-26"],
        eia,
        ["release", "withdraw", name, "--why", "trial", "--by", "A"],
    ):
        before = len(list(audit.lines(home.audit)))
        done = scene.equality(*words, "--home", str(home.root))
        logged = len(list(audit.lines(home.audit))) == before + 1
        yield Case(f"{' '.join(words[: 2 if words[0] in ('eia', 'release') else 1])} leaves a line", done.returncode in (0, 1) and logged)
    yield Case("and the log still verifies", _problems(scene, home) == [])


def approvals(scene: Scene) -> Iterator[Case]:
    """33: with one or two approvals asked for, a draft that has fewer of other people, or of another draft, is not released."""
    for needed in (1, 2) if scene.full else (2,):
        yield from _approvals(scene, _unreleased(scene, needed), needed)


def _approvals(scene: Scene, home: Home, needed: int) -> Iterator[Case]:
    name, here = release_id(read(home.draft)), ("--home", str(home.root))
    people = [f"Trustee {number}" for number in range(needed)]

    def approve(by: str, what: str = name, login: str = "head") -> CompletedProcess[str]:
        return scene.equality("release", "approve", what, *(("--by", by) if by else ()), *here, env={"SUDO_USER": login})

    def unreleased(how: str, *words: str, login: str = "clerk") -> Case:
        done = scene.equality(*(words or ("release", "make")), *here, env={"SUDO_USER": login})
        return Case(f"{how}: not released ({needed} asked for)", current(home) is None and done.returncode == (0 if words else 1))

    yield unreleased("no approval")
    yield unreleased("by the nightly refresh", "refresh")
    night = scene.equality("refresh", *here, env={"SUDO_USER": "clerk"}).stdout
    yield Case(f"which starts nothing and says what is lacking ({needed})", "Nothing new" in night and f"0 of {needed} approvals" in night)
    yield _refused("who made the draft cannot approve it", approve("", login="night"))
    yield _refused("nor under another spelling", approve(" NIGHT "))
    yield _refused("nor nobody", approve(" "))
    yield _refused("another draft's name is not this draft's", approve("Trustee 0", "2025-26-00000000"))
    for person in people[:-1]:
        approve(person)
    yield unreleased("one too few")
    if needed > 1:
        yield _refused("nobody approves twice", approve(people[0].upper()))
        yield unreleased("one person twice")
    approve("", login="clerk")
    yield unreleased("who asks for the release does not count")
    log = home.audit.read_bytes()
    home.audit.write_bytes(log.replace(b'"clerk"', b'"somebody"'))
    yield unreleased("an approval whose name was changed in the log")
    home.audit.write_bytes(log + log.splitlines(keepends=True)[-1])
    yield unreleased("an approval copied in the log")
    home.audit.write_bytes(log)
    (home.draft / "reports" / "more.html").write_text("more")
    yield _refused("a draft that is not as it was judged is not approved", approve(people[-1]))
    (home.draft / "reports" / "more.html").unlink()
    approved = approve(people[-1])
    yield Case(f"another person's approval is taken ({needed} asked for)", approved.returncode == 0)
    yield from _stale(scene, home, needed)
    yield Case(
        f"with {needed} it is released",
        scene.equality("release", "make", *here, env={"SUDO_USER": "clerk"}).returncode == 0 and _served(home) == name,
    )
    told = json.loads((home.releases / f"{name}.released.json").read_bytes())["approved_by"]
    yield Case(f"its statement says who approved it ({needed})", set(people) <= set(told))


def _stale(scene: Scene, home: Home, needed: int) -> Iterator[Case]:
    """The draft becomes another after it was approved, and the very one again."""
    sealed = read(home.draft)
    (home.draft / MANIFEST).write_bytes(sealed.model_copy(update={"trust": f"{sealed.trust}x"}).content())
    done = scene.equality("release", "make", "--home", str(home.root), env={"SUDO_USER": "clerk"})
    yield Case(f"a draft changed since has no approval ({needed} asked for)", done.returncode == 1 and f"0 of {needed}" in done.stdout)
    (home.draft / MANIFEST).write_bytes(sealed.content())


def _unreleased(scene: Scene, needed: int) -> Home:
    """The made-up trust before anything is released, with the draft that a calendar which asks for that many approvals gives."""
    home = scene.released()
    shutil.rmtree(home.releases)
    home.releases.mkdir(mode=0o700)
    calendar = home.trust / "calendar.yml"
    text = re.sub(r"(?m)^approvals:.*$", "", calendar.read_text("utf-8"))
    calendar.write_text(f"approvals: {needed}\n{text}", "utf-8")
    fingerprints = load(home.trust).fingerprints
    draft = read(home.draft).model_copy(update={"approvals_needed": needed, "catalogue": fingerprints})
    (home.draft / MANIFEST).write_bytes(draft.content())
    log_made(home, draft, "night", LATER)
    return home


def _problems(scene: Scene, home: Home, *words: str) -> list[str]:
    done = scene.equality("audit", "--json", *words, "--home", str(home.root))
    problems: list[str] = json.loads(done.stdout)["problems"]
    return problems if done.returncode == (1 if problems else 0) else ["ended with the wrong code"]


def _named(scene: Scene, home: Home, name: str, lines: list[bytes], number: int) -> Case:
    home.audit.write_bytes(b"".join(lines))
    said = _problems(scene, home)
    return Case(f"{name}: shows at its place", any(problem.startswith(f"line {number} ") for problem in said), "; ".join(said)[:80])


def _changed(line: bytes, field: str) -> bytes:
    entry = json.loads(line)
    entry[field] = entry[field][:-1] + ("0" if entry[field][-1] != "0" else "1")
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def _forged(line: bytes) -> bytes:
    """A line that nobody wrote, with a hash of its own that is right."""
    entry = {**json.loads(line), "what": "nothing happened"}
    entry.pop("hash")
    return audit._written(entry, audit._hash(entry)) + b"\n"


def _refused(name: str, done: CompletedProcess[str]) -> Case:
    return Case(
        name, done.returncode == 2 and "Traceback" not in done.stderr, "" if done.returncode == 2 else f"exit code {done.returncode}"
    )


def _accepted(receipt: Path) -> bool:
    return bool(json.loads(receipt.read_bytes()).get("outcome") == "accepted")


def _served(home: Home) -> str:
    served = current(home)
    return served.name if served else ""


DRILLS: dict[int, Drill] = {32: audit_log, 33: approvals}

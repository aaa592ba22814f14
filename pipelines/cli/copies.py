"""Verbs about keeping and proving: backup, restore, rebuild, audit."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.common import DEFAULT_HOME, FAILED, HomeOption, JsonOption, sentences
from pipelines.home import Home, HomeError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

app = typer.Typer()
KeyOption = Annotated[
    Path | None, typer.Option("--key", help="The trust's public key (keys/signing.pub), where the home's is not to be used.")
]


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="Where to write it: a file that does not exist yet, or a folder to give it a name in.")],
    home: HomeOption = DEFAULT_HOME,
    with_keys: Annotated[Path | None, typer.Option("--with-keys", help="Write the keys too, into this file, in another folder.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Say whether the backup TARGET is whole, unchanged and signed; write nothing.")
    ] = False,
    key: KeyOption = None,
) -> None:
    """Copy what cannot be made again into one file: ledger, raw files, landing, receipts, releases, assessments, trust/ and audit log.

    Keys are left out: a backup alone cannot be read. Warehouse and draft are made again by a refresh.
    """
    from pipelines.home import backup as backups
    from pipelines.home.account import account
    from pipelines.home.lock import hold
    from pipelines.orchestration.opened import Opened
    from pipelines.release import audit, release, statement

    with sentences():
        if verify:
            _verify(target, _trusted(key, home))
        place, now = Opened.at(home).home, dt.datetime.now(dt.UTC)
        hold(place)
        release.recover(place)
        statement.state(place, account(), now)
        file = target / f"equality-{now:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
        if with_keys and with_keys.resolve().parent == file.resolve().parent:
            raise HomeError("The keys would lie beside the backup, where one thief finds both. Name another folder for them.")
        if with_keys and with_keys.exists():
            raise HomeError(f"{with_keys} exists already; nothing was written.")
        written = backups.write(place, file, audit.last_hash(place.audit), now)
        if with_keys:
            backups.write_keys(place, with_keys)
        audit.append(place.audit, account(), f"backed up to {file.name}: {_sha(file)}{', keys apart' if with_keys else ''}", now)
    size = sum(size for _, size in written.files.values())
    typer.echo(
        f"Wrote {file}: {len(written.files)} files, {size / 1e6:.1f} MB. Check it with: equality backup {file} --verify --home {home}"
    )
    if with_keys:
        typer.echo(f"Wrote the keys to {with_keys}. Whoever has both can read everything: keep them in different places.")
    else:
        typer.echo(f"The keys are not in it. Without a copy of {place.keys}, kept elsewhere, it is worth nothing.")


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(help="The file that `equality backup` wrote.")],
    home: Annotated[Path, typer.Argument(help="Where the home will be: a folder that does not exist yet, or an empty one.")],
    with_keys: Annotated[Path | None, typer.Option("--with-keys", help="The file of keys; else put keys/ back by hand.")] = None,
    key: KeyOption = None,
) -> None:
    """Make a home from a backup. A backup that was changed, and a folder that is not empty, are refused."""
    from pipelines.home import backup as backups
    from pipelines.home.account import account
    from pipelines.release import audit

    os.umask(0o077)
    with sentences():
        place, now = Home.at(home), dt.datetime.now(dt.UTC)
        found = backups.restore(backup, place, with_keys, _trusted(key, None))
        audit.append(place.audit, account(), f"restored from a backup of {found.made.isoformat(timespec='seconds')}: {_sha(backup)}", now)
    typer.echo(f"Restored {place.root}: {len(found.files)} files as they were on {found.made:%-d %B %Y, %H:%M} UTC.")
    if not key:
        typer.echo("Its hashes were checked. Its signature was not: that needs the trust's public key, with --key.")
    if not with_keys:
        typer.echo(f"Put the keys back into {place.keys} (mode 600).")
    typer.echo(f"Whom you erased since then is in it again: erase them again. Then: equality refresh --home {place.root}")


@app.command()
def rebuild(
    release: Annotated[str, typer.Argument(help="The id of the release, as `equality release list` shows it.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Make a release again from the files it rests on, in a scratch copy, and compare byte by byte. Nothing in the home changes.

    Exit code 0: the same bytes; 1: some differ, with what may be why; 2: it cannot be made again, with what is gone.
    """
    from pipelines.orchestration.opened import Opened
    from pipelines.orchestration.rebuild import rebuild as again

    with sentences():
        screen = sys.stdout
        made = again(Opened.at(home), release, lambda line: typer.echo(f"  {line}", file=screen))
    if made.same:
        typer.echo(f"{release}: made again from {made.inputs} files, every byte is the same.")
        return
    for path in made.differing:
        typer.echo(f"differs: {path}", err=True)
    for reason in made.reasons or ("Nothing that it rests on has changed, so it should be the same: report this as a fault.",):
        typer.echo(reason, err=True)
    sys.exit(FAILED)


@app.command("audit")
def audit_log(
    home: HomeOption = DEFAULT_HOME,
    lines: Annotated[int, typer.Option("--lines", help="How many of the last lines to show.")] = 10,
    expect: Annotated[str | None, typer.Option("--expect", help="A hash that you kept: of any line that must still be there.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Whether the audit log is what was written, by its own chain and by the signed statements of the releases; and its last lines."""
    from pipelines.home.signing import public_keys
    from pipelines.release import audit, statement

    with sentences():
        place = Home.existing(home)
        problems = audit.verify(place.audit) + statement.problems(place, public_keys(place))
        written = list(audit.lines(place.audit))
        if expect and expect not in {line.hash for line in written}:
            problems.append("the line whose hash you kept is not there: lines were cut off or written anew")
    if as_json:
        shown = [vars(line) for line in written[-lines:]]
        typer.echo(json.dumps({"problems": problems, "lines": len(written), "last": shown}, indent=2, ensure_ascii=False))
    else:
        for line in written[-lines:] if lines else ():
            typer.echo(f"{line.number:>5}  {line.time}  {line.who}  {line.what}")
        for problem in problems:
            typer.echo(problem, err=True)
        if not problems:
            kept = written[-1].hash if written else audit.START
            typer.echo(f"{len(written)} lines, each following from the one before. Keep the last hash elsewhere: {kept}")
    if problems:
        sys.exit(FAILED)


def _verify(file: Path, trusted: tuple[Ed25519PublicKey, ...]) -> None:
    from pipelines.home import backup as backups

    contents, problems = backups.verify(file, trusted)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems or contents is None:
        raise typer.Exit(FAILED)
    said = ", signed by this trust" if trusted else ". Its signature was not checked: that needs the trust's public key, with --key"
    typer.echo(f"{file.name}: {len(contents.files)} files of {contents.made:%-d %B %Y, %H:%M} UTC, each as it was{said}.")
    raise typer.Exit(0)


def _trusted(key: Path | None, home: Path | None) -> tuple[Ed25519PublicKey, ...]:
    """The public key that was named, else those of the home, if there is one."""
    from pipelines.home.signing import public_keys, read_public

    return (read_public(key),) if key else public_keys(Home.at(home)) if home else ()


def _sha(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

"""A release made again from the files it rests on, in a scratch copy of the home, and held against it byte by byte."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines import intake
from pipelines.home import Home, HomeError
from pipelines.home.lock import hold
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.refresh import refresh
from pipelines.orchestration.versions import versions
from pipelines.release import bundle
from pipelines.release.manifest import Manifest, fingerprint, read
from pipelines.release.verify import verify

NO_RELEASE_DAY = dt.date(2000, 1, 1)
"""The day that a rebuild believes it is: nothing is due, so nothing is released in the scratch copy."""
LEFT_OUT = ("mail.yml",)
"""Of ``trust/``: nobody gets mail twice, and no figure depends on it."""


@dataclass(frozen=True)
class Rebuilt:
    """How a rebuild ended: ``same`` means the whole manifest, and so every byte. ``reasons``: what is otherwise now than it was then."""

    same: bool
    inputs: int
    differing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def rebuild(opened: Opened, name: str, progress: Callable[[str], None]) -> Rebuilt:
    """Make the release ``name`` again and compare. Hold nothing else in the home meanwhile.

    :class:`HomeError` where there is no such release, where it is not as it was sealed, where inputs or earlier releases are gone, and where
    making it again fails.
    """
    hold(opened.home)
    folder = opened.home.releases / name
    if not folder.is_dir() or folder.is_symlink() or name.startswith("."):
        raise HomeError(f"There is no release {name}. List them with: equality release list --home {opened.home.root}")
    problems = verify(folder)
    if problems:
        raise HomeError(f"{name} is not as it was sealed, so there is nothing to compare with: {'; '.join(problems)}.")
    then = read(folder)
    reasons = _otherwise(then, opened)
    with _scratch(opened.home, then) as scratch:
        gone = intake.replay(scratch, [(item.dataset, item.period, item.urn, item.sha256) for item in then.inputs])
        if gone:
            listed = "; ".join(", ".join(place) for place in gone)
            raise HomeError(
                f"{name} cannot be made again: of its {len(then.inputs)} inputs, {len(gone)} are gone (erased or lost): {listed}."
            )
        done = refresh(Opened.at(scratch.root), NO_RELEASE_DAY, progress)
        if not done.ok:
            raise HomeError(f"{name} could not be made again: {'; '.join([*done.failed, *reasons])}")
        now, made = read(scratch.draft), bundle.contents(scratch.draft)
    was = bundle.contents(folder)
    differing = sorted(path for path in was.keys() | made.keys() if was.get(path) != made.get(path))
    same = fingerprint(now) == fingerprint(then)
    return Rebuilt(same, len(then.inputs), (*differing, *(() if same else (bundle.MANIFEST,))), tuple(reasons))


def _otherwise(then: Manifest, opened: Opened) -> list[str]:
    """What a release rests on that is otherwise today, a sentence each."""
    now, reasons = versions(), []
    if then.versions.code != now.code:
        reasons.append(f"It was made by other code ({then.versions.code[:12]}; this is {now.code[:12]}).")
    if then.versions.lock != now.lock:
        reasons.append(f"It was made with other packages (requirements.lock {then.versions.lock[:12]}; this is {now.lock[:12]}).")
    before, today = ({**said.packages, "the solver": said.solver} for said in (then.versions, now))
    changed = [name for name in sorted(before.keys() | today.keys()) if before.get(name) != today.get(name)]
    reasons += [f"{name} was {before.get(name, 'none')} then and is {today.get(name, 'none')} now." for name in changed]
    less = intake.lessened(opened.home)
    lacking = [item for item in then.inputs if item.sha256 in less]
    if lacking:
        reasons.append(
            f"{len(lacking)} of its {len(then.inputs)} inputs are no longer kept as they came: somebody was erased, or their time was up."
        )
    rules = {"policy": "The disclosure policy was changed since.", "all": "The catalogue, the calendar or trust/ was changed since."}
    return reasons + [said for part, said in rules.items() if then.catalogue.get(part) != opened.catalogue.fingerprints.get(part)]


@contextmanager
def _scratch(home: Home, then: Manifest) -> Iterator[Home]:
    """The home as it was for that release: rules of today, files that are linked and not copied, the releases that it was protected with."""
    scratch = Home(home.rebuild)
    shutil.rmtree(scratch.root, ignore_errors=True)
    try:
        scratch.make()
        scratch.keys.symlink_to(home.keys)
        shutil.copytree(home.trust, scratch.trust, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
        shutil.copyfile(home.ledger, scratch.ledger)
        shutil.copyfile(home.layout_file, scratch.layout_file)
        for folder, copy in ((home.raw, scratch.raw), (home.landing, scratch.landing)):
            shutil.copytree(folder, copy, dirs_exist_ok=True, copy_function=_linked)
        for earlier in (then.disclosure.model_extra or {}).get("earlier_releases", []):
            if not (home.releases / earlier).is_dir():
                raise HomeError(f"It was protected together with {earlier}, which is not in the home any more. Restore it from a backup.")
            shutil.copytree(home.releases / earlier, scratch.releases / earlier, copy_function=_linked)
        yield scratch
    except FileNotFoundError as missing:
        raise HomeError(f"{missing.filename} is missing, so nothing can be made again. Restore it from a backup.") from None
    finally:
        shutil.rmtree(scratch.root, ignore_errors=True)


def _linked(source: str, target: str) -> None:
    """The same file under a second name. Every file here is only ever replaced by a rename, so the first name keeps its bytes."""
    Path(target).hardlink_to(os.path.realpath(source))

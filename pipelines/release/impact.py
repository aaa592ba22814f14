"""An equality impact assessment as frozen evidence: what is looked at is chosen and recorded before the figures are put beside it.

``impact/<id>/choice.json`` is the choice, whose hash stands in the audit log; ``assessment.yml`` is what people write; ``frozen/`` is the
pack, written once. How the page looks, on a screen and on paper, is for the caller.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml
from pydantic import ValidationError

from pipelines.catalogue import Catalogue
from pipelines.catalogue.entry import Entry, Name, Urn
from pipelines.home import Home, HomeError
from pipelines.home.signing import is_signed, public_keys, sign
from pipelines.home.whole import move, write_whole
from pipelines.release import audit
from pipelines.release.bundle import MARTS, SIGNATURE
from pipelines.release.manifest import fingerprint, read
from pipelines.release.release import current
from pipelines.release.verify import verify as verify_release

CHOICE, ASSESSMENT, FROZEN, MANIFEST, PAPER = "choice.json", "assessment.yml", "frozen", "manifest.json", "assessment.pdf"
STARTER = """\
# What people have to say of this decision. Every clear gap that the evidence shows needs an answer here before it can be frozen.
# See the evidence with: equality eia look {id}
groups_affected: ""
engagement: ""
mitigations: []
#  - {{measure: suspended, characteristic: sen_provision, group: sen_support, what: Mentors, owner: Head of inclusion, by: 2026-12-01}}
outcome: ""        # go ahead, change or stop
reviewed_on: null  # the day on which the reviewer agreed, such as 2026-11-20
"""


class Choice(Entry):
    """What an assessment will look at: measures and characteristics of the catalogue, at the trust and the named academies."""

    id: str
    decision: str
    measures: tuple[Name, ...]
    characteristics: tuple[Name, ...]
    academies: tuple[Urn, ...] = ()
    lead: str
    reviewer: str
    chosen_on: dt.date
    released_then: str = ""


class Mitigation(Entry):
    """What will be done about one gap, by whom and when."""

    measure: Name
    characteristic: Name
    group: str
    what: str
    owner: str
    by: dt.date


class Assessment(Entry):
    """What people wrote."""

    groups_affected: str = ""
    engagement: str = ""
    mitigations: tuple[Mitigation, ...] = ()
    outcome: str = ""
    reviewed_on: dt.date | None = None


@dataclass(frozen=True)
class Evidence:
    """The chosen figures of one release, in words and codes: ``cells`` and ``gaps`` as the marts have them, none added."""

    choice: Choice
    assessment: Assessment
    release: str
    cells: pd.DataFrame
    gaps: pd.DataFrame


def choose(home: Home, catalogue: Catalogue, choice: Choice, who: str, now: dt.datetime) -> Path:
    """Record a choice before anything is looked at; returns its folder. :class:`HomeError` for names that nothing declares or a taken id."""
    for kind, names, declared in (
        ("measure", choice.measures, catalogue.measures),
        ("characteristic", choice.characteristics, catalogue.characteristics),
        ("academy", choice.academies, {academy.urn for academy in catalogue.trust.academies}),
    ):
        strange = sorted(set(names) - set(declared))
        if strange:
            raise HomeError(f"There is no {kind} {strange[0]!r} in the catalogue.")
    if choice.lead.strip().casefold() == choice.reviewer.strip().casefold():
        raise HomeError("Lead and reviewer are the same person: an assessment needs a second pair of eyes.")
    folder = home.impact / choice.id
    if folder.exists():
        raise HomeError(f"There is an assessment {choice.id} already. It can be frozen, or another made under another name.")
    standing = current(home)
    choice = choice.model_copy(update={"released_then": standing.name if standing else ""})
    content = _canonical(choice)
    folder.mkdir(mode=0o700, parents=True)
    write_whole(folder / CHOICE, content)
    write_whole(folder / ASSESSMENT, STARTER.format(id=choice.id).encode())
    audit.append(home.audit, who, f"impact assessment {choice.id}: chosen, {_sha(content)}", now)
    return folder


def identifier(decision: str, day: dt.date) -> str:
    """A folder's name from the decision and the month: letters, digits and hyphens."""
    words = "-".join(re.findall(r"[a-z0-9]+", decision.lower()))[:50].strip("-")
    return f"{day:%Y-%m}-{words or 'decision'}"


def look(home: Home, identity: str) -> Evidence:
    """The evidence as it is in the current release. :class:`HomeError` without a release, or where choice or assessment cannot be read."""
    folder = _folder(home, identity)
    choice = Choice.model_validate_json((folder / CHOICE).read_bytes())
    try:
        assessment = Assessment.model_validate(yaml.safe_load((folder / ASSESSMENT).read_text("utf-8")) or {})
    except (yaml.YAMLError, ValidationError) as problem:
        said = problem.errors(include_url=False)[0]["msg"] if isinstance(problem, ValidationError) else str(problem)
        raise HomeError(f"{ASSESSMENT} of {identity} cannot be read: {said}.") from None
    standing = current(home)
    if standing is None:
        raise HomeError("There is no release yet, and an assessment rests on released figures. Run: equality refresh")
    marts = standing / MARTS
    cells = [pd.read_parquet(path) for path in sorted(marts.glob("mart_*_*.parquet")) if path.stem.endswith(("outcomes", "composition"))]
    return Evidence(
        choice, assessment, standing.name, _chosen(pd.concat(cells), choice), _chosen(pd.read_parquet(marts / "mart_gaps.parquet"), choice)
    )


def freeze(
    home: Home, identity: str, page: Callable[[Evidence, Path], str], paper: Callable[[str], bytes | None], who: str, now: dt.datetime
) -> Path:
    """Write the pack, once, and its hash into the audit log; returns its folder.

    ``page``: the evidence and the marts' folder to a page. ``paper``: the page to a PDF; where it makes none, the pack has none.
    :class:`HomeError` where the choice is not the recorded one, the release does not verify, nothing chosen is published, a clear gap has no
    answer, or nobody has reviewed it.
    """
    folder = _folder(home, identity)
    if (folder / FROZEN).exists():
        raise HomeError(f"{identity} is frozen already. It is verified with: equality eia verify {identity}")
    _recorded(home, identity, "chosen", _sha((folder / CHOICE).read_bytes()))
    found = look(home, identity)
    standing = home.releases / found.release
    problems = verify_release(standing)
    if problems:
        raise HomeError(f"The release {found.release} does not verify: {problems[0]}.")
    if found.gaps.empty and found.cells.empty:
        raise HomeError("Nothing that was chosen is published in this release.")
    open_ = unanswered(found)
    if open_:
        listed = "; ".join(f"{measure}, {characteristic}, {group}" for measure, characteristic, group in open_)
        raise HomeError(f"Clear gaps without an answer in {ASSESSMENT}: {listed}. Say what will be done about each, or why not.")
    if not (found.assessment.groups_affected.strip() and found.assessment.outcome.strip() and found.assessment.reviewed_on):
        raise HomeError(f"{ASSESSMENT} needs groups_affected, outcome and reviewed_on before it can be frozen.")
    partial = folder / f"{FROZEN}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    for name, table in (("cells.csv", found.cells), ("gaps.csv", found.gaps)):
        write_whole(partial / name, table.to_csv(index=False).encode())
    write_whole(partial / CHOICE, (folder / CHOICE).read_bytes())
    write_whole(partial / "assessment.json", _canonical(found.assessment))
    text = page(found, standing / MARTS)
    write_whole(partial / "assessment.html", text.encode())
    printed = paper(text)
    if printed is not None:
        write_whole(partial / PAPER, printed)
    files = {path.name: _sha(path.read_bytes()) for path in sorted(partial.iterdir())}
    manifest = {"id": identity, "release": found.release, "data": fingerprint(read(standing)), "files": files}
    content = json.dumps(manifest, sort_keys=True, indent=2).encode()
    write_whole(partial / MANIFEST, content)
    write_whole(partial / SIGNATURE, sign(home, content))
    audit.append(home.audit, who, f"impact assessment {identity}: frozen, {_sha(content)}", now)
    move(partial, folder / FROZEN)
    return folder / FROZEN


def unanswered(found: Evidence) -> list[tuple[str, str, str]]:
    """Clear gaps (measure, characteristic, group) that no mitigation names."""
    answered = {(item.measure, item.characteristic, item.group) for item in found.assessment.mitigations}
    clear = found.gaps[found.gaps["verdict"].eq("clear")]
    keys = clear[["measure", "characteristic", "group_code"]].drop_duplicates().itertuples(index=False, name=None)
    return sorted(set(keys) - answered)


def verify(home: Home, identity: str) -> list[str]:
    """What is wrong with a frozen pack, in plain words; empty when nothing is. One frozen before packs were signed rests on the log alone."""
    frozen = _folder(home, identity) / FROZEN
    if not frozen.is_dir():
        return ["it is not frozen"]
    content = (frozen / MANIFEST).read_bytes()
    try:
        _recorded(home, identity, "frozen", _sha(content))
        _recorded(home, identity, "chosen", _sha((frozen / CHOICE).read_bytes()))
    except HomeError as problem:
        return [str(problem)]
    told = json.loads(content)["files"]
    lie_there = {path.name: _sha(path.read_bytes()) for path in frozen.iterdir() if path.name not in (MANIFEST, SIGNATURE)}
    problems = [f"{name} is missing" for name in sorted(told.keys() - lie_there.keys())]
    problems += [f"{name} is not in the manifest" for name in sorted(lie_there.keys() - told.keys())]
    problems += [f"{name} was changed" for name in sorted(told.keys() & lie_there.keys()) if told[name] != lie_there[name]]
    if (frozen / SIGNATURE).exists() and not is_signed(content, (frozen / SIGNATURE).read_bytes(), public_keys(home)):
        problems.append("its signature is not this trust's, or not of this pack")
    return problems + audit.verify(home.audit)


def listing(home: Home) -> list[tuple[str, str]]:
    """Every assessment and how far it is: chosen or frozen."""
    folders = sorted(path for path in home.impact.glob("*") if (path / CHOICE).is_file())
    return [(path.name, "frozen" if (path / FROZEN).is_dir() else "chosen") for path in folders]


def _chosen(table: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    places = table["area_level"].eq("trust") | table["area_code"].isin(choice.academies)
    of = table["measure"].isin(choice.measures) & table["characteristic"].isin(["all", *choice.characteristics])
    return table[places & of].reset_index(drop=True)


def _folder(home: Home, identity: str) -> Path:
    folder = home.impact / identity
    if not re.fullmatch(r"[a-z0-9-]+", identity) or not (folder / CHOICE).is_file():
        raise HomeError(f"There is no assessment {identity!r}. List them with: equality eia list")
    return folder


def _recorded(home: Home, identity: str, step: str, sha: str) -> None:
    wanted = f"impact assessment {identity}: {step}, {sha}"
    if not any(line.what == wanted for line in audit.lines(home.audit)):
        raise HomeError(f"The audit log does not hold this {'choice' if step == 'chosen' else 'pack'} of {identity}: it was changed since.")


def _canonical(entry: Entry) -> bytes:
    return json.dumps(entry.model_dump(mode="json"), sort_keys=True, indent=2, ensure_ascii=False).encode()


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

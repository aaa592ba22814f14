"""Who approved a draft: lines of the audit log, each bound to one draft by its manifest's fingerprint. How many are needed, the policy says.

A person is a name. Whoever made a draft cannot approve it, nobody counts twice, and a draft that changed has no approvals.
"""

from __future__ import annotations

import datetime as dt
import re

from pipelines.home import Home, HomeError
from pipelines.release import audit
from pipelines.release.manifest import Manifest, ManifestError, fingerprint, read
from pipelines.release.verify import release_id, verify

MADE = re.compile(r"made the draft \S+: ([0-9a-f]{64})")
APPROVED = re.compile(r"approved \S+: ([0-9a-f]{64})(, typed by .+)?")


def log_made(home: Home, draft: Manifest, by: str, now: dt.datetime) -> None:
    """Say in the audit log who made ``draft``: whoever ran the refresh."""
    audit.append(home.audit, by, f"made the draft {release_id(draft)}: {fingerprint(draft)}", now)


def adopt(home: Home, by: str, now: dt.datetime) -> None:
    """Log ``by`` as who made a draft that nobody is logged for: one of an earlier version, or whose run was killed after it stood."""
    try:
        draft = read(home.draft)
    except ManifestError:
        return
    if not makers(home, draft):
        log_made(home, draft, by, now)


def approve(home: Home, name: str, by: str, typed_by: str, now: dt.datetime) -> None:
    """Record that ``by`` approves the draft that would be the release ``name``; ``typed_by`` is the login name of whoever says so.

    :class:`HomeError` where the draft is another by now or is not as it was judged, where ``by`` made it or has approved it before,
    and where nobody is known to have made it.
    """
    try:
        draft = read(home.draft)
    except ManifestError as problem:
        raise HomeError(f"There is no draft to approve: {problem}. Make one with: equality refresh") from None
    if name != release_id(draft):
        raise HomeError(f"The draft is {release_id(draft)}, not {name}. Look at it, then approve it under that name.")
    problems = verify(home.draft)
    if problems:
        raise HomeError(f"The draft is not as it was judged, so it is not approved: {'; '.join(problems)}.")
    if not makers(home, draft):
        raise HomeError("The audit log does not say who made this draft, so nobody can approve it yet. Run: equality refresh")
    by = " ".join(by.split())
    if not by:
        raise HomeError("An approval needs the name of whoever gives it; nothing was changed.")
    if _same(by) in makers(home, draft):
        raise HomeError(f"{by} made this draft. An approval needs somebody else.")
    if _same(by) in given(home, draft):
        raise HomeError(f"{by} has approved this draft before. Nobody counts twice.")
    typed = "" if _same(by) == _same(typed_by) else f", typed by {typed_by}"
    audit.append(home.audit, by, f"approved {name}: {fingerprint(draft)}{typed}", now)


def lacking(home: Home, draft: Manifest, needed: int, maker: str) -> str:
    """Which approvals ``draft`` still lacks to be released at the wish of ``maker``, in words; empty where none. A changed log gives none."""
    if not needed:
        return ""
    changed = audit.verify(home.audit)
    if changed:
        return f"The audit log, which holds the approvals, is not what was written: {changed[0]}. See: equality audit"
    name, count = release_id(draft), set(given(home, draft)) - makers(home, draft) - {_same(maker)}
    if len(count) >= needed:
        return ""
    return f"{name} has {len(count)} of {needed} approvals. To give one: equality release approve {name}"


def given(home: Home, draft: Manifest) -> dict[str, str]:
    """Everybody who approved exactly this draft, whether it counts or not: name as compared -> name as written."""
    return {_same(line.who): line.who for line in audit.lines(home.audit) if _of(APPROVED, line.what) == fingerprint(draft)}


def makers(home: Home, draft: Manifest) -> set[str]:
    """Everybody who ran a refresh that made exactly this draft, as names are compared."""
    return {_same(line.who) for line in audit.lines(home.audit) if _of(MADE, line.what) == fingerprint(draft)}


def _of(kind: re.Pattern[str], what: str) -> str | None:
    found = kind.fullmatch(what)
    return found[1] if found else None


def _same(name: str) -> str:
    """``name`` as two spellings of it are held together."""
    return " ".join(name.split()).casefold()

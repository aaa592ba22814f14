"""The order of a refresh as plain functions over an opened home, one per step. Dagster calls them; they do not know Dagster."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines import intake
from pipelines.disclosure import loss
from pipelines.home import HomeError, duck
from pipelines.home.account import account
from pipelines.home.limit import limited
from pipelines.home.rotation import destroy_warehouse
from pipelines.home.vault import unseal
from pipelines.home.whole import move, write_whole
from pipelines.orchestration import beside
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.quiet import quiet
from pipelines.orchestration.versions import LOCK, versions
from pipelines.release import approvals, audit, bundle, draft, release, sbom, statement
from pipelines.release.manifest import JUDGES, Disclosure, Input, Manifest, ManifestError, Verdict, fingerprint, read
from pipelines.release.verify import release_id

COUNTS_SCHEMA, MARTS_SCHEMA = "counts", "marts"
JUDGE_SECONDS = 3 * 3600.0
"""What a judge may take. One that hangs has passed nothing, and must not hold up the nights that follow."""
Progress = Callable[[str], None]


def nothing_new(opened: Opened, today: dt.date) -> bool:
    """Whether a run would make the draft that already lies there and no release: then there is nothing to do."""
    if waiting(opened):
        return False
    try:
        made = read(opened.home.draft)
    except ManifestError:
        return False
    unchanged = fingerprint(_without_results(made)) == fingerprint(_foundations(opened, apart=release_id(made)))
    return unchanged and release.ready(opened.home, opened.catalogue.calendar, today, account()).id is None


def waiting(opened: Opened) -> str:
    """What lies in the drop folders unsettled, as a fingerprint; empty when nothing does."""
    return intake.unsettled(opened.home, opened.catalogue)


def prepare(opened: Opened) -> None:
    """Start what :func:`take_in` and :func:`judge_marts` are helped by; calling it again changes nothing."""
    beside.prepare(opened, gate_1(opened))


@quiet
def take_in(opened: Opened, now: Callable[[], dt.datetime], progress: Progress) -> intake.IntakeReport:
    """Settle every file in the drop folders: recognise, read, map, judge (gate 1), land by rename, receipt; then mail to whom it concerns."""
    write_whole(opened.rules, opened.catalogue.fingerprints["all"].encode())
    report = intake.take_in(
        opened.home,
        opened.keys,
        opened.catalogue,
        gate_1(opened),
        clock=now,
        progress=progress,
        look=beside.first_look(opened),
        ahead=beside.reader(opened),
    )
    intake.send_notices(opened.home, opened.catalogue, now(), progress)
    return report


@quiet
def retain(opened: Opened, now: dt.datetime) -> intake.Ended:
    """End what is due, by room and by field, and say in the audit log how much that was. What a killed ``rebuild`` left behind goes too."""
    shutil.rmtree(opened.home.rebuild, ignore_errors=True)
    if not opened.home.ledger.exists():
        return intake.Ended()
    with intake.Store(opened.home, opened.keys, opened.catalogue, gate_1(opened)) as store:
        ended = intake.retain(store, now.date())
    last = now.timestamp() - opened.catalogue.retention.log_days * 24 * 3600
    logs = [path for path in opened.dbt_target.glob("logs/*") if path.is_file() and path.stat().st_mtime < last]
    for path in logs:
        path.unlink()
    if ended:
        audit.append(opened.home.audit, "retention", f"ended in time: {ended}", now)
    return ended


def forget_warehouse(opened: Opened) -> None:
    """Remove the warehouse, which is disposable, with what dbt wrote down on the way."""
    destroy_warehouse(opened.home)
    shutil.rmtree(opened.home.warehouse / "spill", ignore_errors=True)


@quiet
def write_matrix(opened: Opened, now: dt.datetime) -> Any:
    """The page of who owes what, with how many squares are in each state."""
    return intake.write_matrix(opened.home, opened.keys, opened.catalogue, now)


def nothing_landed(opened: Opened) -> bool:
    """Whether no academy has a file in use yet."""
    return not intake.inputs(opened.home)


def gate_1(opened: Opened) -> Callable[..., Any]:
    """Gate 1 as intake is handed it: it knows the trust's code sets."""
    from expectations.landing import judge_landing

    return partial(judge_landing, code_sets=opened.catalogue.code_sets)


@quiet
def write_marts(opened: Opened) -> dict[str, int]:
    """The marts of the candidate warehouse as Parquet in a new partial draft; returns the rows of each."""
    folder = draft.begin(opened.home)
    connection = duck.connect(opened.home, opened.keys)
    try:
        duck.attach_warehouse(connection, opened.keys, opened.candidate, read_only=True)
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = ? order by 1", [MARTS_SCHEMA]
        ).fetchall()
        marts: dict[str, pa.Table] = {
            name: connection.execute(f'select * from warehouse.{MARTS_SCHEMA}."{name}"').to_arrow_table() for (name,) in names
        }
    finally:
        connection.close()
    bundle.write_marts(folder, marts)
    return {name: table.num_rows for name, table in marts.items()}


def unprotected(opened: Opened, warehouse: Path) -> pd.DataFrame:
    """Every cell of ``warehouse``, the candidate or the whole one, with its true numbers, for the judge alone."""
    connection = duck.connect(opened.home, opened.keys)
    try:
        duck.attach_warehouse(connection, opened.keys, warehouse, read_only=True)
        return connection.execute(f"select * from warehouse.{COUNTS_SCHEMA}.stat_cells").df()
    finally:
        connection.close()


@quiet
def judge_marts(opened: Opened) -> Any:
    """Gate 2 on the marts as they lie in the partial draft. The verdict is kept with the hash of what was judged."""
    from expectations.release import judge_release

    judged = bundle.digest(opened.home.partial_draft, JUDGES["gate2"])
    verdict = beside.asked(opened, JUDGE_SECONDS, judge_release, opened.home.partial_draft, _disclosure(opened).model_dump(mode="json"))
    beside.dismiss(opened)
    _keep(opened, "gate2", verdict, judged)
    return verdict


@quiet
def write_reports(opened: Opened, progress: Progress) -> list[Path]:
    """Everything people read, made from the marts of the partial draft and from nothing else; beside it what software made it."""
    from pipelines.reporting.pack import write_pack
    from pipelines.reporting.pages.frame import Context

    folder, catalogue = opened.home.partial_draft, opened.catalogue
    write_whole(folder / sbom.FILE, sbom.written(LOCK.read_text("utf-8")))
    reported, protection = _foundations(opened).period, protection_report(opened)
    context = Context(
        period=reported,
        made_up=catalogue.trust.made_up,
        threshold=catalogue.policy.threshold,
        few_below=catalogue.policy.few_below,
        reference_date=next((item.reference_date for item in catalogue.calendar.periods if item.period == reported), None),
        rounding=protection.get("rounding") or 0,
        rounded=tuple(catalogue.populations[name].title for name in protection.get("rounded_populations", [])),
    )
    described = json.loads((opened.dbt_target / "manifest.json").read_bytes())
    return write_pack(folder / bundle.MARTS, folder / "reports", catalogue, context, loss.public(protection), described, progress)


@quiet
def attack_draft(opened: Opened) -> Any:
    """The independent attack on everything the partial draft holds. The verdict is kept with the hash of what was attacked."""
    from expectations.release import judge_attack

    attacked = bundle.digest(opened.home.partial_draft, JUDGES["attack"])
    earlier = [opened.home.releases / told.id for told in release.standing(opened.home)]
    with limited(JUDGE_SECONDS):
        verdict = judge_attack(
            opened.home.partial_draft,
            earlier,
            _disclosure(opened).model_dump(mode="json"),
            truth=unprotected(opened, opened.candidate),
            movers=movers(opened),
        )
    _keep(opened, "attack", verdict, attacked)
    return verdict


@quiet
def finish(opened: Opened, now: dt.datetime) -> Manifest:
    """Seal the judged partial draft, swap it in, log who made it, and swap the warehouse in.

    Raises :class:`HomeError` when a verdict is missing, is a fail, looked at nothing, or is about other bytes than those that lie there now;
    and when ``trust/`` was changed since the run began, for the draft would name rules that not all of it was made by.
    """
    if not opened.rules.exists() or opened.rules.read_text("utf-8") != opened.catalogue.fingerprints["all"]:
        raise HomeError("trust/ was changed while the draft was made, so it cannot be finished. Run: equality refresh")
    verdicts = {judge: _kept(opened, judge, bundle.digest(opened.home.partial_draft, under)) for judge, under in JUDGES.items()}
    built = _foundations(opened).model_copy(update={"disclosure": _disclosure(opened), "verdicts": verdicts})
    sealed = draft.finish(opened.home, built)
    approvals.log_made(opened.home, sealed, account(), now)
    move(opened.candidate, opened.whole)
    return sealed


def _keep(opened: Opened, judge: str, verdict: Any, judged: str) -> None:
    kept = Verdict(passed=verdict.passed is True, checks=tuple(check.name for check in verdict.checks), judged=judged)
    write_whole(opened.verdict(judge), kept.model_dump_json().encode())


def _kept(opened: Opened, judge: str, lies_there: str) -> Verdict:
    try:
        verdict = Verdict.model_validate_json(opened.verdict(judge).read_bytes())
    except FileNotFoundError:
        raise HomeError(f"The draft was not judged by {judge}, so it cannot be finished. Run: equality refresh") from None
    if not verdict.passed:
        raise HomeError(f"The draft did not pass {judge}, so it cannot be finished.")
    if not verdict.checks:
        raise HomeError(f"{judge} looked at nothing, so the draft cannot be finished.")
    if verdict.judged != lies_there:
        raise HomeError(f"The draft has changed since {judge} judged it, so it cannot be finished. Run: equality refresh")
    return verdict


@quiet
def release_if_due(opened: Opened, today: dt.date, now: dt.datetime) -> release.Outcome:
    """Release the draft when the calendar, the approvals and the judged hashes allow it, and state it with its line in the audit log."""
    outcome = release.make(opened.home, opened.catalogue, today, maker=account())
    statement.state(opened.home, account(), now)
    return outcome


def approvals_awaited(opened: Opened, today: dt.date) -> str:
    """Which approvals a draft that is due still lacks, in words; empty where none, or where it is not due."""
    if release.due(opened.home, opened.catalogue.calendar, today).id is None:
        return ""
    return release.ready(opened.home, opened.catalogue.calendar, today, account()).reason


def protection_report(opened: Opened) -> dict[str, Any]:
    """What the disclosure engine said of the candidate: counts only."""
    try:
        report: dict[str, Any] = json.loads(opened.protection_report.read_text("utf-8"))
    except FileNotFoundError:
        raise HomeError("The warehouse was built without a protection report, so nothing may be published. Run: equality refresh") from None
    return report


def movers(opened: Opened) -> pd.DataFrame:
    """People who joined and left each area between publications, of the candidate: what somebody at the gate knows. It never leaves."""
    sealed = opened.movers.read_bytes()
    return pd.read_parquet(io.BytesIO(unseal(opened.keys, opened.movers.name, sealed)))


def held(opened: Opened) -> list[dict[str, str]]:
    """The figures of the last refresh that are held because of an earlier release: place, measure, release and reason; no number."""
    listed: list[dict[str, str]] = protection_report(opened)["held"]
    return listed


def place_in_words(cell: Mapping[str, str]) -> str:
    """Where a figure stands, in one line."""
    groups = [(cell["characteristic"], cell["group_code"]), (cell["cross_characteristic"], cell["cross_group_code"])]
    named = " and ".join(f"{name} {code}" for name, code in groups if name != "all") or "everyone"
    return f"{cell['population']}, {cell['measure']}, {cell['area_level']} {cell['area_code']}, {named}"


ROUNDING_TOLD = ("rounding", "rounding_reach", "rounded_populations")
"""Of the protection report, what a reader of rounded figures is told; absent where nothing is rounded."""


def _disclosure(opened: Opened) -> Disclosure:
    """What a reader and a judge must know of the protection. Which rule hid what, and how many people, stays inside (P3)."""
    report, policy = protection_report(opened), opened.catalogue.policy
    return Disclosure.model_validate(
        {
            "k": policy.threshold,
            "level": policy.level,
            **_jointly(report["earlier_releases"]),
            "few_below": policy.few_below,
            "insider_third": policy.insider_third,
            "public_totals": [total.model_dump(mode="json") for total in policy.public_totals],
            "zero_hidden": report["zero_hidden"],
            **{name: report[name] for name in ROUNDING_TOLD if report.get(name)},
            "cells": report["cells"],
            "cells_hidden": sum(report["hidden"].values()),
            "loss": loss.public(report),
        }
    )


def _jointly(releases: Iterable[str]) -> dict[str, Any]:
    """The releases that a draft is protected with, as its manifest says it."""
    return {"earlier_releases": sorted(releases)} if releases else {}


def _foundations(opened: Opened, apart: str = "") -> Manifest:
    """The manifest of a draft of the inputs, code and rules as they are now, before anything is computed from them.

    ``apart`` is a release that is not counted among the earlier ones: the draft itself, once released, is no news to itself.
    """
    earlier = [told.id for told in release.standing(opened.home) if told.id != apart]
    inputs = tuple(Input(dataset=d, period=p, urn=urn, sha256=sha) for d, p, urn, sha in intake.inputs(opened.home))
    periods = tuple(sorted({item.period for item in inputs}))
    dates = {entry.period: entry.release_from for entry in opened.catalogue.calendar.periods}
    policy = opened.catalogue.policy
    reported = periods[-1] if periods else opened.catalogue.calendar.open_period
    return Manifest(
        trust=opened.catalogue.trust.code,
        made_up=opened.catalogue.trust.made_up,
        period=reported,
        periods=periods,
        release_from=dates.get(reported),
        approvals_needed=opened.catalogue.calendar.approvals,
        inputs=inputs,
        versions=versions(),
        catalogue=opened.catalogue.fingerprints,
        policy=policy.model_dump(mode="json"),
        disclosure=Disclosure.model_validate({"k": policy.threshold, "level": policy.level, **_jointly(earlier)}),
    )


def _without_results(manifest: Manifest) -> Manifest:
    """``manifest`` with only what a draft rests on, to compare two drafts before either is computed."""
    said = manifest.disclosure
    earlier = (said.model_extra or {}).get("earlier_releases", [])
    bare = Disclosure.model_validate({"k": said.k, "level": said.level, **_jointly(earlier)})
    return manifest.model_copy(update={"verdicts": {}, "files": {}, "disclosure": bare})

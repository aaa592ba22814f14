"""The rest of the line as Dagster assets: what academies submit, landing, draft and release. Each calls one step."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    Failure,
    HookContext,
    MaterializeResult,
    MetadataValue,
    MultiPartitionKey,
    MultiPartitionsDefinition,
    StaticPartitionsDefinition,
    asset,
    failure_hook,
    multi_asset,
)

from pipelines.catalogue import Catalogue
from pipelines.home import heartbeat
from pipelines.intake import Settled
from pipelines.orchestration import stale, steps
from pipelines.orchestration.dbt_assets import CATALOGUE, EARLIER, OWNERS
from pipelines.orchestration.loss_tables import analyst_tables
from pipelines.orchestration.resources import Clock, TrustHome

JUDGED_MARTS, REPORTS, SEALED = (AssetKey(["draft", name]) for name in ("marts", "reports", "sealed"))
MATRIX = AssetKey("submission_matrix")
RELEASE = AssetKey("release")
HELD_ROWS = 50


def outside_assets(catalogue: Catalogue) -> list[AssetSpec]:
    """What the line starts from and does not make: the catalogue, earlier releases, and the files of each dataset by academy and period."""
    partitions = MultiPartitionsDefinition(
        {
            "academy": StaticPartitionsDefinition(sorted([*(academy.urn for academy in catalogue.trust.academies), catalogue.trust.code])),
            "period": StaticPartitionsDefinition(sorted(period.period for period in catalogue.calendar.periods)),
        }
    )
    submitted = [
        AssetSpec(
            AssetKey(["submissions", dataset.name]),
            description=f"{dataset.title}, as academies dropped it. {dataset.grain}",
            group_name="submissions",
            owners=OWNERS,
            partitions_def=partitions,
        )
        for dataset in catalogue.datasets.values()
    ]
    rules = AssetSpec(
        CATALOGUE, description="What is counted, declared once in YAML: ours and the trust's.", group_name="catalogue", owners=OWNERS
    )
    told = AssetSpec(EARLIER, description="What earlier releases that stand have told.", group_name="releases", owners=OWNERS)
    return [rules, told, *submitted]


def landing_assets(catalogue: Catalogue) -> AssetsDefinition:
    """One asset per dataset, with gate 1 as its check, made together by one pass over the drop folders."""
    names = sorted(catalogue.datasets)

    @multi_asset(
        name="landing",
        specs=[
            AssetSpec(
                AssetKey(["landing", name]),
                deps=[AssetDep(AssetKey(["submissions", name])), AssetDep(CATALOGUE)],
                description=f"{catalogue.datasets[name].title}: accepted files, pseudonymised and encrypted. {catalogue.datasets[name].grain}",
                group_name="landing",
                owners=OWNERS,
            )
            for name in names
        ]
        + [
            AssetSpec(
                MATRIX,
                deps=[AssetDep(AssetKey(["landing", name])) for name in names],
                description="Who owes what: one page with the latest file of each academy and dataset, and a link to its receipt.",
                group_name="landing",
                owners=OWNERS,
            )
        ],
        check_specs=[
            AssetCheckSpec(
                "gate_1", asset=AssetKey(["landing", name]), description="Every file dropped since the last run could be accepted."
            )
            for name in names
        ],
    )
    def landing(context: AssetExecutionContext, home: TrustHome, clock: Clock) -> Iterator[Any]:
        opened = home.take()
        steps.prepare(opened)
        stale.close(context.instance, own=context.run_id)
        stale.forget(context.instance, dt.datetime.now(dt.UTC) - dt.timedelta(days=opened.catalogue.retention.log_days))
        heartbeat.began(opened.home, dt.datetime.now(dt.UTC))
        today = min(clock.now(), dt.datetime.now(dt.UTC))  # a rehearsal of a later day destroys nothing
        steps.retain(opened, today)  # also what a restored backup has of years whose key was destroyed, which nobody can read
        report = steps.take_in(opened, clock.now, context.log.info)
        steps.retain(opened, today)
        matrix = steps.write_matrix(opened, clock.now())
        if steps.nothing_landed(opened):
            raise Failure("No file has been accepted yet, so there is nothing to count. The receipts say why.", allow_retries=False)
        for name in names:
            settled = [item for item in report.settled if item.dataset == name]
            refused = [item.headline for item in settled if not item.slices]
            _record_submissions(context, name, settled)
            yield MaterializeResult(
                asset_key=AssetKey(["landing", name]),
                metadata={
                    "files settled": len(settled),
                    "rows": ", ".join(item.rows for item in settled) or "no new file",
                    "receipts": MetadataValue.path(str(opened.home.receipts)),
                },
            )
            yield AssetCheckResult(
                asset_key=AssetKey(["landing", name]),
                check_name="gate_1",
                passed=not refused,
                severity=AssetCheckSeverity.WARN,
                metadata={"files judged": len(settled), "not accepted": refused},
            )
        yield MaterializeResult(
            asset_key=MATRIX,
            metadata={"page": MetadataValue.url(matrix.path.as_uri()), **{f"squares {k}": n for k, n in matrix.states.items()}},
        )

    return landing


def _record_submissions(context: AssetExecutionContext, dataset: str, settled: Sequence[Settled]) -> None:
    """Each academy and period that a file filled, as a partition of the dataset's submissions."""
    for item in settled:
        for _, period, urn in item.slices:
            partition = MultiPartitionKey({"academy": urn, "period": period})
            metadata = {"receipt": MetadataValue.path(str(item.receipt))}
            event = AssetMaterialization(AssetKey(["submissions", dataset]), partition=partition, metadata=metadata)
            context.instance.report_runless_asset_event(event)


def draft_assets(marts: Sequence[AssetKey]) -> list[AssetsDefinition]:
    """The draft and the release: written aside, judged twice, sealed, swapped in."""

    @asset(
        key=JUDGED_MARTS,
        deps=list(marts),
        group_name="draft",
        owners=OWNERS,
        description="The marts as Parquet in a draft that nobody can see yet.",
        check_specs=[AssetCheckSpec("gate_2", asset=JUDGED_MARTS, blocking=True, description="Suppression and contract of every mart.")],
    )
    def judged_marts(context: AssetExecutionContext, home: TrustHome) -> Iterator[Any]:
        opened = home.take()
        rows = steps.write_marts(opened)
        protection = steps.protection_report(opened)
        yield MaterializeResult(
            asset_key=JUDGED_MARTS,
            metadata={
                "rows": sum(rows.values()),
                "cells": protection["cells"],
                "cells hidden": sum(protection["hidden"].values()),
                "hidden by rule": MetadataValue.json(protection["rules"]),
                "protected with": protection["earlier_releases"],
                "held": MetadataValue.md(_held_table(steps.held(opened))),
                **{name: MetadataValue.md(table) for name, table in analyst_tables(protection).items()},
            },
        )
        verdict = steps.judge_marts(opened)
        yield _check("gate_2", JUDGED_MARTS, verdict)

    @asset(
        key=REPORTS,
        deps=[JUDGED_MARTS],
        group_name="draft",
        owners=OWNERS,
        description="What people read, made from the judged marts alone.",
        check_specs=[
            AssetCheckSpec("attack", asset=REPORTS, blocking=True, description="An intruder with the whole draft works out nothing hidden.")
        ],
    )
    def reports(context: AssetExecutionContext, home: TrustHome) -> Iterator[Any]:
        opened = home.take()
        written = steps.write_reports(opened, progress=context.log.info)
        yield MaterializeResult(
            asset_key=REPORTS, metadata={"files": len(written), "size": human_size(sum(path.stat().st_size for path in written))}
        )
        yield _check("attack", REPORTS, steps.attack_draft(opened))

    @asset(
        key=SEALED,
        deps=[REPORTS],
        group_name="draft",
        owners=OWNERS,
        description="The judged draft, sealed with its manifest and swapped in.",
    )
    def sealed(context: AssetExecutionContext, home: TrustHome, clock: Clock) -> MaterializeResult[None]:
        opened = home.take()
        manifest = steps.finish(opened, clock.now())
        return MaterializeResult(
            metadata={
                "all that people read": MetadataValue.url(_file_url(opened.home.draft / "reports" / "index.html")),
                "board report": MetadataValue.url(_file_url(opened.home.draft / "reports" / "board.html")),
                "files": len(manifest.files),
                "size": human_size(sum(record.bytes for record in manifest.files.values())),
            }
        )

    @asset(
        key=RELEASE,
        deps=[SEALED],
        group_name="release",
        owners=OWNERS,
        description="The draft under its own name, when calendar, approvals and judged hashes allow it. Never edited.",
    )
    def release(context: AssetExecutionContext, home: TrustHome, clock: Clock) -> MaterializeResult[None]:
        opened = home.take()
        outcome = steps.release_if_due(opened, clock.day(), clock.now())
        heartbeat.succeeded(opened.home, dt.datetime.now(dt.UTC))
        return MaterializeResult(metadata={"release": outcome.id or "none", "why": outcome.reason or "the calendar's date has passed"})

    return [judged_marts, reports, sealed, release]


@failure_hook(name="told_to_the_watch", required_resource_keys={"home"})
def told_to_the_watch(context: HookContext) -> None:
    """Where a run stopped, for whoever asks from outside: the step's name, as the words of an error may hold a value of a record."""
    home: TrustHome = context.resources.home
    heartbeat.stopped(home.open().home, dt.datetime.now(dt.UTC), context.step_key)


def _check(name: str, key: AssetKey, verdict: Any) -> AssetCheckResult:
    said = {check.name: check.detail for check in verdict.checks if check.detail}
    return AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=verdict.passed,
        metadata={"failed": list(verdict.failed), "checks": len(verdict.checks), "said": MetadataValue.json(said)},
    )


def _held_table(held: Sequence[Mapping[str, str]]) -> str:
    """The figures held, for whoever looks into the run; `equality release held` lists them all and says what to do."""
    rows = [f"| {item['period']} | {steps.place_in_words(item)} | {item['earlier_release']} |" for item in held[:HELD_ROWS]]
    table = "\n".join(["| period | figure | held against |", "|---|---|---|", *rows])
    return f"{len(held)} figures held.\n\n{table}" if held else "Nothing is held."


def _file_url(path: Path) -> str:
    return path.as_uri()


def human_size(size: float) -> str:
    """A number of bytes as a person says it."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"

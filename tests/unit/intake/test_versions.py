"""Which of several files counts: the same bytes once, a correction in place of what it corrects, whatever came first."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from pathlib import Path

from made_up_exports import FIRST, NOW, SECOND, MadeUpTrust, pupil, pupils, written

from pipelines import intake
from pipelines.intake import receipts
from pipelines.intake.ledger import Ledger

ROLL = written(pupils(range(30)))


def hours(number: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=number)


def sexes(trust: MadeUpTrust) -> list[str]:
    return sorted(row["attributes"]["sex"] for row in trust.landed())


def outcomes(report: intake.IntakeReport) -> list[str]:
    return [item.outcome for item in report.settled]


def test_the_same_bytes_under_other_names_and_folders_are_taken_in_once(trust: MadeUpTrust) -> None:
    rows = [{**row, "URN": FIRST} for row in pupils(range(30))]
    trust.drop(FIRST, "a 2025-26.csv", written(rows))
    trust.take_in()
    trust.drop(FIRST, "b 2025-26.csv", written(rows), hours(-9999))
    trust.drop("trust", "c 2025-26.csv", written(rows), hours(5))
    assert outcomes(trust.take_in()) == [receipts.SAME, receipts.SAME]
    assert len(trust.landed()) == 30
    assert {name for _, name, _, _ in Ledger(trust.home.ledger).seen()} == {"a 2025-26.csv", "b 2025-26.csv", "c 2025-26.csv"}


def test_the_same_bytes_are_wrong_in_another_academys_folder(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "a 2025-26.csv", ROLL)
    trust.take_in()
    trust.drop(SECOND, "a 2025-26.csv", ROLL)
    assert outcomes(trust.take_in()) == [receipts.REFUSED]
    assert {row["academy_urn"] for row in trust.landed()} == {FIRST}


def test_another_academys_roll_is_known_by_its_pupils_where_no_column_says(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "a 2025-26.csv", ROLL)
    trust.take_in()
    trust.drop(SECOND, "a 2025-26.csv", written(pupils(range(1, 29))))
    (settled,) = trust.take_in().settled
    assert settled.outcome == receipts.REFUSED
    assert {row["academy_urn"] for row in trust.landed()} == {FIRST}
    stored = settled.receipt.with_name("receipt.json").read_text("utf-8")
    assert FIRST not in stored


def test_every_order_of_arrival_ends_with_identical_tables(trust: MadeUpTrust, tmp_path: Path) -> None:
    files = [
        ("pupils_2025-26_20260115T0900.csv", written(pupils(range(30)))),
        ("pupils_2025-26_20260115T1100.csv", written(pupils(range(29), Sex="F"))),
        ("pupils_2025-26_20260115T1000.csv", written(pupils(range(31)))),
        ("pupils_2025-26_20260116T0900.csv", written(pupils(range(28), Sex="M"))),
        ("pupils_2025-26_20260116T0900 (1).csv", written(pupils(range(27)))),
    ]
    ends = []
    for number, order in enumerate(itertools.islice(itertools.permutations(files), 0, 120, 29)):
        one = MadeUpTrust.at(tmp_path / str(number), keys_of=trust)
        for name, content in order:
            one.drop(FIRST, name, content)
            one.take_in()
        ends.append(one.landed())
    # Neither of the two files of one minute replaces; the latest before them stands.
    assert len(ends[0]) == 29
    assert {row["attributes"]["sex"] for row in ends[0]} == {"F"}
    assert all(end == ends[0] for end in ends)


def test_a_correction_replaces_and_an_older_file_does_not_undo_it(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils_2025-26_20260115T0900.csv", ROLL)
    trust.take_in()
    trust.drop(FIRST, "pupils_2025-26_20260115T1700.csv", written([*pupils(range(29), Sex="F"), pupil(29, Sex="M")]))
    assert outcomes(trust.take_in()) == [receipts.ACCEPTED]
    trust.drop(FIRST, "pupils_2025-26_20260112T0900.csv", written([*pupils(range(29), Sex="M"), pupil(29, Sex="F")]))
    (late,) = trust.take_in().settled
    assert late.headline == "Not accepted; we still use your file of 20 January 2026"
    assert Counter(sexes(trust)) == {"F": 29, "M": 1}
    assert len(list(trust.home.landing.glob("pupils/*/*/*.parquet"))) == 1


def test_two_files_of_one_minute_are_both_put_aside_and_no_receipt_claims_otherwise(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils_2025-26_20260115T0900.csv", ROLL)
    trust.take_in()
    trust.drop(FIRST, "pupils_2025-26_20260115T0900 (1).csv", written(pupils(range(29))))
    (second,) = trust.take_in().settled
    assert second.headline == "Not accepted"
    assert trust.landed() == []
    trust.drop(FIRST, "pupils_2025-26_20260115T0930.csv", written(pupils(range(28))))
    assert outcomes(trust.take_in()) == [receipts.ACCEPTED]
    assert len(trust.landed()) == 28

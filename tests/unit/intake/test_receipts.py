"""Receipts: complete, safe to open, and silent about people."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake import receipts
from pipelines.intake.problems import problem, wordings
from pipelines.intake.receipts import Compared, FileLine, Receipt

MORNING = dt.datetime(2026, 1, 20, 9, 5)


def receipt(**changes: object) -> Receipt:
    made = Receipt(
        reference="900401-0123abcd",
        outcome=receipts.WITH_FIXES,
        headline="Accepted, with 1 thing to fix",
        summary="We used 9 of the 10 rows.",
        place="900401",
        academy="First Primary",
        trust="Small Trust",
        contact="data@example.org",
        made_up=True,
        file="pupils.csv",
        size=41_000,
        received=MORNING,
        exported=MORNING,
        dataset="pupils",
        title="Pupils",
        periods=("2025-26",),
        content_hash="0123abcd" * 8,
        rules="feedbeef",
        rows_received=10,
        rows_used=9,
        rows_set_aside=1,
        rows_last=12,
        problems=(problem("code_unknown", rows=range(2, 40), column="Ethnicity", values=("ZZZZ",)),),
        notes=(problem("encoding_converted", what="Windows-1252"),),
        compared=(Compared("All", 12, 9, "Much lower: please check", True),),
        received_files=(FileLine("Attendance", "Accepted"),),
        still_to_come=(FileLine("Suspensions and exclusions", "3 days late", False),),
        next_steps=receipts.steps(receipts.WITH_FIXES),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_receipt_survives_the_ledger() -> None:
    assert receipts.from_json(receipt().as_json()) == receipt()


def test_the_page_says_everything_the_receipt_holds() -> None:
    page = receipts.page(receipt())
    texts = [
        "Accepted, with 1 thing to fix",
        "First Primary",
        "Rows received",
        "38 rows have a code",
        "2, 3, 4",
        "and 18 more",
        "ZZZZ",
        "Ethnicity",
        "Windows-1252",
        "Much lower: please check",
        "Suspensions and exclusions",
        "3 days late",
        "900401-0123abcd",
        "41 kB",
        "data@example.org",
        "made up",
        'lang="en-GB"',
    ]
    for text in texts:
        assert text in page


def test_the_text_for_a_terminal_names_outcome_rows_column_and_code() -> None:
    text = receipt(problems=(problem("code_unknown", rows=[2, 5], column="Ethnicity", values=("ZZZZ",)),)).as_text()
    assert text.splitlines()[0] == "Accepted, with 1 thing to fix."
    told = "1. Two rows have a code that we do not know. Rows 2, 5. Column Ethnicity. Value ZZZZ. Usual cause: a code of your own"
    assert told in text
    assert "Choose a current code for each.\n" in text


def test_the_page_runs_nothing_and_asks_no_other_site() -> None:
    page = receipts.page(receipt()).lower()
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "url(" not in page


@given(st.sampled_from(["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "<b>"]))
def test_markup_in_names_and_headings_stays_text(text: str) -> None:
    page = receipts.page(receipt(file=text, problems=(problem("code_unknown", rows=[2], column=text),)))
    assert "<script" not in page
    assert "<img" not in page
    assert "49" not in page.split("</style>")[1].split("<footer>")[1]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_list_of_rows_is_a_formula(text: str) -> None:
    lines = csv.reader(io.StringIO(receipts.issues(receipt(problems=(problem("code_unknown", rows=[2], column=text),)))))
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for line in lines for cell in line)


def test_the_list_of_rows_has_a_line_for_every_row() -> None:
    lines = list(csv.DictReader(io.StringIO(receipts.issues(receipt()))))
    assert [line["row"] for line in lines if line["column"] == "Ethnicity"] == [str(number) for number in range(2, 40)]


def test_a_receipt_is_never_written_over(tmp_path: Path) -> None:
    folder = receipts.write(receipt(), tmp_path)
    receipts.write(receipt(headline="Something else"), tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["issues.csv", "receipt.html", "receipt.json"]
    assert "Something else" not in (folder / "receipt.html").read_text("utf-8")
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("outcome", "things", "last", "words"),
    [
        (receipts.ACCEPTED, 0, None, "Accepted"),
        (receipts.WITH_FIXES, 1, None, "Accepted, with 1 thing to fix"),
        (receipts.WITH_FIXES, 2, None, "Accepted, with 2 things to fix"),
        (receipts.REFUSED, 1, None, "Not accepted"),
        (receipts.REFUSED, 1, dt.datetime(2025, 10, 14), "Not accepted; we still use your file of 14 October 2025"),
        (receipts.SAME, 0, None, "Same file as before"),
    ],
)
def test_an_outcome_is_put_in_the_agreed_words(outcome: str, things: int, last: dt.datetime | None, words: str) -> None:
    assert receipts.headline(outcome, things, last) == words


def test_every_kind_of_problem_can_be_put_into_words() -> None:
    for kind, wording in wordings().items():
        made = problem(kind, rows=[2], column="Sex", what="something")
        assert made.weight in ("refuses", "fix", "note"), kind
        assert made.title, kind
        assert "{" not in made.title + made.effect + made.cause + made.fix, kind
        if wording["weight"] != "note":
            assert made.effect, kind

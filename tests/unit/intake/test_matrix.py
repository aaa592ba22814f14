"""The page of who owes what: each square says what became of the latest file, links to its receipt, and names nobody."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from made_up_exports import FIRST, NOW, SECOND, THIRD, MadeUpTrust, pupil, pupils, upn, written

from pipelines.intake import write_matrix

DUE = "reference_date: 2026-01-15, due: {pupils: 2026-01-18, attendance: 2026-02-01}}"
Send = Callable[[str, bytes], None]


@pytest.fixture
def send(trust: MadeUpTrust) -> Send:
    """Drop a list of pupils and take it in, an hour after the last one."""
    calendar = trust.home.trust / "calendar.yml"
    calendar.write_text(calendar.read_text("utf-8").replace("reference_date: 2026-01-15}", DUE), "utf-8")
    hours = iter(range(100))

    def sent(urn: str, content: bytes) -> None:
        now = NOW + dt.timedelta(hours=next(hours))
        trust.drop(urn, f"pupils_2025-26_{now:%Y%m%dT%H%M}.csv", content, now)
        trust.take_in(clock=lambda: now)

    return sent


def page(trust: MadeUpTrust) -> str:
    return write_matrix(trust.home, trust.keys, trust.catalogue, NOW).path.read_text("utf-8")


def row(text: str, academy: str) -> dict[str, str]:
    """The words of an academy's squares, by title of the dataset."""
    titles = re.findall(r'<th scope="col"><span>([^<]+)</span></th>', text)
    (line,) = re.findall(rf'<tr><th scope="row">{academy}</th>(.*?)</tr>', text, re.DOTALL)
    return dict(zip(titles, re.findall(r"<span(?: class=\"quiet\")?>([^<]+)</span></span>", line), strict=True))


def test_an_empty_home_says_what_is_awaited_and_late(trust: MadeUpTrust, send: Send) -> None:
    text = page(trust)
    first = row(text, "First Primary")
    assert (first.pop("Attendance"), first.pop("Pupils")) == ("due 1 Feb", "2 days late")
    assert first == {"Incidents": "awaited", "Suspensions and exclusions": "awaited"}
    assert "Not asked for in 2025-26: admissions, attainment, governance," in text
    assert "Five late" in text
    assert "Call first: First Primary, Second Primary, First Secondary." in text


def test_each_state_has_its_word_and_its_receipt(trust: MadeUpTrust, send: Send) -> None:
    send(FIRST, written(pupils(range(40))))
    send(FIRST, written(pupils(range(20))))
    send(SECOND, written([*pupils(range(40, 69)), pupil(70, Ethnicity="ZZZ9")]))
    send(THIRD, written(pupils(range(100, 130))))
    send(THIRD, written(pupils(range(100, 130)), leave_out=["Sex"]))
    text = page(trust)
    academies = ("First Primary", "Second Primary", "First Secondary")
    assert [row(text, name)["Pupils"] for name in academies] == ["held", "1 to fix", "not accepted"]
    assert "Two late, one not accepted, one held, one with things to fix" in text
    links = re.findall(r'<a href="([^"]+)">', text)
    assert len(links) == 3
    assert all((trust.home.receipts / link).is_file() for link in links)


def test_a_good_file_after_a_bad_one_is_what_counts(trust: MadeUpTrust, send: Send) -> None:
    send(FIRST, written(pupils(range(40)), leave_out=["Sex"]))
    send(FIRST, written(pupils(range(40))))
    assert row(page(trust), "First Primary")["Pupils"] == "accepted"


def test_the_page_names_nobody_and_runs_nothing(trust: MadeUpTrust, send: Send) -> None:
    send(FIRST, written(pupils(range(40))))
    text = page(trust)
    assert "Canary" not in text
    assert "<script" not in text
    assert not re.search(r'(src|href)="https?:', text)


def test_an_academy_s_name_is_text_and_no_markup(trust: MadeUpTrust) -> None:
    academies = trust.home.trust / "academies.yml"
    academies.write_text(academies.read_text("utf-8").replace("First Primary", "<b>First</b>"), "utf-8")
    assert "&lt;b&gt;First&lt;/b&gt;" in page(trust)


def test_an_academy_that_is_not_in_the_trust_owes_nothing(trust: MadeUpTrust) -> None:
    academies = trust.home.trust / "academies.yml"
    academies.write_text(academies.read_text("utf-8").replace("name: First Primary,", "name: First Primary, left: 2026-01-20,"), "utf-8")
    text = page(trust)
    assert "First Primary" not in text and "Second Primary" in text


def test_pupils_on_two_rolls_and_doubtful_numbers_are_told_by_academies(trust: MadeUpTrust) -> None:
    def with_former(number: int, former: int | None) -> dict[str, str]:
        return pupil(number, **{"Former UPN": upn(former) if former is not None else ""})

    trust.drop(FIRST, "pupils.csv", written([*(with_former(number, None) for number in range(30)), with_former(40, 900)]))
    trust.drop(
        SECOND,
        "pupils.csv",
        written([*(with_former(number, None) for number in (*range(60, 90), 28, 29)), with_former(41, 900), with_former(42, 5)]),
    )
    trust.take_in()
    text = page(trust)
    told = re.findall(r'<tr><th scope="row">([^<]+)</th><td>(\d+)</td><td>([^<]+)</td>', text)
    assert told == [
        ("First Primary and Second Primary", "3", "on the main roll of both"),
        ("First Primary and Second Primary", "1", "on roll under a UPN that another pupil gives as a former one"),
        ("First Primary and Second Primary", "1", "two pupils with one former UPN"),
    ]
    assert upn(28) not in text

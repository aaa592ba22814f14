"""Whatever differs from what was judged and sealed is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.release.manifest import Manifest, Verdict
from pipelines.release.verify import verify


def test_a_sealed_draft_has_no_problem(home: Home, build: Callable[..., Manifest]) -> None:
    build()
    assert verify(home.draft) == []


@pytest.mark.parametrize("inside", ["marts/mart_pupil_composition.parquet", "reports/board.html"])
@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
def test_one_flipped_byte_of_a_file_is_named(home: Home, build: Callable[..., Manifest], inside: str, place: float) -> None:
    build()
    path = home.draft / inside
    content = bytearray(path.read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    assert f"{inside} was changed" in verify(home.draft)


def test_extra_and_missing_files_are_named(home: Home, build: Callable[..., Manifest]) -> None:
    build()
    (home.draft / "reports" / "extra.csv").write_text("a")
    (home.draft / "reports" / "board.html").unlink()
    problems = verify(home.draft)
    assert {"reports/extra.csv is not in the manifest", "reports/board.html is missing"} <= set(problems)


def test_a_folder_without_manifest_is_a_problem_and_not_an_error(tmp_path: Path) -> None:
    assert verify(tmp_path) == ["manifest.json is missing"]
    assert verify(tmp_path / "nowhere") == ["manifest.json is missing"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"passed": False}, "gate2 did not pass it"),
        ({"checks": ()}, "gate2 looked at nothing"),
        ({"judged": "f" * 64}, "gate2 judged other bytes"),
    ],
)
def test_a_verdict_that_fails_is_empty_or_of_other_bytes_is_named(
    home: Home, build: Callable[..., Manifest], change: dict[str, object], problem: str
) -> None:
    verdicts = build().verdicts
    build(verdicts={**verdicts, "gate2": verdicts["gate2"].model_copy(update=change)})
    assert verify(home.draft) == [problem]


def test_a_missing_judge_is_named(home: Home, build: Callable[..., Manifest]) -> None:
    build(verdicts={"gate2": build().verdicts["gate2"]})
    assert verify(home.draft) == ["attack has not judged it"]


def test_what_the_attack_did_not_see_cannot_slip_in(home: Home, build: Callable[..., Manifest]) -> None:
    of_other_reports = build(girls=191).verdicts["attack"]
    verdicts: dict[str, Verdict] = build().verdicts
    build(verdicts={**verdicts, "attack": of_other_reports})
    assert verify(home.draft) == ["attack judged other bytes"]


def test_a_release_under_another_name_is_a_problem(home: Home, build: Callable[..., Manifest]) -> None:
    build(release_from=dt.date(2026, 9, 1))
    renamed = home.releases / "2025-26-00000000"
    home.draft.rename(renamed)
    assert len(verify(renamed)) == 1

"""Ways in which a release that keeps every rule cell by cell can still tell what it hides: the attack must find each."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from gate_two import failed_checks
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject
from small_release import BOTH, DISCLOSURE, MINOR, PRIMARY_ONE, PRIMARY_TWO, SECONDARY, Marts, change, small_release, without, write

from expectations.attack import attack
from expectations.attack.__main__ import main
from expectations.attack.texts import leaks_in_texts

COMPOSITION, OUTCOMES = "mart_pupil_composition", "mart_pupil_outcomes"
LOCAL_AUTHORITIES = {"north": (PRIMARY_ONE, SECONDARY), "south": (PRIMARY_TWO, BOTH)}
OTHER_RECTANGLE = tuple(product((PRIMARY_ONE, BOTH), ("indian", "pakistani")))


def with_local_authorities(marts: Marts) -> Marts:
    """Headcounts also by local authority, each the sum of two academies: large numbers, safe in themselves."""
    whole = small_release(rectangle=())[COMPOSITION]
    rows = []
    for code, academies in LOCAL_AUTHORITIES.items():
        inside = whole[whole["area_code"].isin(academies)]
        keys = ["population", "period", "measure", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]
        summed = inside.groupby(keys, as_index=False)[["numerator", "value"]].sum().astype({"numerator": "Int64"})
        rows.append(summed.assign(area_level="la", area_code=code, status="shown"))
    composition = pd.concat([marts[COMPOSITION], *rows], ignore_index=True)[marts[COMPOSITION].columns]
    areas = [("la", code, code.title(), "trust", "T1") for code in LOCAL_AUTHORITIES]
    areas += [("academy", urn, urn, "la", code) for code, academies in LOCAL_AUTHORITIES.items() for urn in academies]
    added = pd.DataFrame(areas, columns=marts["dim_areas"].columns)
    composition["denominator"] = composition["denominator"].astype("Int64")
    return {**marts, COMPOSITION: composition, "dim_areas": pd.concat([marts["dim_areas"], added], ignore_index=True)}


def test_a_margin_that_cuts_across_the_others_is_found(marts: Marts, tmp_path: Path) -> None:
    folder = write(with_local_authorities(marts), tmp_path / "release")
    assert failed_checks(folder) == ["nothing_can_be_recovered"]
    assert {item.place["group_code"] for item in attack(folder).recovered} == {"indian"}


def with_all_but_three_read(marts: Marts) -> Marts:
    """The reading score of the whole trust alone, of a population that all but three pupils belong to."""
    only = without(marts, OUTCOMES, "measure == 'reading_score' and (area_level != 'trust' or group_code != 'all')")
    pupils = int(marts[COMPOSITION].query("area_level == 'trust' and group_code == 'all'")["numerator"].iloc[0])
    return change(only, OUTCOMES, {"measure": "reading_score"}, denominator=pupils - 3)


def test_those_missing_from_a_population_within_another_are_found(marts: Marts, tmp_path: Path) -> None:
    folder = write(with_all_but_three_read(marts), tmp_path / "release")
    assert failed_checks(folder) == ["nothing_can_be_recovered"]
    assert [item.statistic for item in attack(folder).recovered] == ["without:pupils_read"]


def test_populations_that_only_overlap_are_not_subtracted(marts: Marts, tmp_path: Path) -> None:
    overlapping = change(with_all_but_three_read(marts), "dim_populations", {"population": "pupils_read"}, nested=False)
    assert attack(write(overlapping, tmp_path / "release")).passed


def test_a_hidden_nobody_of_a_large_group_is_found_for_a_sensitive_measure_only(marts: Marts, tmp_path: Path) -> None:
    """No girl was suspended: hidden, but everyone and the boys are shown."""
    query = "measure == 'suspended' and not (area_level == 'trust' and characteristic in ['sex', 'all'])"
    kept = without(marts, OUTCOMES, query)
    boys = int(kept[OUTCOMES].query("measure == 'suspended' and group_code == 'M'")["numerator"].iloc[0])
    everyone = int(kept[OUTCOMES].query("measure == 'suspended' and group_code == 'all'")["denominator"].iloc[0])
    hidden = {"numerator": None, "denominator": None, "value": None, "low": None, "high": None, "status": "c"}
    kept = change(kept, OUTCOMES, {"measure": "suspended", "group_code": "all"}, numerator=boys, value=boys / everyone, low=0.0)
    kept = change(kept, OUTCOMES, {"measure": "suspended", "group_code": "F"}, **hidden)
    block = {**DISCLOSURE, "zero_hidden": [["pupils", "num:suspended"]]}
    assert failed_checks(write(kept, tmp_path / "sensitive", block)) == ["nothing_can_be_recovered"]
    harmless = change(kept, "dim_measures", {"measure": "suspended"}, sensitive=False)
    assert attack(write(harmless, tmp_path / "harmless", block)).passed


def test_a_mean_hidden_alone_is_worked_out_from_the_others(marts: Marts, tmp_path: Path) -> None:
    hidden = {"numerator": None, "denominator": None, "value": None, "low": None, "high": None, "sd": None, "status": "c"}
    where = {"measure": "hourly_pay", "group_code": "F", "area_code": SECONDARY}
    folder = write(change(marts, "mart_staff_outcomes", where, **hidden), tmp_path / "release")
    assert failed_checks(folder) == ["nothing_can_be_recovered"]
    assert attack(folder).by_attack["means"] == 1


def test_two_releases_that_are_each_safe_may_together_tell(marts: Marts, tmp_path: Path) -> None:
    earlier = write(small_release(rectangle=OTHER_RECTANGLE), tmp_path / "earlier")
    now = write(marts, tmp_path / "now")
    assert attack(earlier).passed
    assert attack(now).passed
    assert attack(now, [earlier]).recovered


def test_an_earlier_release_with_the_same_pattern_tells_nothing_more(marts: Marts, tmp_path: Path) -> None:
    earlier, now = write(marts, tmp_path / "earlier"), write(marts, tmp_path / "now")
    assert attack(now, [earlier]).passed


def test_an_earlier_release_of_other_numbers_is_not_mixed_with_this_one(marts: Marts, tmp_path: Path) -> None:
    other = small_release(rectangle=OTHER_RECTANGLE, small={(PRIMARY_ONE, "indian"): (2, 2), (PRIMARY_ONE, "irish"): (15, 25),
                                                            (PRIMARY_TWO, "irish"): (12, 25), (BOTH, "irish"): (25, 25)})  # fmt: skip
    earlier, now = write(other, tmp_path / "earlier"), write(marts, tmp_path / "now")
    report = attack(now, [earlier])
    assert report.problems == ()
    assert report.recovered == ()
    assert report.restated_by_few > 0


def test_a_range_that_only_holds_small_counts_blocks_an_interval_release(tmp_path: Path) -> None:
    narrow = small_release(small={(PRIMARY_ONE, "indian"): (2, 2), (PRIMARY_TWO, "indian"): (2, 3)})
    interval = write(narrow, tmp_path / "interval", {**DISCLOSURE, "level": "interval"})
    assert failed_checks(interval) == ["ranges_are_wide_enough"]
    assert attack(write(narrow, tmp_path / "exact")).passed


def test_a_range_that_holds_nought_is_not_certainly_small_to_a_stranger(tmp_path: Path) -> None:
    """From nought to less than k, as those are who did not reach something: a stranger is shown it, and only who knows the truth asks for room."""
    few = {(PRIMARY_ONE, "indian"): (2, 2), (PRIMARY_TWO, "indian"): (2, 3)}
    says = {**DISCLOSURE, "level": "interval", "zero_hidden": [["pupils", "num:persistent_absence"]]}
    folder = write(small_release(small=few), tmp_path / "release", says)
    stranger, judge = attack(folder), attack(folder, truth=_every_cell(small_release(rectangle=(), small=few)))
    certain = {item.statistic for item in stranger.narrow if item.certain}
    assert certain == {"n", "num:suspended"}
    assert {item.statistic for item in stranger.narrow} - certain == {
        "num:persistent_absence", "comp:persistent_absence", "comp:suspended", "without:pupils_read",
    }  # fmt: skip
    assert stranger.too_narrow == sum(item.certain for item in stranger.narrow) < len(stranger.narrow)
    assert "num:persistent_absence" in {item.statistic for item in judge.narrow} and judge.too_narrow == len(judge.narrow)


def test_a_wide_release_passes_at_level_interval(marts: Marts, tmp_path: Path) -> None:
    assert attack(write(marts, tmp_path / "release", {**DISCLOSURE, "level": "interval"})).passed


def test_knowing_that_noughts_may_be_hidden_widens_what_is_possible(tmp_path: Path) -> None:
    """Two hidden counts that add up to two are one each, unless a hidden count may be nought."""
    pair = small_release(small={(PRIMARY_ONE, "indian"): (1, 0), (PRIMARY_TWO, "indian"): (1, 0)})
    counts_only = dict(pair)
    counts_only["mart_pupil_outcomes"] = pair["mart_pupil_outcomes"].query("characteristic == 'all'")
    counts_only["mart_gaps"] = pair["mart_gaps"].head(0)
    told = write(counts_only, tmp_path / "told")
    untold = write(counts_only, tmp_path / "untold", {**DISCLOSURE, "zero_hidden": [["pupils", "n"]]})
    assert {item.way for item in attack(told).recovered} == {"remainders"}
    assert attack(untold).passed


LEAKS = {
    "a_pseudonym.html": "<p>0123456789abcdef0123456789abcdef</p>",
    "a_pupil_number.txt": "H801200001001",
    "an_attribute.html": '<table><tr><td data-value="4">[c]</td></tr></table>',
    "a_label.svg": '<svg><g aria-label="4"><text>[c]</text></g></svg>',
    "a_row.csv": "group,numerator,status\nindian,4,c\n",
    "a_pair.csv": "time_period,time_identifier,geographic_level,sex,pupil_count,pupil_percent\n202526,Academic year,MAT,Female,c,12.5\n",
    "a_marked_number.csv": "time_period,time_identifier,geographic_level,sex,pupil_count,pupil_percent\n"
    "202526,Academic year,MAT,Female,low,4*\n202526,Academic year,MAT,Male,20,50\n",
    "a_reason.csv": "group,status,rule\nindian,c,threshold\n",
    "an_object.json": '[{"group": "indian", "status": "c", "value": 0.25}]',
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_report_that_carries_what_is_hidden_is_found(name: str, marts: Marts, tmp_path: Path) -> None:
    folder = write(marts, tmp_path / "release", reports={name: LEAKS[name]})
    assert [leak.file for leak in leaks_in_texts(folder)] == [f"reports/{name}"]


def test_a_leak_blocks_the_release(marts: Marts, tmp_path: Path) -> None:
    assert failed_checks(write(marts, tmp_path / "release", reports=LEAKS)) == ["files_hold_nothing_hidden"]


def _paper(path: Path, change: Callable[[PdfWriter], object]) -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    writer.write(path)


def _print_a_number(writer: PdfWriter) -> None:
    face = {
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    }
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F1 12 Tf 20 20 Td (pupil H801200001001) Tj ET")
    page = writer.pages[0]
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): DictionaryObject(face)})})
    page[NameObject("/Contents")] = writer._add_object(stream)


PAPERS = {
    "a number on a page": (_print_a_number, "something like a unique pupil number"),
    "a number in a title": (lambda writer: writer.add_metadata({"/Title": "H801200001001"}), "something like a unique pupil number"),
    "a number beside a picture": (
        lambda writer: writer.pages[0].update({NameObject("/Alt"): TextStringObject("H801200001001")}),
        "something like a unique pupil number",
    ),
    "a file inside": (lambda writer: writer.add_attachment("pupils.csv", b"name"), "something that acts in a PDF"),
    "a script": (
        lambda writer: writer.root_object.update(
            {
                NameObject("/OpenAction"): DictionaryObject(
                    {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("run()")}
                )
            }
        ),
        "something that acts in a PDF",
    ),
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_page_on_paper_is_read_too(name: str, marts: Marts, tmp_path: Path) -> None:
    folder, (change, kind) = write(marts, tmp_path / "release"), PAPERS[name]
    _paper(folder / "reports" / "board.pdf", lambda _: None)
    assert leaks_in_texts(folder) == ()
    _paper(folder / "reports" / "board.pdf", change)
    assert [leak.kind for leak in leaks_in_texts(folder)] == [kind]


def test_a_page_on_paper_that_cannot_be_read_blocks(marts: Marts, tmp_path: Path) -> None:
    folder = write(marts, tmp_path / "release")
    (folder / "reports" / "board.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    assert [leak.kind for leak in leaks_in_texts(folder)] == ["not readable as PDF"]


def test_a_hidden_sheet_is_found(marts: Marts, tmp_path: Path) -> None:
    folder = write(marts, tmp_path / "release")
    with zipfile.ZipFile(folder / "reports" / "workbook.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="calculations" state="veryHidden"/></sheets></workbook>')
    assert [leak.kind for leak in leaks_in_texts(folder)] == ["a hidden sheet"]


def test_reports_that_keep_to_the_symbols_pass(marts: Marts, tmp_path: Path) -> None:
    reports = {
        "board.html": '<table><tr><td data-group="indian" colspan="2">[c]</td><td data-value="0.4">40%</td></tr></table>'
        '<svg width="10"><g><title>Indian pupils: not shown</title><rect x="1" width="4"/></g></svg>',
        "data.csv": "group,numerator,status\nindian,,c\nirish,60,shown\n",
        "pair.csv": "time_period,time_identifier,geographic_level,school_urn,attainment,pupil_count,pupil_percent\n"
        "202526,Academic year,School,100001,Total,60,12.5\n202526,Academic year,School,100001,low,c,c\n"
        "202526,Academic year,School,100001,c,60,z\n",
        "data.json": '[{"group": "indian", "status": "c", "value": null}, {"status": "shown", "value": 0.4}]',
    }
    assert leaks_in_texts(write(marts, tmp_path / "release", reports=reports)) == ()


def test_every_group_of_the_made_up_release_is_published(marts: Marts) -> None:
    assert set(MINOR) <= set(marts[COMPOSITION]["group_code"])


def test_the_command_says_what_it_found_without_saying_the_number(marts: Marts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    safe, told = write(marts, tmp_path / "safe"), write(with_all_but_three_read(marts), tmp_path / "told")
    assert [main([str(safe)]), main([str(told)]), main([str(told), "--json"])] == [0, 1, 1]
    printed = capsys.readouterr().out
    assert "PASSED" in printed
    assert "[without:pupils_read] by lines" in printed
    assert "value" not in printed


def test_a_judge_asks_for_room_where_the_truth_is_small_and_only_there(tmp_path: Path) -> None:
    """Two hidden counts that add up to 14, at k 15: too narrow if they are small; were they large, their range would be nobody's."""
    few = {(PRIMARY_ONE, "indian"): (3, 4), (PRIMARY_TWO, "indian"): (4, 3)}
    folder = write(small_release(small=few), tmp_path / "release", {**DISCLOSURE, "k": 15, "level": "interval"})
    small, large = (_every_cell(small_release(rectangle=(), small=some)) for some in (few, {}))
    assert attack(folder, truth=small).too_narrow > 0
    assert attack(folder, truth=large).too_narrow == 0
    assert attack(folder, truth=small.head(0)).problems or attack(folder, truth=small.head(0)).too_narrow > 0


def _every_cell(marts: Marts) -> pd.DataFrame:
    return pd.concat([marts[name] for name in (COMPOSITION, OUTCOMES, "mart_staff_composition", "mart_staff_outcomes")])

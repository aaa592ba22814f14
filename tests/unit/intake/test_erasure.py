"""A person who was erased is in no stored file, whatever kind it is, and in no later one; everybody else is as before."""

from __future__ import annotations

import datetime as dt
import io
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import duckdb
import openpyxl
import pytest
from made_up_exports import FIRST, NOW, SECOND, MadeUpTrust, census, interface, passing, pupils, record, upn, written

from pipelines import intake
from pipelines.catalogue import load
from pipelines.home import HomeError, keys, load_keys, parquet
from pipelines.home.vault import unseal
from pipelines.home.whole import write_whole
from pipelines.intake import receipts
from pipelines.intake.erasure import without_erased
from pipelines.intake.landing import Landing
from pipelines.intake.ledger import DESTROYED, EXPIRED, REWRITTEN, Ledger
from pipelines.intake.mapping import pseudonym
from pipelines.intake.retention import kept_until

WHO = 7


def workbook(rows: list[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


KINDS: dict[str, tuple[str, Callable[[list[dict[str, str]]], bytes]]] = {
    "commas": ("pupils.csv", written),
    "tabs in UTF-16": ("pupils.csv", lambda rows: written(rows, encoding="utf-16", delimiter="\t")),
    "a report with lines around the table": (
        "pupils.csv",
        lambda rows: b"Report run on 17/01/2026 09:30\r\n\r\n" + written(rows) + b"Total: 30\r\n",
    ),
    "a workbook": ("pupils.xlsx", workbook),
    "a census return": ("pupils.xml", lambda rows: census(*(record(row) for row in rows))),
    "an interface": ("pupils.json", interface),
}


def erase(trust: MadeUpTrust, *numbers: int) -> intake.Erased:
    keys = {intake.key_of(trust.keys, trust.catalogue, upn(number)) for number in numbers}
    intake.listed(trust.home, "erased", trust.catalogue.erased | keys)
    with intake.Store(trust.home, trust.keys, trust.catalogue, passing) as store:
        return intake.sweep(store, dt.datetime(2026, 1, 21, 9))


def stored(trust: MadeUpTrust) -> bytes:
    """Everything sealed, opened."""
    rooms = (trust.home.raw, trust.home.quarantine)
    return b"\n".join(unseal(trust.keys, path.name, path.read_bytes()) for room in rooms for path in room.iterdir()).upper()


def held(trust: MadeUpTrust) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "attributes"} | dict(row["attributes"]) for row in trust.landed()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_of_every_kind_are_kept_without_the_person(trust: MadeUpTrust, kind: str) -> None:
    name, write = KINDS[kind]
    trust.drop(FIRST, name, write(pupils(range(30))))
    trust.take_in()
    before = held(trust)
    key = intake.key_of(trust.keys, trust.catalogue, upn(WHO))
    assert erase(trust, WHO) == intake.Erased(rewritten=1, destroyed=0, quarantined=0)
    assert held(trust) == [row for row in before if row["person_key"] != key] and len(held(trust)) == 29
    for word in (upn(WHO), f"CANARY{WHO},", f"CANARY{WHO}\t"):
        assert word.encode() not in stored(trust)
    assert f"CANARY{WHO + 1}".encode() in stored(trust)
    assert erase(trust, WHO) == intake.Erased(0, 0, 0)


def test_the_same_file_and_a_later_one_are_landed_and_kept_without_the_person(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    erase(trust, WHO)
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.drop(FIRST, "pupils 20260201.csv", written(pupils(range(31))))
    settled = trust.take_in().settled
    assert len(held(trust)) == 30 and upn(WHO).encode() not in stored(trust)
    said = [item.receipt.with_name("receipt.json").read_text("utf-8") for item in settled]
    assert any("erased" in text for text in said) and not any(upn(WHO) in text for text in said)


def test_bytes_that_cannot_be_kept_without_the_person_are_destroyed_and_the_rows_stay(
    trust: MadeUpTrust, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    monkeypatch.setattr("pipelines.intake.erasure.without_erased", lambda *_: None)
    assert erase(trust, WHO) == intake.Erased(rewritten=0, destroyed=1, quarantined=0)
    assert len(held(trust)) == 29 and not list(trust.home.raw.iterdir())
    with Ledger(trust.home.ledger).transaction():
        assert [what for what, _ in Ledger(trust.home.ledger).lessened().values()] == [DESTROYED]


def test_a_contract_that_changes_after_that_asks_for_a_new_export(trust: MadeUpTrust, monkeypatch: pytest.MonkeyPatch) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.intake.erasure.without_erased", lambda *_: None)
        erase(trust, WHO)
    erase(trust, WHO + 1)
    assert held(trust) == []
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    assert len(held(trust)) == 28 and upn(WHO).encode() not in stored(trust)


def test_what_reads_otherwise_without_the_person_is_not_kept(trust: MadeUpTrust, monkeypatch: pytest.MonkeyPatch) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    intake.listed(trust.home, "erased", {intake.key_of(trust.keys, trust.catalogue, upn(WHO))})
    with intake.Store(trust.home, trust.keys, trust.catalogue, passing) as store:
        (entry,) = store.ledger.files()
        from pipelines.intake.converge import reading_of, source_of

        reading, content = reading_of(store, entry), store.unsealed(entry.content_hash)
        assert without_erased(store, content, source_of(store, entry), reading) is not None
        monkeypatch.setattr("pipelines.intake.erasure._left", lambda lines, *_: iter(lines[:-2]))
        assert without_erased(store, content, source_of(store, entry), reading) is None


def test_withdrawn_held_and_refused_files_hold_the_person_no_longer(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    with intake.Store(trust.home, trust.keys, trust.catalogue, passing) as store:
        intake.withdraw(store, store.ledger.files()[0].reference, "wrong", NOW)
    trust.drop(SECOND, "pupils.csv", written(pupils(range(5, 40))))
    trust.drop(FIRST, "broken.csv", b"UPN,Surname\r\n" + upn(WHO).encode() + b",Canary7\r\n")
    trust.take_in()
    assert list(trust.home.quarantine.iterdir())
    done = erase(trust, WHO)
    assert (done.quarantined, upn(WHO).encode() in stored(trust)) == (1, False)


def test_a_former_number_goes_with_the_present_one(trust: MadeUpTrust) -> None:
    rows = [{**row, "Former UPN": ""} for row in pupils(range(20))]
    trust.drop(FIRST, "pupils.csv", written([*rows[:7], {**rows[7], "UPN": upn(500), "Former UPN": upn(7)}, *rows[8:]]))
    trust.drop(SECOND, "pupils.csv", written(pupils([7, *range(30, 50)])))
    trust.take_in()
    both = {intake.key_of(trust.keys, trust.catalogue, upn(number)) for number in (7, 500)}
    for key in both:
        assert intake.also_known(trust.home, trust.keys, key) == both
    assert erase(trust, 7, 500).rewritten == 2
    assert upn(7).encode() not in stored(trust) and upn(500).encode() not in stored(trust)


def test_new_pseudonyms_carry_objections_over_and_ask_for_numbers_that_stand_nowhere(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    intake.record_objection(trust.home, trust.keys, trust.catalogue, upn(3))
    erase(trust, WHO)
    old = load_keys(trust.home)
    with pytest.raises(HomeError, match=r"1 of erased\.yml"):
        intake.rekey(trust.home, passing, NOW.replace(tzinfo=None))
    assert load_keys(trust.home) == old
    intake.rekey(trust.home, passing, NOW.replace(tzinfo=None), [upn(WHO)])
    new, catalogue = load_keys(trust.home), load(trust.home.trust)
    dataset = catalogue.datasets["pupils"]
    made = {number: pseudonym(new, dataset, dataset.field("upn"), upn(number), "") for number in range(30)}
    assert (catalogue.objections, catalogue.erased) == ({made[3]}, {made[WHO]})
    again = MadeUpTrust(trust.home, new)
    assert {row["person_key"] for row in again.landed()} == set(made.values()) - {made[WHO]}
    assert sum("ethnicity" in row["attributes"] for row in again.landed()) == 28


def test_new_pseudonyms_that_were_interrupted_are_taken_back_or_finished(trust: MadeUpTrust, monkeypatch: pytest.MonkeyPatch) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    intake.record_objection(trust.home, trust.keys, trust.catalogue, upn(3))
    objections, before = trust.catalogue.objections, held(trust)
    for finish in (False, True):
        with monkeypatch.context() as patched:
            patched.setattr("pipelines.intake.rekeying.adopt", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                intake.rekey(trust.home, passing, NOW.replace(tzinfo=None))
        with pytest.raises(HomeError, match="interrupted"):
            load_keys(trust.home)
        if not finish:
            intake.take_back(trust.home)
            assert load_keys(trust.home) == trust.keys and load(trust.home.trust).objections == objections
            trust.take_in()
            assert [row["person_key"] for row in held(trust)] == [row["person_key"] for row in before]
    intake.rekey(trust.home, passing, NOW.replace(tzinfo=None))
    again = MadeUpTrust(trust.home, load_keys(trust.home))
    assert len(again.landed()) == 30 and sum("ethnicity" in row["attributes"] for row in again.landed()) == 29
    assert not list(trust.home.trust.glob(".*.before"))


def test_what_is_kept_ends_when_it_is_due_and_not_before(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.drop(FIRST, "broken.csv", b"UPN,Surname\r\n" + upn(WHO).encode() + b",Canary7\r\n")
    trust.take_in()
    trust.drop(FIRST, "pupils 20260201.csv", written(pupils(range(31))), NOW)
    trust.take_in()
    before = held(trust)

    def after(days: int) -> intake.Ended:
        with intake.Store(trust.home, trust.keys, trust.catalogue, passing) as store:
            return intake.retain(store, NOW.date() + dt.timedelta(days=days))

    assert (after(13), after(14), after(14)) == (intake.Ended(), intake.Ended(quarantine=1), intake.Ended())
    assert (after(364), after(365)) == (intake.Ended(), intake.Ended(raw=1))
    ends = next(item.ends for item in trust.catalogue.calendar.periods if item.period == "2025-26")
    due = (ends.replace(year=ends.year + 7) - NOW.date()).days
    assert after(due - 1) == intake.Ended() and held(trust) == before
    assert after(due).slices == 1
    assert held(trust) == [] and not list(trust.home.raw.iterdir())
    assert {what for what, _ in Ledger(trust.home.ledger).lessened().values()} == {EXPIRED}
    trust.take_in()
    assert held(trust) == []


def test_a_field_that_is_kept_for_less_is_forgotten_first(trust: MadeUpTrust) -> None:
    (trust.home.trust / "datasets").mkdir()
    (trust.home.trust / "datasets" / "pupils.yml").write_text(
        "name: pupils\nfields: [{name: religion, title: Religion, type: code, codes: religion, attribute: true, headings: [religion], "
        "data_class: special, purpose: test, lawful_basis: 'Article 6(1)(e)', special_basis: 'Article 9(2)(g)', retention_years: 1}]\n"
    )
    rows = [{**row, "Religion": "CH"} for row in pupils(range(30))]
    trust.drop(FIRST, "pupils.csv", written(rows))
    trust.take_in()
    assert sum("religion" in row for row in held(trust)) == 30
    with intake.Store(trust.home, trust.keys, trust.catalogue, passing) as store:
        assert intake.retain(store, dt.date(2027, 9, 1)) == intake.Ended(raw=0, lessened=1)
        assert intake.retain(store, dt.date(2027, 9, 1)) == intake.Ended()
    assert sum("religion" in row for row in held(trust)) == 0 and all("ethnicity" in row for row in held(trust))


def test_the_ledger_knows_bytes_that_were_written_again(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    erase(trust, WHO)
    assert [what for what, _ in Ledger(trust.home.ledger).lessened().values()] == [REWRITTEN]


def test_a_killed_rebuild_keeps_nobody_under_a_second_name(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    trust.home.rebuild.mkdir()
    (sealed,) = trust.home.raw.iterdir()
    (trust.home.rebuild / sealed.name).hardlink_to(sealed)
    erase(trust, WHO)
    assert not trust.home.rebuild.exists()


def test_a_copy_in_anothers_folder_leaves_the_bytes_in_use_alone(trust: MadeUpTrust) -> None:
    content = written(pupils(range(30)))
    trust.drop(FIRST, "pupils.csv", content)
    trust.take_in()
    erase(trust, WHO)
    kept = stored(trust)
    trust.drop(SECOND, "pupils.csv", content)
    assert [item.outcome for item in trust.take_in().settled] == [receipts.REFUSED]
    assert stored(trust) == kept and upn(WHO).encode() not in kept
    assert len(held(trust)) == 29


def test_what_a_dataset_held_that_is_declared_no_longer_is_destroyed_with_an_erasure(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    with closing(sqlite3.connect(trust.home.ledger)) as ledger:
        for table in ("files", "slices"):
            ledger.execute(f"update {table} set dataset = 'gone'")
        ledger.commit()
    (trust.home.landing / "pupils").rename(trust.home.landing / "gone")
    assert erase(trust, WHO).destroyed == 1
    assert not list(trust.home.raw.iterdir()) and not (trust.home.landing / "gone").exists()
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    assert len(held(trust)) == 29


def test_a_file_replaced_after_years_is_kept_for_a_year_from_then(trust: MadeUpTrust) -> None:
    first, later = written(pupils(range(30))), dt.timedelta(days=400)
    trust.drop(FIRST, "pupils.csv", first)
    trust.take_in()
    trust.drop(FIRST, "pupils 20270201.csv", written(pupils(range(31))))
    trust.take_in(clock=lambda: NOW + later)

    def after(days: int) -> intake.Ended:
        with intake.Store(trust.home, trust.keys, trust.catalogue, passing) as store:
            return intake.retain(store, NOW.date() + dt.timedelta(days=days))

    assert (after(400), after(764), after(765)) == (intake.Ended(), intake.Ended(), intake.Ended(raw=1))
    trust.drop(FIRST, "pupils.csv", first, NOW + dt.timedelta(days=770))
    assert [item.outcome for item in trust.take_in(clock=lambda: NOW + dt.timedelta(days=770)).settled] == [receipts.ACCEPTED]


def test_bytes_that_no_file_was_recorded_for_end_too(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    stray = trust.home.raw / ("0" * 64)
    stray.write_bytes(b"sealed before a kill")
    with intake.Store(trust.home, trust.keys, trust.catalogue, passing) as store:
        assert intake.retain(store, dt.date.today()) == intake.Ended()
        assert intake.retain(store, dt.date.today() + dt.timedelta(days=366)).raw == 1
    assert not stray.exists()


def test_the_key_of_a_year_that_is_over_is_destroyed_and_no_copy_made_before_can_be_read(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    (landed,) = (path for path in trust.home.landing.glob("pupils/*/*/*.parquet"))
    (raw,) = trust.home.raw.iterdir()
    copies = {path: path.read_bytes() for path in (landed, raw)}
    over = max(day for dataset in trust.catalogue.datasets.values() for day in kept_until(trust.catalogue, dataset, "2025-26").values())

    def after(day: dt.date) -> intake.Ended:
        with intake.Store(trust.home, load_keys(trust.home), trust.catalogue, passing) as store:
            return intake.retain(store, day)

    after(over - dt.timedelta(days=1))
    assert "2025-26" in load_keys(trust.home).years
    stray = trust.home.raw / ("0" * 64)
    stray.write_bytes(copies[raw])  # bytes that are kept for another reason keep the key
    os.utime(stray, (dt.datetime.combine(over, dt.time()).timestamp(),) * 2)
    assert after(over).years == () and "2025-26" in load_keys(trust.home).years
    stray.unlink()
    assert after(over).years == ("2025-26",) and after(over) == intake.Ended()
    left = load_keys(trust.home)
    assert "2025-26" not in left.years and "2026-27" in left.years
    for path, content in copies.items():
        write_whole(path, content)
    with pytest.raises(HomeError):
        unseal(left, raw.name, raw.read_bytes())
    with closing(Landing(trust.home, left)) as landing, pytest.raises(duckdb.Error):
        landing.connection.execute(f"from {parquet.landed([landed])}")


def test_a_file_of_a_year_whose_key_was_destroyed_is_refused_and_harms_nothing(trust: MadeUpTrust) -> None:
    keys.destroy_years(trust.home, ["2025-26"])
    again = MadeUpTrust(trust.home, load_keys(trust.home))
    again.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    (settled,) = again.take_in().settled
    assert settled.outcome == receipts.REFUSED and "kept no longer" in settled.receipt.read_text("utf-8")
    assert not list(again.home.drop.glob("*/*.csv")) and again.landed() == []


def test_a_restored_home_ends_what_it_can_no_longer_read(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    keys.destroy_years(trust.home, ["2025-26"])  # as after the backup from which the rest comes
    left = load_keys(trust.home)
    with intake.Store(trust.home, left, trust.catalogue, passing) as store:
        assert intake.retain(store, dt.date(2040, 1, 1)).slices == 1
    again = MadeUpTrust(trust.home, left)
    assert again.take_in().settled == () and again.landed() == []

"""The school census return is read as the list of pupils that it holds; one that declares anything, or is cut off, is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_exports import FIRST, MadeUpTrust, census, pupil, pupils, record, written

from pipelines.intake import receipts, returns
from pipelines.intake.problems import Refused

RECORDS = returns.Elements(frozenset({"PupilOnRoll", "PupilNoLongerOnRoll"}))


def refused(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        returns.rows_of(content, RECORDS)
    return caught.value.problem.kind


def test_a_return_gives_the_same_people_as_a_list_of_them(trust: MadeUpTrust) -> None:
    people = pupils(range(30))
    trust.drop(FIRST, "pupils_2025-26_20260112T0900.csv", written(people, leave_out=["EAL"]))
    trust.take_in()
    asked = ("person_key", "age", "year_group", "sex", "ethnicity", "sen_provision")

    def as_told() -> list[tuple[object, ...]]:
        return [tuple(row.get(name, row["attributes"].get(name)) for name in asked) for row in trust.landed()]

    listed = as_told()
    trust.drop(FIRST, "census_20260115T0900.xml", census(*map(record, people)))
    (settled,) = trust.take_in().settled
    assert (settled.outcome, settled.rows, settled.periods) == (receipts.ACCEPTED, "30", ("2025-26",))
    assert as_told() == listed


@pytest.mark.parametrize(("estab", "outcome"), [("2001", receipts.ACCEPTED), ("2002", receipts.REFUSED)])
def test_a_return_of_another_establishment_is_not_taken(trust: MadeUpTrust, estab: str, outcome: str) -> None:
    academies = trust.home.trust / "academies.yml"
    declared = academies.read_text("utf-8")
    for urn, number in (("900401", "9992001"), ("900402", "9992002")):
        declared = declared.replace(f'urn: "{urn}",', f'urn: "{urn}", laestab: "{number}",')
    academies.write_text(declared, "utf-8")
    source = f"<Source><LEA>999</LEA><Estab>{estab}</Estab></Source></Header>"
    trust.drop(FIRST, "census.xml", census(*map(record, pupils(range(30)))).replace(b"</Header>", source.encode()))
    (settled,) = trust.take_in().settled
    assert settled.outcome == outcome


def test_leavers_keep_their_leaving_date(trust: MadeUpTrust) -> None:
    stayed = [record(row) for row in pupils(range(29))]
    trust.drop(FIRST, "census.xml", census(*stayed, record(pupil(29), "PupilNoLongerOnRoll", "2025-12-19")))
    trust.take_in()
    assert [str(row["leaving_date"]) for row in trust.landed() if row["leaving_date"]] == ["2025-12-19"]


@pytest.mark.parametrize(("term", "year", "told"), [("AUT", 2025, "2025-26"), ("SPR", 2026, "2025-26"), ("SUM", 2026, "2025-26")])
def test_the_academic_year_is_that_of_the_census(term: str, year: int, told: str) -> None:
    headings, line = returns.rows_of(census(record(pupil(1)), term=term, year=year), RECORDS)
    assert dict(zip(headings, line, strict=True))[returns.YEAR] == told


def test_a_census_of_another_year_is_not_taken_for_this_one(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "census.xml", census(*map(record, pupils(range(30))), year=2021))
    (settled,) = trust.take_in().settled
    assert settled.outcome == receipts.REFUSED
    assert trust.landed() == []


@pytest.mark.parametrize(
    "before",
    ['<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>', "<!DOCTYPE Message>"],
)
def test_a_return_that_declares_anything_is_refused(before: str) -> None:
    assert refused(census(record(pupil(1)), before=before)) == "xml_declares"


def test_what_is_cut_off_too_deep_or_too_long_is_refused() -> None:
    whole = census(*map(record, pupils(range(5))))
    assert refused(whole[:-30]) == "xml_damaged"
    assert refused(b"<?xml version='1.0'?>" + b"<a>" * 100 + b"</a>" * 100) == "xml_damaged"
    assert refused(whole.replace(b"Canary1<", b"x" * (returns.LONGEST + 1) + b"<")) == "field_too_long"
    assert refused(b"<?xml version='1.0'?><Message/>") == "unrecognised"


def test_no_name_in_a_return_is_kept(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "census.xml", census(*map(record, pupils(range(30)))))
    trust.take_in()
    assert b"Canary" not in trust.everything_stored()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2000), st.integers(0, 2000))
def test_whatever_a_document_holds_it_is_read_or_refused(noise: bytes, start: int, end: int) -> None:
    whole = census(*map(record, pupils(range(2))))
    spoilt = whole[: start % len(whole)] + noise + whole[end % len(whole) :]
    try:
        lines = returns.rows_of(spoilt, RECORDS)
    except Refused:
        return
    assert len({len(line) for line in lines}) == 1


def contract(role: str, kind: str = "PRM") -> str:
    post = f"<Roles><Role><RoleIdentifier>{role}</RoleIdentifier></Role></Roles>"
    return f"<ContractOrService><ContractType>{kind}</ContractType><ContractStart>2020-09-01</ContractStart>{post}</ContractOrService>"


def workforce(*members: str) -> bytes:
    """A school workforce census return."""
    header = "<Header><CollectionDetails><ReferenceDate>2025-11-06</ReferenceDate></CollectionDetails></Header>"
    return f'<?xml version="1.0"?><Message>{header}<SchoolWorkforceMembers>{"".join(members)}</SchoolWorkforceMembers></Message>'.encode()


def member(number: int, *contracts: str) -> str:
    about = f"<NINumber>QQ{number:06d}A</NINumber><Sex>{'MF'[number % 2]}</Sex><PersonBirthDate>1980-03-09</PersonBirthDate><Ethnicity>WBRI</Ethnicity>"
    group = f"<ContractOrServiceGroup>{''.join(contracts)}</ContractOrServiceGroup>"
    return f"<SchoolWorkforceMember><StaffDetails>{about}</StaffDetails>{group}</SchoolWorkforceMember>"


def test_every_contract_of_a_workforce_return_has_the_person_it_is_of(trust: MadeUpTrust) -> None:
    people = [member(number, contract("TCHR")) for number in range(20)]
    trust.drop(FIRST, "workforce.xml", workforce(*people, member(20, contract("TASS"), contract("MIDS", "FXT")), member(21)))
    (settled,) = trust.take_in().settled
    assert (settled.dataset, settled.outcome, settled.rows, settled.periods) == ("staff", receipts.ACCEPTED, "22", ("2025-26",))
    rows = trust.landed("staff")
    assert sorted(row["role"] for row in rows if row["role"] != "TCHR") == ["MIDS", "TASS"]
    assert len({row["person_key"] for row in rows}) == 21
    assert {(row["attributes"]["ethnicity"], row["age"]) for row in rows} == {("WBRI", 45)}
    assert b"QQ000001A" not in trust.everything_stored()


def test_a_common_transfer_file_is_a_list_of_pupils(trust: MadeUpTrust) -> None:
    def transferred(row: dict[str, str]) -> str:
        day, month, year = row["DOB"].split("/")
        details = f"<Ethnicity>{row['Ethnicity']}</Ethnicity><NCyearActual>{row['Year Group']}</NCyearActual>"
        result = "<StageAssessments><KeyStage><Stage>KS1</Stage><StageAssessment><Subject>ENG</Subject></StageAssessment></KeyStage></StageAssessments>"
        return (
            f"<Pupil><UPN>{row['UPN']}</UPN><Surname>{row['Surname']}</Surname><DOB>{year}-{month}-{day}</DOB><Sex>{row['Sex']}</Sex>{result}"
            f"<BasicDetails>{details}</BasicDetails><SEN><SENprovision>{row['SEN']}</SENprovision></SEN></Pupil>"
        )

    people = "".join(map(transferred, pupils(range(25))))
    trust.drop(FIRST, "9004001_CTF.xml", f"<?xml version='1.0'?><CTfile><CTFpupilData>{people}</CTFpupilData></CTfile>".encode())
    (settled,) = trust.take_in().settled
    assert (settled.dataset, settled.outcome, settled.rows) == ("pupils", receipts.ACCEPTED, "25")
    assert {row["attributes"]["sen_provision"] for row in trust.landed()} == {"N", "K", "E"}

"""What we ship declares what the law and good manners ask of it: sources, purposes, bases, and words for every group."""

from __future__ import annotations

from pipelines.catalogue import Catalogue
from pipelines.catalogue.model import CodeValue

NUMBERS = ("upn", "staff_ref", "reference")
NEVER_COLLECTED = (
    "orientation",
    "gender_identity",
    "nationality",
    "immigration",
    "religion_of_parent",
    "free_text",
    "forename",
    "surname",
    "postcode",
)


def test_every_code_set_names_its_source_and_no_code_twice(catalogue: Catalogue) -> None:
    for codes in catalogue.code_sets.values():
        assert codes.source.strip(), codes.name
        spelt = [value.code for value in codes.codes]
        assert len(spelt) == len(set(spelt)), codes.name
        if "Department for Education" in codes.source:
            assert "Crown copyright" in codes.source, codes.name


def test_an_alias_means_one_code(catalogue: Catalogue) -> None:
    for codes in catalogue.code_sets.values():
        spellings: dict[str, CodeValue] = {}
        for value in codes.codes:
            for spelling in {value.code.casefold(), *(alias.casefold() for alias in value.aliases)}:
                assert spellings.setdefault(spelling, value) == value, (codes.name, spelling)


def test_a_withdrawn_code_is_forwarded_to_one_that_stands(catalogue: Catalogue) -> None:
    for codes in catalogue.code_sets.values():
        standing = {value.code for value in codes.codes if value.forward_to is None}
        for value in codes.codes:
            assert value.forward_to is None or value.forward_to in standing, (codes.name, value.code)


def test_every_field_says_why_it_is_held_on_what_basis_and_for_how_long(catalogue: Catalogue) -> None:
    for dataset in catalogue.datasets.values():
        for field in dataset.fields:
            where = f"{dataset.name}.{field.name}"
            assert len(field.purpose) > 10, where
            assert field.lawful_basis.startswith("Article 6(1)"), where
            assert field.retention_years >= 0, where
            if field.data_class == "special":
                assert field.special_basis and field.special_basis.startswith("Article 9(2)"), where


def test_identifiers_are_never_stored(catalogue: Catalogue) -> None:
    for dataset in catalogue.datasets.values():
        assert dataset.person is None or dataset.field(dataset.person).type in NUMBERS
        for field in dataset.fields:
            if field.data_class == "identifier":
                assert field.retention_years == 0 and not field.attribute, f"{dataset.name}.{field.name}"


def test_what_may_never_be_collected_is_no_field(catalogue: Catalogue) -> None:
    for dataset in catalogue.datasets.values():
        of_adults = dataset.subject in ("staff", "staff_applicant", "governor")
        never = [word for word in NEVER_COLLECTED if not (of_adults and word == "orientation")]
        assert not {field.name for field in dataset.fields for word in never if word in field.name}, dataset.name


def test_there_is_a_contract_for_every_kind_of_file_that_the_duty_needs(catalogue: Catalogue) -> None:
    assert set(catalogue.datasets) == {
        "pupils", "attendance", "attainment", "suspensions", "incidents", "participation", "pupil_voice", "admissions", "staff", "payroll",
        "recruitment", "staff_events", "training", "register", "governance",
    }  # fmt: skip


def test_every_measure_says_what_it_counts_and_whose_definition_it_is(catalogue: Catalogue) -> None:
    for measure in catalogue.measures.values():
        assert measure.definition.endswith("."), measure.name
        assert measure.source.strip(), measure.name
        if measure.matters:
            assert measure.matters.low < measure.matters.high, measure.name


def test_a_characteristic_is_protected_or_says_why_it_is_shown(catalogue: Catalogue) -> None:
    for item in catalogue.characteristics.values():
        assert bool(item.protected) != bool(item.context) or item.name == "pay_quartile", item.name


def test_every_member_of_a_group_is_a_code_that_the_field_can_hold(catalogue: Catalogue) -> None:
    for item in catalogue.characteristics.values():
        members = {member for group in item.groups for member in group.members}
        possible: set[str] = set()
        for source in item.fields.values():
            dataset, field = source.split(".")
            if dataset == "derived":
                possible |= members
                continue
            declared = catalogue.datasets[dataset].field(field)
            codes = catalogue.code_sets[declared.codes].codes if declared.codes else ()
            possible |= {value.code for value in codes} if declared.codes else {"Y", "N"}
        assert members <= possible, item.name


def test_a_code_that_is_no_refusal_belongs_to_a_group(catalogue: Catalogue) -> None:
    """A code left out of the groups counts as unknown, which only refusals, blanks and withdrawn codes may."""
    grouped = {member for group in catalogue.characteristics["ethnicity"].groups for member in group.members}
    outside = {value.code for value in catalogue.code_sets["ethnicity"].codes if value.code not in grouped and value.forward_to is None}
    assert outside == {"REFU", "NOBT"}


def test_what_is_most_private_is_published_for_the_trust_alone_and_of_adults_alone(catalogue: Catalogue) -> None:
    """Of pupils, orientation and gender identity are never collected; religion is, and only where most have said."""
    for name in ("sexual_orientation", "gender_reassignment", "marital_status", "family_leave"):
        item = catalogue.characteristics[name]
        assert item.areas == ("trust",) and not {"pupil", "pupil_applicant", "pupil_answer"} & set(item.fields), name
        assert name == "family_leave" or item.known_at_least == 0.7
    assert catalogue.characteristics["religion"].areas == ("trust",) and catalogue.characteristics["religion"].known_at_least == 0.7
    pupils = {field.name for name in ("pupils", "admissions") for field in catalogue.datasets[name].fields}
    assert not pupils & {"sexual_orientation", "gender_reassignment", "gender_identity"}


def test_every_measure_of_the_duty_names_its_aim_and_its_source(catalogue: Catalogue) -> None:
    for measure in catalogue.measures.values():
        assert measure.number > 0 and measure.source and measure.definition.endswith((".", ")")), measure.name
        assert measure.aim or measure.kind == "headcount", measure.name

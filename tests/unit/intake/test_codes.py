"""Code sets: code, label, other spelling or both in one cell; never a guess."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalogue import Catalogue
from pipelines.intake.codes import Codes, Found


def asked(catalogue: Catalogue, name: str, text: str, starts: dt.date | None = None) -> Found | None:
    return Codes(catalogue.code_sets[name]).find(text, starts)


@pytest.mark.parametrize("text", ["K", "k", "SEN support", "SEN Support", "K - SEN support", "K - SEN Support", "sen  support"])
def test_sen_support_is_known_in_every_spelling(catalogue: Catalogue, text: str) -> None:
    assert asked(catalogue, "sen_provision", text) == Found("K")


@pytest.mark.parametrize("text", ["WBRI", "White - British", "White British", "WBRI - White British", "wbri", "White - White British"])
def test_white_british_is_known_in_every_spelling(catalogue: Catalogue, text: str) -> None:
    assert asked(catalogue, "ethnicity", text) == Found("WBRI")


@pytest.mark.parametrize("text", ["Year 7", "7", "Y7", "Yr 7", "year  7", "07"])
def test_a_year_group_is_known_in_every_spelling(catalogue: Catalogue, text: str) -> None:
    assert asked(catalogue, "nc_year", text) == Found("7")


@pytest.mark.parametrize(("old", "new"), [("S", "E"), ("A", "K"), ("P", "K")])
def test_a_withdrawn_code_is_forwarded_and_said(catalogue: Catalogue, old: str, new: str) -> None:
    assert asked(catalogue, "sen_provision", old) == Found(new, outdated=True)


def test_a_code_that_ended_without_a_successor_has_no_meaning_any_more_but_had_one_then(catalogue: Catalogue) -> None:
    assert asked(catalogue, "suspension_reason", "OT", dt.date(2025, 9, 1)) == Found(None, outdated=True)
    assert asked(catalogue, "suspension_reason", "OT", dt.date(2015, 9, 1)) == Found("OT")


def test_a_local_extended_code_counts_as_its_main_code(catalogue: Catalogue) -> None:
    assert asked(catalogue, "ethnicity", "WENG") == Found("WBRI")


def test_a_code_beside_the_label_of_another_is_not_believed(catalogue: Catalogue) -> None:
    assert asked(catalogue, "ethnicity", "WBRI - Indian") is None


@pytest.mark.parametrize("text", ["ZZZZ", "W1", "White something", "Q9", ""])
def test_an_unknown_code_is_never_mapped_to_the_nearest(catalogue: Catalogue, text: str) -> None:
    assert asked(catalogue, "ethnicity", text) is None


@given(st.data())
def test_every_spelling_in_the_catalogue_leads_to_one_of_its_codes(catalogue: Catalogue, data: st.DataObject) -> None:
    code_set = data.draw(st.sampled_from(list(catalogue.code_sets.values())))
    value = data.draw(st.sampled_from(code_set.codes))
    spelling = data.draw(st.sampled_from([value.code, value.label, *value.aliases]))
    found = Codes(code_set).find(spelling)
    assert found is not None
    assert found.code == (value.forward_to or value.code)

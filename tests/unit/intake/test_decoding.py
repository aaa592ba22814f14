"""Encodings: text comes back as it was written, and damage is refused rather than read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake.decoding import decode, refuse_other_kinds
from pipelines.intake.problems import Refused

LINES = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60)


@given(LINES, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_text_survives_its_encoding(text: str, encoding: str) -> None:
    plain = text.lstrip("\ufeff") or "a"
    assert decode(plain.encode(encoding)).text == plain


@given(st.text(st.sampled_from("abc éèüôñ £ß"), min_size=1, max_size=60))
def test_windows_text_survives_and_is_said_to_be_converted(text: str) -> None:
    decoded = decode((text + "é,").encode("cp1252"))
    assert decoded.text == text + "é,"
    assert [note.kind for note in decoded.notes] == ["encoding_converted"]


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        refuse_other_kinds(content)
        decode(content)
    return refused.value.problem.kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty_file"),
        (b" \r\n\r\n", "empty_file"),
        (b"%PDF-1.7 x", "wrong_file_type"),
        (b"<html><table>", "wrong_file_type"),
        (b"\xd0\xcf\x11\xe0rest", "old_or_locked_workbook"),
        ("UPN,Sex\n".encode("utf-16-be"), "encoding_unknown"),
        (b"UPN,Sex\nA,\x00F\n" * 20, "empty_bytes"),
        ("Zoë,é\n".encode() + "Zoë\n".encode("cp1252"), "encoding_mixed"),
        (b"UPN\x81\n", "encoding_unknown"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_its_own_reason(content: bytes, kind: str) -> None:
    assert refusal(content) == kind


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_a_refusal_and_never_an_error(content: bytes) -> None:
    try:
        refuse_other_kinds(content)
        assert isinstance(decode(content).text, str)
    except Refused:
        pass

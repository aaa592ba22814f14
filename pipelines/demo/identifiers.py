"""Identifiers and names that cannot be anyone's: a local authority that does not exist, and surnames that say so."""

from __future__ import annotations

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
LOCAL_AUTHORITY = "999"
FORENAMES = (
    "Amber", "Basil", "Clover", "Dune", "Ember", "Fern", "Garnet", "Hazel", "Indigo", "Juniper", "Kestrel", "Linden",
    "Maple", "Nettle", "Opal", "Pebble", "Quill", "Rowan", "Sorrel", "Teal", "Umber", "Vale", "Willow", "Yarrow",
)  # fmt: skip
SURNAMES = ("Sample", "Specimen", "Example", "Placeholder", "Testcase", "Madeup", "Invented", "Fictional", "Dummyname", "Façade")


def check_letter(digits: str) -> str:
    """The letter that begins a unique pupil number: characters 2 to 13 times 2 to 13, summed, modulo 23 (DfE, UPN guidance).

    ``digits`` are the twelve characters that follow the letter.
    """
    return LETTERS[sum(position * int(digit) for position, digit in enumerate(digits, start=2)) % len(LETTERS)]


def unique_pupil_number(establishment: int, year: int, serial: int) -> str:
    """A valid permanent UPN of the made-up authority: establishment of four digits, year of allocation, serial below 1,000."""
    digits = f"{LOCAL_AUTHORITY}{establishment:04d}{year % 100:02d}{serial:03d}"
    return check_letter(digits) + digits

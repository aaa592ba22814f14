"""What must never be seen in a stored or published text: patterns of people's identifiers and names. Where to look is the gates'."""

PSEUDONYM = r"^[0-9a-f]{32}$"
UPN = r"^[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]$"  # A to Z without I, O and S; the last character of a temporary one is a letter
ELECTRONIC_MAIL = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
POSTCODE = r"^[A-Za-z]{1,2}\d[A-Za-z\d]?\s?\d[A-Za-z]{2}$"
WRITTEN_DATE = r"\b\d{1,2}[/.]\d{1,2}[/.]\d{4}\b"
# A code is all capitals or all small letters; a word that begins with a capital and goes on small is somebody's name.
NAME = r"\b[A-Z][a-z]+"

PERSONAL = "|".join((UPN, ELECTRONIC_MAIL, POSTCODE, WRITTEN_DATE))

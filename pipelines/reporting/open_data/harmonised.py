"""Names that the Department for Education (DfE) gives to columns and items of its open data, and ours that mean the same.

Facts of DfE's open data standards and API data dictionary (Crown copyright, Open Government Licence v3.0). What has no counterpart
there keeps the name the catalogue gives it.
"""

from __future__ import annotations

TOTAL = "Total"
COUNTRY = ("E92000001", "England")
NOT_APPLICABLE, NOT_AVAILABLE = "z", "x"
LEVELS = {"trust": "MAT", "phase": "MAT", "academy": "School"}
"""The geographic level of each area level. The standards know no phase of a trust: its rows are those of the trust, told apart by a filter."""
TERMS = {"autumn": "Autumn term", "spring": "Spring term", "summer": "Summer term"}
YEAR = "Academic year"
ITEM_LIMIT, NAME_LIMIT = 120, 50
EMPTY_WORDS = frozenset({"null", "na", "n/a", ".", "..", "-", "total", "all"})
"""Labels, in lower case, that a reader of the files takes for no data or for everyone."""

COLUMNS = {
    "birth_term": "term_of_birth",
    "disability": "disability_status",
    "disadvantage": "disadvantage_status",
    "eal": "first_language",
    "ethnicity": "ethnicity_minor",
    "sen_need": "sen_primary_need",
}
TOPICS = {
    "birth_term": "Term of birth",
    "disadvantage": "Disadvantage status",
    "ethnicity": "Ethnicity minor",
    "ethnicity_major": "Ethnicity major",
    "sen_provision": "SEN provision",
}
ITEMS = {
    "eal": {"eal": "Known or believed to be other than English", "english": "Known or believed to be English"},
    "ethnicity": {
        "BAFR": "African",
        "BCRB": "Caribbean",
        "BOTH": "Any other Black / African / Caribbean background",
        "MOTH": "Any other Mixed / Multiple ethnic background",
        "WBRI": "English / Welsh / Scottish / Northern Irish / British",
        "WIRT": "Irish Traveller",
        "WROM": "Gypsy / Roma",
    },
    "ethnicity_major": {
        "asian": "Asian / Asian British",
        "black": "Black / African / Caribbean / Black British",
        "mixed": "Mixed / Multiple ethnic groups",
        "other": "Other ethnic group",
    },
    "sen_provision": {"none": "No SEN provision", "sen_support": "SEN support / SEN without an EHC plan"},
}


def time_of(period: str) -> tuple[str, str] | None:
    """``2025-26`` as ("202526", "Academic year"), ``2025-26_autumn`` as ("202526", "Autumn term").

    ``None`` for any other part of a year and for years taken together: the standards let no row span them.
    """
    years, _, part = period.partition("_")
    identifier = TERMS.get(part) if part else YEAR
    return (years.replace("-", ""), identifier) if identifier else None

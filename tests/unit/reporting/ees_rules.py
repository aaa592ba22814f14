"""The checks of the Department for Education's data screener, each as a function that says what is wrong with a pair of files.

Names, codes and limits are facts of DfE's open data standards, data screener and API data dictionary (Crown copyright, Open Government
Licence v3.0); the functions are our own. They are stricter where a check of the screener only warns, and where it needs a list of places
that no file of ours may name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

DATA_COLUMNS = ["geographic_level", "time_period", "time_identifier", "country_code", "country_name"]
META_COLUMNS = [
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint", "filter_grouping_column",
]  # fmt: skip
OPTIONAL_META_COLUMNS = ["filter_default", "parent_filter"]
SIX_DIGITS = [
    "Autumn and spring term", "Spring term", "Autumn term", "Summer term", "Financial year", "Academic year", "Tax year",
    "Financial year Q1", "Financial year Q2", "Financial year Q3", "Financial year Q4", "Part 1 (April to September)",
    "Part 2 (October to March)",
]  # fmt: skip
MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
]  # fmt: skip
FOUR_DIGITS = ["Calendar year", "Reporting year", *(f"Week {number}" for number in range(1, 53)), *MONTHS]
MIXABLE = [
    {"Autumn term", "Spring term", "Summer term"}, {f"Financial year Q{number}" for number in range(1, 5)}, set(MONTHS),
    {f"Week {number}" for number in range(1, 53)}, {"Part 1 (April to September)", "Part 2 (October to March)"},
]  # fmt: skip
GEOGRAPHY: dict[str, tuple[str, ...]] = {
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "la_name", "old_la_code"),
    "Local authority district": ("lad_code", "lad_name"),
    "RSC region": ("rsc_region_lead_name",),
    "Parliamentary constituency": ("pcon_code", "pcon_name"),
    "Local skills improvement plan area": ("lsip_code", "lsip_name"),
    "Local enterprise partnership": ("local_enterprise_partnership_code", "local_enterprise_partnership_name"),
    "English devolved area": ("english_devolved_area_code", "english_devolved_area_name"),
    "Opportunity area": ("opportunity_area_code", "opportunity_area_name"),
    "Ward": ("ward_code", "ward_name"),
    "MAT": ("trust_id", "trust_name"),
    "Sponsor": ("sponsor_id", "sponsor_name"),
    "School": ("school_urn", "school_name", "school_laestab"),
    "Provider": ("provider_ukprn", "provider_name"),
    "Institution": ("institution_id", "institution_name"),
    "Planning area": ("planning_area_code", "planning_area_name"),
    "Police force area": ("pfa_code", "pfa_name"),
}
COUNTRIES = {
    "E92000001": "England", "K02000001": "United Kingdom", "K03000001": "Great Britain", "K04000001": "England and Wales",
    "N92000002": "Northern Ireland", "S92000003": "Scotland", "W92000004": "Wales", "z": "England, Wales and Northern Ireland",
}  # fmt: skip
UNITS = ["%", "pp", "£", "£m", "numberstring"]
SYMBOLS = ["z", "x", "c", "low"]
RELIABILITY = "u"
"""The symbol of low reliability, which the standards list and the screener's list lacks."""
LEGACY = ["~", ":"]
LIMITS = {"location-code": 30, "column-name": 50, "column-label": 100, "column-item": 120}
ITEMS_AT_MOST = 25000
HARMONISED = {
    "sen_": ["sen_status", "sen_primary_need", "sen_secondary_need", "sen_provision"],
    "primary_need": ["sen_primary_need"],
    "secondary_need": ["sen_secondary_need"],
    "establishment_type": ["establishment_type", "establishment_type_group"],
    "provider_type": ["provider_type"],
    "school_type": ["establishment_type", "establishment_type_group"],
    "ethnic": ["ethnicity_major", "ethnicity_minor", "ethnicity_detailed", "minority_ethnic"],
}
ETHNICITY = {
    "Total": ["Total"],
    "White": [
        "Total", "English / Welsh / Scottish / Northern Irish / British", "Irish", "Gypsy or Irish Traveller", "Roma",
        "Any other White background",
    ],
    "Mixed / Multiple ethnic groups": [
        "Total", "White and Black Caribbean", "White and Black African", "White and Asian", "Any other Mixed / Multiple ethnic background",
    ],
    "Asian / Asian British": ["Total", "Indian", "Pakistani", "Bangladeshi", "Chinese", "Any other Asian background"],
    "Black / African / Caribbean / Black British": [
        "Total", "African", "Caribbean", "Any other Black / African / Caribbean background",
    ],
    "Other ethnic group": ["Total", "Arab", "Any other ethnic group"],
    "Unknown": ["Unknown"],
}  # fmt: skip
"""With spaces round a slash, as the standards ask; the screener takes them without, too."""
SMUSHED = [
    "male", "female", "asian", "chinese", "indian", "pakistani", "bangladeshi", "black", "african", "caribbean", "white", "roma", "irish",
    "english", "british", "scottish", "welsh", "northern irish", "arab",
]  # fmt: skip
NAMES_OF_PLACES = re.compile(
    r"(sch|prov|inst|estab|reg|la|local|rsc|pfa|pcon|lep|mca|oa|ward|mat).*(name|code|urn|ukprn|number|upin|id)"
    r"|laestab|estab|schools?|sch|providers?|prov|institutions?|inst|name|code|urn|ukprn|number|upin|id|region|la|lad|rsc|pcon|lep|mca"
    r"|oa|ward|mat",
    re.IGNORECASE,
)
DICTIONARY = {
    "disadvantage_status": ["Disadvantaged", "Not known to be disadvantaged", "Total"],
    "disability_status": ["Disability", "No disability", "No known disability", "Not disclosed", "Total"],
    "ethnicity_major": [*ETHNICITY, "All pupils"],
    "ethnicity_minor": sorted({name for names in ETHNICITY.values() for name in names} | {"Gypsy", "Gypsy / Roma", "Irish Traveller"}),
    "first_language": [
        "English", "First language unclassified", "Known or believed to be English", "Known or believed to be other than English",
        "Other than English", "Total", "Unknown",
    ],
    "sen_provision": [
        "All pupils", "All SEN provision", "Education, health and care plan", "No SEN provision", "SEN support / SEN without an EHC plan",
        "Total", "Unknown", "Unknown SEN provision",
    ],
    "sex": ["All pupils", "Boys", "Female", "Girls", "Male", "Other", "Total"],
    "term_of_birth": ["Autumn-born", "Spring-born", "Summer-born", "Total"],
}  # fmt: skip
"""Of the columns of the dictionary those that a characteristic of ours means; some items are left out."""
TOPICS = {
    "Disadvantage status": "disadvantage_status", "Ethnicity major": "ethnicity_major", "Ethnicity minor": "ethnicity_minor",
    "First language": "first_language", "SEN provision": "sen_provision", "Sex": "sex", "Term of birth": "term_of_birth",
}  # fmt: skip
DICTIONARY_COLUMNS = {*DICTIONARY, "breakdown", "breakdown_topic", "education_phase", "pupil_count", "sen_primary_need", "young_carer"}
OWN_COLUMNS = {
    "population", "measure", "pay_quartile", "staff_grade", "staff_count", "applicant_count", "governor_count", "case_count",
    "outcome_count", "group_count", "outcome_percent", "outcome_percent_lower_95_ci", "outcome_percent_upper_95_ci", "outcome_percent_sd",
    "outcome_average", "outcome_average_lower_95_ci", "outcome_average_upper_95_ci", "outcome_average_sd",
}  # fmt: skip
"""Columns without a counterpart in the dictionary: they keep the files out of EES's API, which takes no others, and not out of EES."""
OWN_ITEMS = {"Other pupils", "Disabled", "Not disabled", "Unknown"}


@dataclass(frozen=True)
class Files:
    """A pair of files with every cell as text."""

    name: str
    meta_name: str
    data: pd.DataFrame
    meta: pd.DataFrame

    @property
    def filters(self) -> list[str]:
        return self.meta.loc[self.meta["col_type"].eq("Filter"), "col_name"].tolist()

    @property
    def groups(self) -> list[str]:
        return [name for name in self.meta["filter_grouping_column"] if name]

    @property
    def indicators(self) -> list[str]:
        return self.meta.loc[self.meta["col_type"].eq("Indicator"), "col_name"].tolist()

    @property
    def levels(self) -> set[str]:
        return set(self.data["geographic_level"])

    def having(self, data: pd.DataFrame | None = None, meta: pd.DataFrame | None = None) -> Files:
        return replace(self, data=self.data if data is None else data, meta=self.meta if meta is None else meta)


Rule = Callable[[Files], list[str]]
RULES: dict[str, Rule] = {}
"""Every check by the name that the screener gives it."""


def read(path: Path) -> Files:
    """The pair of ``path``, the file of figures."""
    meta = path.with_suffix(".meta.csv")
    data, told = (pd.read_csv(file, dtype=str, keep_default_na=False) for file in (path, meta))
    return Files(path.name, meta.name, data.astype(object), told.astype(object))


def rule(check: Rule) -> Rule:
    RULES[check.__name__] = check
    return check


PLACES = [column for columns in GEOGRAPHY.values() for column in columns]
OBSERVED = [*DATA_COLUMNS, *PLACES]


def _absent(level: str) -> Rule:
    """A check of places that needs a list of them: no file of ours has the columns."""
    return lambda files: [column for column in GEOGRAPHY[level] if column in files.data]


def _entries(files: Files, columns: list[str]) -> list[str]:
    return [value for column in columns if column in files.data for value in files.data[column].unique()]


def _stripped(text: str) -> str:
    return re.sub(r"[^a-zA-Z0-9]", "", text)


@rule
def filename_spaces(files: Files) -> list[str]:
    return [name for name in (files.name, files.meta_name) if " " in name]


@rule
def filename_special(files: Files) -> list[str]:
    stems = [files.name.removesuffix(".csv"), files.meta_name.removesuffix(".csv").removesuffix(".meta")]
    return [stem for stem in stems if not re.fullmatch(r"[a-z0-9_\- ]+", stem)]


@rule
def filenames_match(files: Files) -> list[str]:
    return [] if files.meta_name == files.name.removesuffix(".csv") + ".meta.csv" else [files.meta_name]


@rule
def col_req_meta(files: Files) -> list[str]:
    return [column for column in META_COLUMNS if column not in files.meta]


@rule
def col_invalid_meta(files: Files) -> list[str]:
    return [column for column in files.meta if column not in META_COLUMNS + OPTIONAL_META_COLUMNS]


@rule
def col_req_data(files: Files) -> list[str]:
    return [column for column in DATA_COLUMNS if column not in files.data]


@rule
def col_to_rows(files: Files) -> list[str]:
    return ["more rows than columns"] if len(files.meta) > len(files.data.columns) - len(DATA_COLUMNS) else []


@rule
def cross_meta_to_data(files: Files) -> list[str]:
    return [name for name in [*files.meta["col_name"], *files.groups] if name not in files.data]


@rule
def cross_data_to_meta(files: Files) -> list[str]:
    told = {*files.meta["col_name"], *files.groups, *OBSERVED}
    return [column for column in files.data if column not in told and files.data[column].nunique() > 1]


@rule
def col_names_spaces(files: Files) -> list[str]:
    return [column for column in files.data if " " in column]


@rule
def col_snake_case(files: Files) -> list[str]:
    return [column for column in files.data if not re.fullmatch("[a-z0-9_]+", column)]


@rule
def col_var_start(files: Files) -> list[str]:
    return [column for column in files.data if not re.match("[a-z]", column)]


@rule
def col_ind_smushed(files: Files) -> list[str]:
    return [name for name in files.indicators if any(word in name.lower() for word in SMUSHED)]


@rule
def col_var_characteristic(files: Files) -> list[str]:
    return sorted({"characteristic", "characteristic_group"} & {*files.meta["col_name"], *files.groups})


@rule
def meta_col_type(files: Files) -> list[str]:
    return [kind for kind in files.meta["col_type"] if kind not in ("Filter", "Indicator")]


@rule
def meta_ob_unit(files: Files) -> list[str]:
    return [name for name in files.meta["col_name"] if name in OBSERVED]


@rule
def meta_col_name(files: Files) -> list[str]:
    return ["blank" for name in files.meta["col_name"] if not name]


@rule
def meta_dupe_label(files: Files) -> list[str]:
    return files.meta.loc[files.meta["label"].duplicated(), "label"].tolist()


@rule
def meta_fil_grp(files: Files) -> list[str]:
    return [name for name in files.meta.loc[files.meta["col_type"].eq("Indicator"), "filter_grouping_column"] if name]


@rule
def meta_fil_grp_dupe(files: Files) -> list[str]:
    return [name for name in set(files.groups) if files.groups.count(name) > 1]


@rule
def meta_fil_grp_is_fil(files: Files) -> list[str]:
    return [name for name in files.groups if name in set(files.meta["col_name"])]


@rule
def meta_fil_grp_match(files: Files) -> list[str]:
    return [name for name in files.groups if name not in files.data]


@rule
def meta_fil_grp_stripped(files: Files) -> list[str]:
    items = {name: files.data[name].unique() for name in files.groups if name in files.data}
    return [name for name, values in items.items() if len({_stripped(value) for value in values}) < len(values)]


@rule
def meta_label(files: Files) -> list[str]:
    return files.meta.loc[files.meta["label"].eq(""), "col_name"].tolist()


@rule
def meta_filter_hint(files: Files) -> list[str]:
    return [hint for hint in files.meta.loc[files.meta["col_type"].eq("Indicator"), "filter_hint"] if hint]


@rule
def meta_geog_catch(files: Files) -> list[str]:
    return [name for name in [*files.filters, *files.groups] if NAMES_OF_PLACES.fullmatch(name)]


@rule
def meta_indicator_dp(files: Files) -> list[str]:
    return [places for places in files.meta.loc[files.meta["col_type"].eq("Filter"), "indicator_dp"] if places]


@rule
def meta_col_name_spaces(files: Files) -> list[str]:
    return [name for name in files.meta["col_name"] if " " in name]


@rule
def meta_col_name_dupe(files: Files) -> list[str]:
    return files.meta.loc[files.meta["col_name"].duplicated(), "col_name"].tolist()


@rule
def meta_ind_dp_set(files: Files) -> list[str]:
    return ["blank" for places in files.meta.loc[files.meta["col_type"].eq("Indicator"), "indicator_dp"] if not places]


@rule
def meta_ind_dp_values(files: Files) -> list[str]:
    return [places for places in files.meta["indicator_dp"] if places and not places.isdecimal()]


@rule
def meta_ind_unit(files: Files) -> list[str]:
    return [unit for unit in files.meta.loc[files.meta["col_type"].eq("Filter"), "indicator_unit"] if unit]


@rule
def meta_ind_unit_validation(files: Files) -> list[str]:
    return [unit for unit in files.meta["indicator_unit"] if unit and unit not in UNITS]


@rule
def meta_indicator_grouping(files: Files) -> list[str]:
    return [name for name in files.meta.loc[files.meta["col_type"].eq("Filter"), "indicator_grouping"] if name]


@rule
def time_period_num(files: Files) -> list[str]:
    return [period for period in files.data["time_period"].unique() if not period.isdecimal()]


@rule
def time_id_valid(files: Files) -> list[str]:
    return [name for name in files.data["time_identifier"].unique() if name not in SIX_DIGITS + FOUR_DIGITS]


@rule
def time_id_mix(files: Files) -> list[str]:
    found = set(files.data["time_identifier"])
    return sorted(found) if len(found) > 1 and not any(found <= some for some in MIXABLE) else []


@rule
def filter_not_singular(files: Files) -> list[str]:
    return [name for name in files.filters if name in files.data and files.data[name].nunique() < 2]


@rule
def geog_level(files: Files) -> list[str]:
    return sorted(files.levels - set(GEOGRAPHY))


@rule
def geog_level_present(files: Files) -> list[str]:
    return [column for level in files.levels for column in GEOGRAPHY.get(level, ()) if column not in files.data]


@rule
def time_period(files: Files) -> list[str]:
    times = files.data[["time_period", "time_identifier"]].drop_duplicates().itertuples(index=False)
    return [period for period, name in times if len(period) != (6 if name in SIX_DIGITS else 4)]


@rule
def time_period_six(files: Files) -> list[str]:
    six = [period for period in files.data["time_period"].unique() if re.fullmatch(r"\d{6}", period)]
    return [period for period in six if (int(period[2:4]) + 1) % 100 != int(period[4:])]


@rule
def filter_defaults(files: Files) -> list[str]:
    chosen = files.meta.get("filter_default", pd.Series("", index=files.meta.index))
    told = zip(files.meta["col_type"], files.meta["col_name"], chosen, strict=True)
    wanted = {name: default or "Total" for kind, name, default in told if kind == "Filter"}
    wanted = {**dict.fromkeys(files.groups, "Total"), **wanted}
    return [name for name, item in wanted.items() if name in files.data and item not in set(files.data[name])]


@rule
def filter_group_level(files: Files) -> list[str]:
    pairs = [(name, group) for name, group in zip(files.meta["col_name"], files.meta["filter_grouping_column"], strict=True) if group]
    return [name for name, group in pairs if {name, group} <= {*files.data} and files.data[name].nunique() < files.data[group].nunique()]


@rule
def filter_item_limit(files: Files) -> list[str]:
    return [name for name in [*files.filters, *files.groups] if name in files.data and files.data[name].nunique() >= ITEMS_AT_MOST]


@rule
def filter_whitespace(files: Files) -> list[str]:
    return [item for item in _entries(files, [*files.filters, *files.groups]) if item != item.strip()]


@rule
def filter_ob_total(files: Files) -> list[str]:
    return [item for item in _entries(files, OBSERVED) if item in ("Total", "total", "All", "all")]


@rule
def filter_blanks(files: Files) -> list[str]:
    return [item for item in _entries(files, [*files.filters, *files.groups]) if not item.strip()]


@rule
def geog_country_combos(files: Files) -> list[str]:
    found = files.data[["country_code", "country_name"]].drop_duplicates().itertuples(index=False)
    return [code for code, name in found if COUNTRIES.get(code) != name]


RULES |= {
    "geog_region_combos": _absent("Regional"),
    "geog_ward_combos": _absent("Ward"),
    "geog_pcon_combos": _absent("Parliamentary constituency"),
    "geog_lad_combos": _absent("Local authority district"),
    "geog_lep_combos": _absent("Local enterprise partnership"),
    "geog_lsip_combos": _absent("Local skills improvement plan area"),
    "geog_eda_combos": _absent("English devolved area"),
    "geog_la_combos": _absent("Local authority"),
    "geog_la_col_present": _absent("Local authority"),
    "geog_region_col_present": _absent("Regional"),
}


@rule
def geog_region_for_la(files: Files) -> list[str]:
    return sorted(files.levels & {"Local authority"})


@rule
def geog_region_for_lad(files: Files) -> list[str]:
    return sorted(files.levels & {"Local authority district"})


@rule
def geog_level_completed(files: Files) -> list[str]:
    wanted = [(level, column) for level in files.levels for column in GEOGRAPHY.get(level, ()) if column in files.data]
    return [column for level, column in wanted if files.data.loc[files.data["geographic_level"].eq(level), column].eq("").any()]


@rule
def geog_ignored_rows(files: Files) -> list[str]:
    ignored = files.levels & {"School", "Provider", "Institution", "Planning area"}
    return sorted(ignored) if ignored and files.levels not in ({"School"}, {"Provider"}) else []


def _many_to_one(files: Files, one: int, other: int) -> list[str]:
    wrong: list[str] = []
    for level in files.levels & {"Opportunity area", "MAT", "Sponsor", "School"}:
        columns = GEOGRAPHY[level]
        rows = files.data.loc[files.data["geographic_level"].eq(level)]
        if {columns[0], columns[1]} <= {*rows}:
            places = rows[[columns[one], columns[other]]].drop_duplicates()
            wrong += places.loc[places[columns[one]].duplicated(), columns[one]].tolist()
    return wrong


@rule
def geog_other_dupes(files: Files) -> list[str]:
    return _many_to_one(files, 1, 0)


@rule
def geog_other_code_dupes(files: Files) -> list[str]:
    return _many_to_one(files, 0, 1)


def _named_places(files: Files) -> list[tuple[str, str]]:
    levels = [level for level in ("MAT", "Sponsor", "School", "Provider", "Opportunity area") if level in files.levels]
    pairs = [list(GEOGRAPHY[level][:2]) for level in levels]
    return [row for pair in pairs for row in files.data[pair].drop_duplicates().itertuples(index=False, name=None)]


@rule
def geog_na(files: Files) -> list[str]:
    return [name for code, name in _named_places(files) if code == "x" and name != "Not available"]


@rule
def geog_na_code(files: Files) -> list[str]:
    return [code for code, name in _named_places(files) if name == "Not available" and code != "x"]


@rule
def geog_overcompleted_cols(files: Files) -> list[str]:
    wrong: list[str] = []
    for level, columns in GEOGRAPHY.items():
        if level != "National":
            fits = {level, "School", "Provider", "Institution"} if level not in ("School", "Provider", "Institution") else {level}
            elsewhere = files.data.loc[~files.data["geographic_level"].isin(fits)]
            wrong += [column for column in columns if column in elsewhere and elsewhere[column].ne("").any()]
    return wrong


@rule
def general_dupes(files: Files) -> list[str]:
    key = [column for column in files.data if column in {*OBSERVED, *files.filters, *files.groups}]
    return ["a row twice"] if files.data.duplicated(subset=key).any() else []


@rule
def general_null(files: Files) -> list[str]:
    told = {value for frame in (files.data, files.meta) for column in frame for value in frame[column].unique()}
    return sorted(told & {"NULL", "Null", "null", "NA", "na", "N/A", "n/a", ".", "..", "-", "*"})


@rule
def ind_invalid_entry(files: Files) -> list[str]:
    """Not only blanks and symbols of old: whatever is neither a number nor a symbol of the standards."""
    entries = _entries(files, files.indicators)
    return [entry for entry in entries if not re.fullmatch(r"-?\d+(\.\d+)?", entry) and entry not in [*SYMBOLS, RELIABILITY]]


@rule
def harmonised_variables(files: Files) -> list[str]:
    accepted = {name for names in HARMONISED.values() for name in names}
    told = {*files.meta["col_name"], *files.groups}
    return [name for name in told if name not in accepted and any(part in name.lower() for part in HARMONISED)]


@rule
def harmonised_eth_vals(files: Files) -> list[str]:
    minor = {name for names in ETHNICITY.values() for name in names}
    accepted = {"ethnicity_major": set(ETHNICITY), "ethnicity_minor": minor | {"Gypsy / Roma", "Irish Traveller"}}
    return [item for column, items in accepted.items() for item in _entries(files, [column]) if item not in items]


@rule
def harmonised_eth_char_grp(files: Files) -> list[str]:
    named = ("Ethnicity Major", "Ethnicity Minor", "Ethnicity Detailed", "Minority Ethnic")
    found = _entries(files, ["characteristic_group", "breakdown_topic"])
    return [item for item in found if "ethnic" in item.lower() and item.title() not in named]


@rule
def harmonised_eth_char_vals(files: Files) -> list[str]:
    accepted = {*ETHNICITY, *DICTIONARY["ethnicity_minor"]}
    wrong: list[str] = []
    for topic, item in (("characteristic_group", "characteristic"), ("breakdown_topic", "breakdown")):
        if {topic, item} <= {*files.data}:
            of_it = files.data[topic].str.contains("ethnic", case=False)
            wrong += [value for value in files.data.loc[of_it, item].unique() if value not in accepted]
    return wrong


@rule
def api_char_col_name(files: Files) -> list[str]:
    return [name for name in files.meta["col_name"] if len(name) > LIMITS["column-name"]]


@rule
def api_char_col_label(files: Files) -> list[str]:
    return [label for label in files.meta["label"] if len(label) > LIMITS["column-label"]]


@rule
def api_char_loc_code(files: Files) -> list[str]:
    codes = [column for columns in GEOGRAPHY.values() for column in columns if not column.endswith("_name")]
    return [code for code in _entries(files, codes) if len(code) > LIMITS["location-code"]]


@rule
def api_char_filter_items(files: Files) -> list[str]:
    names = [column for column in PLACES if column.endswith("_name")]
    return [item for item in _entries(files, [*names, *files.filters, *files.groups]) if len(item) > LIMITS["column-item"]]


@rule
def data_dict_col_name(files: Files) -> list[str]:
    return [name for name in [*files.meta["col_name"], *files.groups] if name not in DICTIONARY_COLUMNS | OWN_COLUMNS]


@rule
def data_dict_fil_item(files: Files) -> list[str]:
    wrong = [item for name, items in DICTIONARY.items() for item in _entries(files, [name]) if item not in {*items, *OWN_ITEMS}]
    if {"breakdown_topic", "breakdown"} <= {*files.data}:
        for topic, column in TOPICS.items():
            found = files.data.loc[files.data["breakdown_topic"].eq(topic), "breakdown"].unique()
            wrong += [item for item in found if item not in {*DICTIONARY[column], *OWN_ITEMS}]
    return wrong


def problems(files: Files) -> dict[str, list[str]]:
    """What each check finds, of those that find anything."""
    found = {name: check(files) for name, check in RULES.items()}
    return {name: wrong for name, wrong in found.items() if wrong}

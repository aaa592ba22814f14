"""Every check of DfE's screener passes on what is written, and trips on a file that is broken on purpose."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipelines.reporting.open_data import write_open_data
from tests.unit.reporting import ees_rules
from tests.unit.reporting.ees_rules import RULES, Files, problems
from tests.unit.reporting.made_open_data import CONTEXT, enrich

REFERENCE = Path(__file__).parents[4] / "shared" / "refdata" / "ees"
beside = pytest.mark.skipif(not REFERENCE.exists(), reason="DfE's reference lists are not beside this repository")


@pytest.fixture(scope="module")
def written(made_marts: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    folder = tmp_path_factory.mktemp("open")
    marts = enrich(Path(shutil.copytree(made_marts, folder / "marts")))
    files = write_open_data(marts, folder / "open-data", CONTEXT)
    return {path.name.removesuffix(".meta.csv"): ees_rules.read(path.with_name(path.name.replace(".meta.csv", ".csv")))
            for path in files if path.name.endswith(".meta.csv")}  # fmt: skip


def figure(column: str, value: str, **where: str) -> Callable[[Files], Files]:
    """One entry of the data replaced: of the first row, or of the first one that has what ``where`` says; a new column is blank elsewhere."""

    def breaks(files: Files) -> Files:
        data = files.data.copy()
        rows = data
        for name, wanted in where.items():
            rows = rows[rows[name].eq(wanted)]
        if column not in data:
            data[column] = ""
        data.loc[rows.index[0], column] = value
        return files.having(data=data)

    return breaks


def every(column: str, value: str) -> Callable[[Files], Files]:
    return lambda files: files.having(data=files.data.assign(**{column: value}))


def told(name: str, column: str, value: str) -> Callable[[Files], Files]:
    """One entry of the metadata replaced, in the row of the column ``name``."""

    def breaks(files: Files) -> Files:
        meta = files.meta.copy()
        meta.loc[meta["col_name"].eq(name), column] = value
        return files.having(meta=meta)

    return breaks


def renamed(new: str) -> Callable[[Files], Files]:
    """The filter ``measure`` under another name in both files."""
    return lambda files: told("measure", "col_name", new)(files.having(data=files.data.rename(columns={"measure": new})))


def twice(files: Files) -> Files:
    return files.having(data=pd.concat([files.data, files.data.head(1)], ignore_index=True))


def many_items(files: Files) -> Files:
    data = pd.concat([files.data] * (25000 // len(files.data) + 1), ignore_index=True)
    return files.having(data=data.assign(measure=[str(number) for number in range(len(data))]))


BROKEN: dict[str, Callable[[Files], Files]] = {
    "filename_spaces": lambda files: replace(files, name="pupil outcomes.csv"),
    "filename_special": lambda files: replace(files, name="pupil+outcomes.csv"),
    "filenames_match": lambda files: replace(files, meta_name="others.meta.csv"),
    "col_req_meta": lambda files: files.having(meta=files.meta.drop(columns="filter_hint")),
    "col_invalid_meta": lambda files: files.having(meta=files.meta.assign(colour="red")),
    "col_req_data": lambda files: files.having(data=files.data.drop(columns="country_name")),
    "col_to_rows": lambda files: files.having(meta=pd.concat([files.meta] * 3)),
    "cross_meta_to_data": lambda files: files.having(data=files.data.drop(columns="breakdown_topic")),
    "cross_data_to_meta": lambda files: files.having(meta=files.meta[files.meta["col_name"].ne("measure")]),
    "col_names_spaces": renamed("a measure"),
    "col_snake_case": renamed("aMeasure"),
    "col_var_start": renamed("1_measure"),
    "col_ind_smushed": told("outcome_percent", "col_name", "white_percent"),
    "col_var_characteristic": renamed("characteristic"),
    "meta_col_type": told("measure", "col_type", "filter"),
    "meta_ob_unit": told("measure", "col_name", "trust_name"),
    "meta_col_name": told("measure", "col_name", ""),
    "meta_dupe_label": told("measure", "label", "Group"),
    "meta_fil_grp": told("outcome_percent", "filter_grouping_column", "measure"),
    "meta_fil_grp_dupe": told("measure", "filter_grouping_column", "breakdown_topic"),
    "meta_fil_grp_is_fil": told("breakdown", "filter_grouping_column", "measure"),
    "meta_fil_grp_match": told("breakdown", "filter_grouping_column", "theme"),
    "meta_fil_grp_stripped": figure("breakdown_topic", "S-e-x", breakdown_topic="Sex"),
    "meta_label": told("measure", "label", ""),
    "meta_filter_hint": told("outcome_percent", "filter_hint", "Filter by it"),
    "meta_geog_catch": renamed("school_code"),
    "meta_indicator_dp": told("measure", "indicator_dp", "1"),
    "meta_col_name_spaces": told("measure", "col_name", "a measure"),
    "meta_col_name_dupe": told("measure", "col_name", "breakdown"),
    "meta_ind_dp_set": told("outcome_percent", "indicator_dp", ""),
    "meta_ind_dp_values": told("outcome_percent", "indicator_dp", "1.5"),
    "meta_ind_unit": told("measure", "indicator_unit", "%"),
    "meta_ind_unit_validation": told("outcome_percent", "indicator_unit", "per cent"),
    "meta_indicator_grouping": told("measure", "indicator_grouping", "Shares"),
    "time_period_num": figure("time_period", "2025-26"),
    "time_id_valid": every("time_identifier", "School year"),
    "time_id_mix": figure("time_identifier", "Autumn term"),
    "filter_not_singular": every("measure", "Absent"),
    "geog_level": figure("geographic_level", "Phase"),
    "geog_level_present": lambda files: files.having(data=files.data.drop(columns="trust_id")),
    "time_period": figure("time_period", "2025"),
    "time_period_six": figure("time_period", "202527"),
    "filter_defaults": told("measure", "filter_default", ""),
    "filter_group_level": every("breakdown", "Total"),
    "filter_item_limit": many_items,
    "filter_whitespace": figure("measure", "Absent "),
    "filter_ob_total": every("trust_name", "All"),
    "filter_blanks": figure("breakdown_topic", ""),
    "geog_country_combos": every("country_name", "Wales"),
    "geog_region_combos": figure("region_name", "London"),
    "geog_ward_combos": figure("ward_code", "E05000001"),
    "geog_pcon_combos": figure("pcon_code", "E14000530"),
    "geog_lad_combos": figure("lad_code", "E06000001"),
    "geog_lep_combos": figure("local_enterprise_partnership_code", "E37000001"),
    "geog_lsip_combos": figure("lsip_code", "E69000001"),
    "geog_eda_combos": figure("english_devolved_area_code", "E47000001"),
    "geog_la_combos": figure("la_name", "Essex"),
    "geog_la_col_present": figure("old_la_code", "881"),
    "geog_region_col_present": figure("region_code", "E12000007"),
    "geog_region_for_la": figure("geographic_level", "Local authority"),
    "geog_region_for_lad": figure("geographic_level", "Local authority district"),
    "geog_level_completed": figure("trust_id", ""),
    "geog_ignored_rows": figure("geographic_level", "School"),
    "geog_other_dupes": figure("trust_id", "T2"),
    "geog_other_code_dupes": figure("trust_name", "Another Trust"),
    "geog_na": every("trust_id", "x"),
    "geog_na_code": every("trust_name", "Not available"),
    "geog_overcompleted_cols": figure("school_urn", "100001"),
    "general_dupes": twice,
    "general_null": figure("outcome_percent", "*"),
    "ind_invalid_entry": figure("outcome_percent", ""),
    "harmonised_variables": renamed("ethnic_group"),
    "harmonised_eth_vals": every("ethnicity_major", "Asian"),
    "harmonised_eth_char_grp": figure("breakdown_topic", "Ethnicity, minor group"),
    "harmonised_eth_char_vals": figure("breakdown", "Black African", breakdown_topic="Ethnicity minor"),
    "api_char_col_name": told("measure", "col_name", "m" * 51),
    "api_char_col_label": told("measure", "label", "m" * 101),
    "api_char_loc_code": every("trust_id", "T" * 31),
    "api_char_filter_items": figure("measure", "m" * 121),
    "data_dict_col_name": renamed("indicator"),
    "data_dict_fil_item": figure("breakdown", "SEN support", breakdown_topic="SEN provision"),
}  # fmt: skip


def test_every_check_passes_on_every_pair(written: dict[str, Files]) -> None:
    assert {name: found for name, files in written.items() if (found := problems(files))} == {}


def test_the_pairs_cover_levels_terms_averages_and_crossed_groups(written: dict[str, Files]) -> None:
    parts = ["pupil_outcomes", "pupil_outcomes_schools", "pupil_outcomes_terms", "pupil_outcomes_terms_schools", "pupil_averages"]
    assert {*parts, "staff_composition_crossed", "case_composition_schools"} <= set(written)


@pytest.mark.parametrize("name", RULES)
def test_a_check_trips_on_a_broken_pair(name: str, written: dict[str, Files]) -> None:
    files = written["pupil_outcomes"]
    assert RULES[name](files) == []
    assert RULES[name](BROKEN[name](files))


@pytest.mark.parametrize("entry", ["~", ":", "[c]", "4*", "n/a", "1,000", "12%"])
def test_an_indicator_holds_numbers_and_bare_symbols_alone(entry: str, written: dict[str, Files]) -> None:
    assert RULES["ind_invalid_entry"](figure("group_count", entry)(written["pupil_outcomes"]))


def listed(name: str, column: str = "value") -> list[str]:
    return pd.read_csv(REFERENCE / f"{name}.csv", dtype=str, keep_default_na=False)[column].tolist()


@beside
def test_there_is_a_rule_for_every_check_of_the_screener() -> None:
    assert set(RULES) == set(listed("screener_checks_example_output", "check"))
    assert set(BROKEN) == set(RULES)


@beside
def test_the_rules_hold_the_facts_of_the_reference_lists() -> None:
    assert listed("req_data_cols") == ees_rules.DATA_COLUMNS
    assert listed("req_meta_cols") == ees_rules.META_COLUMNS
    assert listed("optional_meta_cols") == ees_rules.OPTIONAL_META_COLUMNS
    assert listed("six_digit_identifiers") == ees_rules.SIX_DIGITS
    assert listed("four_digit_identifiers") == ees_rules.FOUR_DIGITS
    assert set(listed("acceptable_time_ids")) == {*ees_rules.SIX_DIGITS, *ees_rules.FOUR_DIGITS}
    assert listed("acceptable_indicator_units") == ees_rules.UNITS
    assert listed("gss_symbols") == ees_rules.SYMBOLS
    assert listed("legacy_gss_symbols") == ees_rules.LEGACY
    assert listed("acceptable_countries", "country_code") == list(ees_rules.COUNTRIES)
    assert listed("acceptable_countries", "country_name") == list(ees_rules.COUNTRIES.values())
    limits = zip(listed("api_char_limits", "id"), listed("api_char_limits", "char_limit"), strict=True)
    assert {name: int(limit) for name, limit in limits} == ees_rules.LIMITS


@beside
def test_the_rules_hold_the_places_and_harmonised_names_of_the_reference_lists() -> None:
    columns = ("code_field", "name_field", "code_field_secondary")
    places = zip(*(listed("geography_df", column) for column in ("geographic_level", *columns)), strict=True)
    assert {level: tuple(name for name in names if name) for level, *names in places} == ees_rules.GEOGRAPHY
    names = zip(
        listed("harmonised_col_names", "col_name_search_string"), listed("harmonised_col_names", "col_name_harmonised"), strict=True
    )
    assert {*names} == {(part, name) for part, whole in ees_rules.HARMONISED.items() for name in whole}
    groups = zip(*(listed("acceptable_ethnicity_values", f"ethnicity_{level}") for level in ("major", "minor")), strict=True)
    spaced = {(major, minor) for major, minor in groups if "/" not in major + minor or " / " in major or " / " in minor}
    assert spaced == {(major, minor) for major, whole in ees_rules.ETHNICITY.items() for minor in whole}


@beside
def test_the_rules_hold_names_and_items_of_the_data_dictionary() -> None:
    table = pd.read_csv(REFERENCE / "data_dictionary.csv", dtype=str, keep_default_na=False)
    assert {*table["col_name"], *table["col_name_parent"]} >= ees_rules.DICTIONARY_COLUMNS
    assert not {*table["col_name"]} & ees_rules.OWN_COLUMNS
    for column, items in ees_rules.DICTIONARY.items():
        assert set(table.loc[table["col_name"].eq(column), "filter_item"]) >= set(items), column

"""The internal report as an analyst sees it in Dagster."""

from __future__ import annotations

from pipelines.orchestration.loss_tables import COARSER, PRICE, analyst_tables, as_markdown


def test_entries_become_rows_numbers_stand_to_the_right_and_what_is_not_known_is_a_dash() -> None:
    entries = [{"won": 1234, "without": "pupils by a|b", "gap": 0.0512, "proven": True}, {"without": "x", "won": None, "gap": None}]
    assert as_markdown(entries, ("without", "won", "gap", "proven")).splitlines() == [
        "| without | won | gap | proven |",
        "| --- | --: | --: | --: |",
        "| pupils by a\\|b | 1,234 | 0.051 | yes |",
        "| x | - | - | - |",
    ]


def test_every_part_of_the_report_has_its_table_in_its_own_order() -> None:
    price = dict.fromkeys(reversed(PRICE)) | {"cost": 104_121.0, "gap": 0.5}
    loss = {"tables": [], "area_levels": [], "price": price}
    tables = analyst_tables({"loss": loss, "coarser": [dict.fromkeys(COARSER, 1)], "narrow_places": ["pupils, sex=F"]})
    assert tables["ranges that stay narrow"].splitlines()[2] == "| pupils, sex=F |"
    assert tables["loss by table"] == tables["loss by area level"] == "nothing to tell"
    assert tables["price of protection"].splitlines()[2] == "| - | 104,121 | - | 0.500 | - | - | - |"
    assert tables["what coarser tables would win back"].splitlines()[0].startswith("| without | keeps | given up |")

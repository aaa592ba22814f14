"""Every model and column is described, as it is built; every model that counts has a unit test and a tested grain."""

from __future__ import annotations

from typing import Any

COUNTING = ("int_", "stat_", "mart_")
GRAIN_TESTED_TOGETHER = ("int_facts_", "int_counted_people")
"""``int_person_facts`` holds all facts, and its grain theirs; counted people are members, places and groups joined on their grains."""


def test_every_model_says_its_grain_first(models: dict[str, Any]) -> None:
    for name, node in models.items():
        assert node["description"].startswith("Grain: "), name
        assert node["raw_code"].splitlines()[0].lstrip('-" ').startswith("Grain: "), name


def test_the_columns_described_are_the_columns_built(
    models: dict[str, Any], built: dict[str, list[tuple[str, str]]], python_models: tuple[str, ...]
) -> None:
    assert set(models) - set(built) == {name for name in models if name.startswith("mart_")} | set(python_models)
    for name, columns in built.items():
        assert list(models[name]["columns"]) == [column for column, _ in columns], name


def test_the_columns_described_of_a_python_model_are_those_of_what_it_reads(models: dict[str, Any], python_models: tuple[str, ...]) -> None:
    described = {name: list(models[name]["columns"]) for name in models}
    assert described["stat_ranges"] == [*described["stat_cells"], "low", "high"]
    assert set(described["stat_ranges"]) - set(described["protected_cells"]) == {"published", "smallest", "largest_share"}
    assert set(described["protected_cells"]) - set(described["stat_ranges"]) == {"status", "rule"}
    for name in python_models:
        if name.startswith(("judged_", "told_")):
            assert described[name] == described[f"mart_{name.partition('_')[2]}"], name


def test_every_column_and_every_source_is_described(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    silent = [f"{name}.{column}" for name, node in models.items() for column, item in node["columns"].items() if not item["description"]]
    silent += [source["name"] for source in manifest["sources"].values() if not source["description"]]
    assert silent == []


def test_every_model_that_counts_has_a_unit_test(manifest: dict[str, Any], models: dict[str, Any], python_models: tuple[str, ...]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    only_passed_on = {f"mart_{name.partition('_')[2]}" for name in python_models if name.startswith(("judged_", "told_"))}
    assert {name for name in models if name.startswith(COUNTING)} - tested <= {"stat_ranges", *only_passed_on}
    assert all(test["description"] for test in manifest["unit_tests"].values())


def test_every_model_that_counts_has_its_grain_tested(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    tested = {
        node["attached_node"].rsplit(".", 1)[1]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_grain"
    }
    wanted = {name for name in models if name.startswith((*COUNTING, "dim_")) and not name.startswith(GRAIN_TESTED_TOGETHER)}
    assert wanted - tested == set()
    assert "protected_cells" in tested

"""Which model may read which, over dbt's manifest: persons stay behind the counts, and what is unsafe behind protection."""

from __future__ import annotations

from typing import Any

import pytest

PERSONAL = {"person_key", "attributes"}
MAY_READ = {
    "staging": {"staging"},
    "intermediate": {"staging", "intermediate"},
    "counts": {"staging", "intermediate", "counts"},
    "protection": {"staging", "counts", "protection", "marts"},
    "marts": {"staging", "protection"},
}
UNSAFE = ("int_", "stat_")


def room(node: dict[str, Any]) -> str:
    return str(node["fqn"][1])


def parents(models: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    return [models[name.rsplit(".", 1)[1]] for name in node["depends_on"]["nodes"] if name.startswith("model.")]


def test_only_staging_reads_sources(models: dict[str, Any]) -> None:
    reading = {name for name, node in models.items() if any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])}
    assert reading == {name for name in models if name.startswith("stg_")}


@pytest.mark.parametrize("name", MAY_READ)
def test_a_room_reads_only_the_rooms_before_it(models: dict[str, Any], name: str) -> None:
    for node in models.values():
        if room(node) == name:
            assert {room(parent) for parent in parents(models, node)} <= MAY_READ[name], node["name"]


def test_a_models_prefix_says_its_room(models: dict[str, Any]) -> None:
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",), "counts": ("stat_",), "marts": ("mart_", "dim_")}
    for name, node in models.items():
        assert name.startswith(prefixes.get(room(node), ("protected_", "judged_", "told_"))), name


def test_no_mart_reads_what_is_unsafe_or_of_a_person(models: dict[str, Any]) -> None:
    for name, node in models.items():
        if room(node) == "marts":
            for parent in parents(models, node):
                assert not parent["name"].startswith(UNSAFE), (name, parent["name"])
                assert not PERSONAL & set(parent["columns"]), (name, parent["name"])


def test_no_column_of_a_person_outside_staging_and_intermediate(models: dict[str, Any]) -> None:
    holding = {name for name, node in models.items() if PERSONAL & set(node["columns"]) and room(node) not in ("staging", "intermediate")}
    assert holding == set()


def test_what_is_judged_is_made_from_what_is_protected(models: dict[str, Any]) -> None:
    judged = [node for name, node in models.items() if name.startswith(("judged_", "told_"))]
    assert len(judged) == 8
    for node in judged:
        for parent in parents(models, node):
            assert room(parent) in ("staging", "protection", "marts"), (node["name"], parent["name"])
            assert room(parent) != "staging" or all(name.startswith("source.") for name in parent["depends_on"]["nodes"])
            assert not PERSONAL & set(parent["columns"]), (node["name"], parent["name"])


def test_python_models_are_the_thin_ones_that_are_named(models: dict[str, Any], python_models: tuple[str, ...]) -> None:
    assert {name for name, node in models.items() if node["language"] == "python"} == set(python_models)
    for name in python_models:
        assert len(models[name]["raw_code"].splitlines()) <= 30, name


def test_the_board_report_depends_on_everything_published(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    exposure = manifest["exposures"]["exposure.equality.board_report"]
    assert set(exposure["depends_on"]["nodes"]) == {node["unique_id"] for node in models.values() if room(node) == "marts"}

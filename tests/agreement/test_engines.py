"""Models are written once for every engine: what engines spell differently is a macro, and each of those is spelt for both engines."""

from __future__ import annotations

import re
from typing import Any

from pipelines.orchestration.dbt import PROJECT_DIR

ENGINES = ("duckdb", "spark")
OF_ONE_ENGINE = (
    r"::", r"\bunnest\(", r"\bexplode\(", r"\blateral view\b", r"\bgroup by all\b", r"\bqualify\b", r"\bexclude\b", r"\bpivot\b", r"\bfilter \(",
    r"\bvarchar\b", r"\bread_parquet\(", r"\binformation_schema\b", r"\bstrftime\(", r"\blist_\w+\(", r"\bround\([^()]*,", r"\\", r'"',
)  # fmt: skip


def macros() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((PROJECT_DIR / "macros").glob("*.sql")))


def test_a_macro_that_asks_which_engine_it_is_on_is_spelt_for_both() -> None:
    asked = re.findall(r"adapter\.dispatch\('(\w+)', 'equality'\)", macros())
    assert len(asked) >= 3
    missing = {f"{engine}__{name}" for name in asked for engine in ENGINES if f"macro {engine}__{name}(" not in macros()}
    assert missing == set()


def test_no_model_is_written_for_one_engine_alone(models: dict[str, Any]) -> None:
    for name, node in models.items():
        if node["language"] == "sql":
            written = "\n".join(line.partition("-- ")[0] for line in node["raw_code"].splitlines())
            assert [words for words in OF_ONE_ENGINE if re.search(words, written)] == [], name


def test_no_model_asks_which_engine_it_is_on(models: dict[str, Any]) -> None:
    assert [name for name, node in models.items() if "target.type" in node["raw_code"] or "adapter." in node["raw_code"]] == []

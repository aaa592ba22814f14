"""The dictionary explains everything that is published, says the same for the same catalogue, and holds neither a person nor a place on disk."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.attack.texts import leaks_in_texts
from pipelines.catalogue import Catalogue, load
from pipelines.catalogue.trust import Brand
from pipelines.orchestration.dbt import parsed_manifest
from pipelines.reporting.pages.dictionary import dictionary_page
from pipelines.reporting.pages.frame import Context

BRAND = Brand(short_name="Test", colour="#ffcc00", contact="equality@example.org")
CONTEXT = Context(period="2025-26", made_up=True, threshold=10, few_below=20, reference_date=dt.date(2026, 1, 15))
ARROW = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
PSEUDONYM = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(Path(__file__).resolve().parents[2] / "small_trust")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What dbt has parsed of the project: its manifest has times and paths of a run."""
    return parsed_manifest(tmp_path_factory.mktemp("dbt") / "target")


@pytest.fixture(scope="module")
def manifest(target: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(target.read_text())
    return content


@pytest.fixture(scope="module")
def published(manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Every published table with its columns and types, as dbt enforces them."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model" and node["fqn"][1] == "marts"]
    return {node["name"]: {name: column["data_type"] for name, column in node["columns"].items()} for node in models}


@pytest.fixture(scope="module")
def marts(published: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published tables, each without a row."""
    folder = tmp_path_factory.mktemp("marts")
    for name, columns in published.items():
        pq.write_table(pa.schema({column: ARROW[kind] for column, kind in columns.items()}).empty_table(), folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="module")
def page(catalogue: Catalogue, target: Path, marts: Path) -> str:
    return dictionary_page(catalogue, target, marts, BRAND, CONTEXT)


def sections(page: str, kind: str) -> dict[str, str]:
    """The entries of the page by their anchor, each without its markup."""
    parts = re.split(rf'<div class="entry[^"]*" id="({kind}\w+)">', page.split("<main")[1])
    return {name: words(part.split('<p class="top">')[0]) for name, part in zip(parts[1::2], parts[2::2], strict=True)}


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup)))


def test_every_column_of_every_table_is_described(page: str, published: dict[str, dict[str, str]], manifest: dict[str, Any]) -> None:
    told = sections(page, "(?:mart|dim)_")
    assert set(told) == set(published)
    assert len(told) == 25
    for name, columns in published.items():
        described = manifest["nodes"][f"model.equality.{name}"]["columns"]
        for column in columns:
            assert f"{column} " in told[name], (name, column)
            assert " ".join(described[column]["description"].split()) in told[name], (name, column)


def test_a_table_says_its_grain_its_joins_its_tests_and_where_it_comes_from(page: str) -> None:
    gaps = sections(page, "mart_")["mart_gaps"]
    assert "One row per area, period, measure and group that is compared" in gaps
    assert "No two rows alike in population , period , area_level , area_code , measure , characteristic , group_code" in gaps
    assert "characteristic, comparator_code to dim_groups ( characteristic, group_code )" in gaps
    assert "Made from judged_gaps ; those from dim_characteristics , dim_groups , dim_measures , protected_cells" in gaps
    assert "Hidden gaps carry no number." in gaps
    assert "One of clear , likely , similar , cannot_tell , not_shown" in gaps
    assert "verdict text, never empty" in gaps


def test_a_table_or_column_that_nothing_describes_is_an_error(
    catalogue: Catalogue, manifest: dict[str, Any], marts: Path, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"verdict": ["clear"], "reason": ["why"]}), tmp_path / "mart_gaps.parquet")
    with pytest.raises(ValueError, match=r"mart_gaps\.reason is published"):
        dictionary_page(catalogue, manifest, tmp_path, BRAND, CONTEXT)
    pq.write_table(pa.table({"status": ["c"]}), tmp_path / "protected_cells.parquet")
    (tmp_path / "mart_gaps.parquet").unlink()
    with pytest.raises(ValueError, match="protected_cells is published"):
        dictionary_page(catalogue, manifest, tmp_path, BRAND, CONTEXT)


def test_every_measure_is_explained(page: str, catalogue: Catalogue) -> None:
    told = sections(page, "measure-")
    assert set(told) == {f"measure-{name}" for name in catalogue.measures}
    for name, measure in catalogue.measures.items():
        text = told[f"measure-{name}"]
        for said in (measure.title, measure.definition, measure.source, *([f"Number {measure.number}"] if measure.number else [])):
            assert said in text, (name, said)
        if measure.population:
            assert catalogue.populations[measure.population].title in text, name


def test_a_measure_says_what_silence_means_and_when_a_gap_matters(page: str) -> None:
    told = sections(page, "measure-")
    assert "an academy that did not return suspensions are not counted: silence is not nought" in told["measure-suspended"]
    assert "suspensions of at least 1; a person without it counts as 0" in told["measure-suspended"]
    assert "Judged by ratio; from 0.8 to 1.25 it is too small to matter" in told["measure-suspended"]
    assert "where the group of fewer than 70% of people is known" in told["measure-appointed"]
    assert "Not counted: the trust's policy does not ask for it." in told["measure-ethnicity_pay_gap_mean"]
    assert "Where nothing was sent" not in told["measure-headcount"]


def test_every_characteristic_is_explained_with_its_groups(page: str, catalogue: Catalogue) -> None:
    told = sections(page, "characteristic-")
    assert set(told) == {f"characteristic-{name}" for name in catalogue.characteristics}
    for name, item in catalogue.characteristics.items():
        text = told[f"characteristic-{name}"]
        assert (item.protected or item.context or "it is not a protected characteristic") in text, name
        for group in item.groups:
            assert f"{group.code} {group.label}" in text, (name, group.code)
        for field in item.fields.values():
            assert f"({field})" in text, (name, field)


def test_what_is_never_held_of_pupils_has_a_dash(page: str, catalogue: Catalogue) -> None:
    rows = dict(
        re.findall(r'<tr role="row"><th scope="row" role="rowheader">([^<]+)</th>(<td role="cell" data-label="Pupils">.*?)</tr>', page)
    )
    assert len(rows) == 9
    for name in ("Gender reassignment", "Sexual orientation"):
        assert words(rows[name]).split()[:2] == ["\N{EN DASH}"] * 2
        assert rows[name].count(f'href="#characteristic-{name.lower().replace(" ", "_")}"') == 3
    for kind in catalogue.headings.never:
        assert f"<li>{escape(kind)}</li>" in page


def test_every_population_and_field_with_its_purpose_is_there(page: str, catalogue: Catalogue) -> None:
    for name, population in catalogue.populations.items():
        assert f'id="population-{name}"' in page and escape(population.title) in page
    told = sections(page, "dataset-")
    for name, dataset in catalogue.datasets.items():
        for field in dataset.fields:
            for said in (field.title, field.purpose, field.lawful_basis, field.special_basis or ""):
                assert said in told[f"dataset-{name}"], (name, field.name, said)
    assert re.search(r"Date of birth \(read for age and birth term, then dropped\) identifier .{,120}not kept", told["dataset-pupils"])


def test_every_symbol_is_explained_with_the_policys_numbers(page: str) -> None:
    table = words(page[page.index('id="symbols"') : page.index('id="verdicts"')])
    for told in (
        "[c] c Hidden",
        "[u] u Shown, but it rests on fewer than 20",
        "[x] x Not",
        "[z] z Does",
        "[low] low 1 to 9 people",
        "shown The figure",
    ):
        assert told in table


def test_the_same_catalogue_gives_the_same_bytes_whatever_the_run(
    catalogue: Catalogue, manifest: dict[str, Any], marts: Path, page: str
) -> None:
    other = copy.deepcopy(manifest)
    other["metadata"] = {"invocation_id": "another", "generated_at": "2031-01-01T00:00:00Z"}
    other["nodes"] = dict(reversed(other["nodes"].items()))
    for node in other["nodes"].values():
        node.update(created_at=0, build_path="/elsewhere", compiled_path="/elsewhere")
        node["depends_on"]["nodes"] = node["depends_on"]["nodes"][::-1]
    assert dictionary_page(catalogue, other, marts, BRAND, CONTEXT) == page


def test_no_place_no_time_no_person_and_no_address(
    page: str, target: Path, catalogue: Catalogue, manifest: dict[str, Any], marts: Path, tmp_path: Path
) -> None:
    for told in (str(target), str(marts), manifest["metadata"]["invocation_id"], ".sql", "build_path"):
        assert told not in page
    assert not re.search(r"\d{4}-\d{2}-\d{2}T\d", page)
    objecting = catalogue.model_copy(update={"objections": frozenset({PSEUDONYM})})
    text = dictionary_page(objecting, manifest, marts, BRAND, CONTEXT)
    assert text == page
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "data-dictionary.html").write_text(text)
    assert leaks_in_texts(tmp_path) == ()


def test_labels_are_text_and_never_markup(catalogue: Catalogue, manifest: dict[str, Any], marts: Path) -> None:
    measure = catalogue.measures["suspended"].model_copy(update={"title": "Suspended <b>&", "definition": "<script>alert(1)</script>"})
    sex = catalogue.characteristics["sex"]
    groups = (sex.groups[0].model_copy(update={"label": "<i>Female"}), *sex.groups[1:])
    changed = catalogue.model_copy(
        update={
            "measures": catalogue.measures | {"suspended": measure},
            "characteristics": catalogue.characteristics | {"sex": sex.model_copy(update={"groups": groups})},
        }
    )
    described = copy.deepcopy(manifest)
    described["nodes"]["model.equality.mart_gaps"]["columns"]["gap"]["description"] = "Less <em>or</em> over"
    page = dictionary_page(changed, described, marts, BRAND, CONTEXT)
    for markup in ("<b>&", "<script", "<i>Female", "<em>"):
        assert markup not in page
    for text in ("Suspended &lt;b&gt;&amp;", "&lt;script&gt;", "&lt;i&gt;Female", "Less &lt;em&gt;"):
        assert text in page


class Anchors(HTMLParser):
    """The anchors of a page and where its links lead; refuses tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.ids += [str(attributes["id"])] if "id" in attributes else []
        self.links += [str(attributes["href"])] if tag == "a" else []
        self.headings += [attributes.get("scope")] if tag == "th" else []
        if tag not in ("meta", "col", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_its_links_lead_somewhere(page: str) -> None:
    anchors = Anchors()
    anchors.feed(page)
    assert anchors.open == []
    assert len(anchors.ids) == len(set(anchors.ids))
    assert {link.removeprefix("#") for link in anchors.links} <= set(anchors.ids)
    assert set(anchors.headings) <= {"row", "col"}
    assert page.count("<caption") == page.count("</table>")
    assert len(page.encode()) < 600_000

"""A chart says what it shows, stands alone, is the same for the same figures, and draws nothing of what is hidden."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reporting.funnels import COLUMNS, funnel
from pipelines.reporting.pages import charts, drawing
from pipelines.reporting.pages.charts import Point, funnels, trajectory
from pipelines.reporting.pages.frame import contrast_with_white
from tests.unit.reporting.made_cells import cell, cells

SVG = "{http://www.w3.org/2000/svg}"
YEARS = [Point(2023, "30%", 0.3), Point(2024, "26%", 0.26), Point(2025, "24%", 0.24)]
PLAN = [Point(2023, "30%", 0.3), Point(2026, "15%", 0.15)]
AREAS = {
    ("trust", "T1"): "Test Trust",
    ("phase", "primary"): "Primary <b>&",
    ("phase", "secondary"): "Secondary",
    **{("academy", f"{number}"): f"Academy {number}" for number in range(1, 9)},
}


def drawn(years: Sequence[Point] = YEARS, prefix: str = "one", **more: Any) -> str:
    return str(trajectory(years, prefix=prefix, title="Less absence", says="What it says.", **{"plan": PLAN, **more}))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def texts(svg: str) -> list[str]:
    return ["".join(item.itertext()) for item in parsed(svg).iter(f"{SVG}text")]


def made_rows(target_level: str = "trust") -> pd.DataFrame:
    """Eight academies, of which the last lies above; of two phases where ``target_level`` is "phase"."""
    shares = [0.2, 0.21, 0.19, 0.2, 0.22, 0.18, 0.2, 0.9]
    rows = [
        cell("pupils", "absent", numerator=round(share * 100 * place), denominator=100 * place, area=("academy", str(place)))
        for place, share in enumerate(shares, start=1)
    ]
    wholes = [cell("pupils", "absent", numerator=900, denominator=3600)]
    areas = [("academy", str(place), f"Academy {place}", "trust", "T1") for place in range(1, 9)]
    if target_level == "phase":
        phases = ["primary", "secondary"]
        wholes += [cell("pupils", "absent", numerator=450, denominator=1800, area=("phase", phase)) for phase in phases]
        areas += [("academy", str(place), f"Academy {place}", "phase", phases[place % 2]) for place in range(1, 9)]
    columns = ["area_level", "area_code", "label", "parent_level", "parent_code"]
    return funnel(cells(*rows, *wholes), pd.DataFrame([*areas, ("trust", "T1", "Test Trust", "", "")], columns=columns))


def funnel_of(rows: pd.DataFrame, prefix: str = "f") -> list[str]:
    return [str(chart) for chart in funnels(rows, AREAS, prefix=prefix, title="Absent <i>", people="pupils")]


PRINTED = {"trajectory": 257, "hidden": 257, "elsewhere": 257, "funnel": 220, "phases": 220}
"""The widths of 68 mm and of a third of an A4 page, at which charts are printed."""
CHARTS = {
    "trajectory": lambda prefix: [drawn(prefix=prefix, ends=(0.2, 0.28), status="at_risk", unit="points")],
    "hidden": lambda prefix: [drawn([Point(2023, "[c]"), Point(2024, "[x]"), Point(2025, "[c]")], prefix=prefix, plan=())],
    "elsewhere": lambda prefix: [drawn(prefix=prefix, plan=[Point(2023, "20%", 0.2), Point(2025, "23%", 0.23)], beside="England")],
    "funnel": lambda prefix: funnel_of(made_rows(), prefix),
    "phases": lambda prefix: funnel_of(made_rows("phase"), prefix),
}


@pytest.mark.parametrize("name", CHARTS)
def test_each_has_one_title_and_one_description_and_names_them(name: str) -> None:
    for svg in CHARTS[name]("a"):
        root = parsed(svg)
        titles, descriptions = root.findall(f".//{SVG}title"), root.findall(f".//{SVG}desc")
        assert (len(titles), len(descriptions)) == (1, 1)
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-labelledby"] == f"{titles[0].attrib['id']} {descriptions[0].attrib['id']}"
        assert titles[0].text and descriptions[0].text


@pytest.mark.parametrize("name", CHARTS)
def test_its_ids_are_its_own_and_the_rest_of_it_hangs_on_nothing(name: str) -> None:
    both = [svg for prefix in ("a", "b") for svg in CHARTS[name](prefix)]
    ids = [item for svg in both for item in re.findall(r' id="([^"]*)"', svg)]
    assert len(ids) == len(set(ids)) == 2 * len(both)
    for svg in both:
        assert "url(" not in svg and "href" not in svg and "class=" not in svg.replace('class="chart"', "")


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_figures_give_the_same_bytes(name: str) -> None:
    assert CHARTS[name]("a") == CHARTS[name]("a")


@pytest.mark.parametrize("name", CHARTS)
def test_every_mark_is_painted_and_every_letter_has_its_size(name: str) -> None:
    for svg in CHARTS[name]("a"):
        for item in parsed(svg).iter():
            kind = item.tag.removeprefix(SVG)
            if kind in ("path", "line", "circle", "rect"):
                assert item.attrib.get("fill") or item.attrib.get("stroke"), svg
            if kind == "text":
                assert f"font-size:{drawing.TEXT}px" in item.attrib["style"]


@pytest.mark.parametrize("name", CHARTS)
def test_it_grows_to_its_place_and_its_letters_are_no_smaller_than_11(name: str) -> None:
    for svg in CHARTS[name]("a"):
        head = svg[: svg.index(">")]
        width = int(re.findall(r'viewBox="0 0 (\d+) ', head)[0])
        assert 'width="100%"' in head
        assert all(drawing.TEXT * place / width >= 11 for place in (280, PRINTED[name]))


def test_marks_and_edges_stand_out_from_paper() -> None:
    colours = [charts.NAVY, charts.TEAL, charts.RUST, charts.AMBER, charts.EDGE, charts.SOFT, charts.INK]
    assert all(contrast_with_white([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) >= 3 for colour in colours)


def test_the_drawing_obeys_the_schema_of_vega_lite(monkeypatch: pytest.MonkeyPatch) -> None:
    specs: list[dict[str, Any]] = []
    write = drawing.vl_convert.vegalite_to_svg

    def seen(spec: dict[str, Any], **more: Any) -> str:
        specs.append(spec)
        return write(spec, **more)

    monkeypatch.setattr(drawing.vl_convert, "vegalite_to_svg", seen)
    for chart in CHARTS.values():
        chart("a")
    assert [alt.LayerChart.from_dict(spec) for spec in specs]


def test_first_last_and_target_are_labelled_with_their_years() -> None:
    assert set(texts(drawn())) == {"30%", "24%", "15%", "2023/24", "2025/26", "2026/27"}


def test_elsewhere_is_named_at_the_end_of_its_line() -> None:
    assert "England 23%" in texts(drawn(plan=[Point(2023, "20%", 0.2), Point(2025, "23%", 0.23)], beside="England"))


def test_a_hidden_year_is_a_hatched_column_with_its_symbol_and_breaks_the_line() -> None:
    whole = drawn([*YEARS, Point(2026, "20%", 0.2)], plan=())
    broken = drawn([YEARS[0], YEARS[1], Point(2025, "[c]"), Point(2026, "20%", 0.2)], plan=())
    assert "[c]" in texts(broken) and "24%" not in broken
    assert broken.count("<line") > 5 > whole.count("<line")
    alone = drawn([YEARS[0], Point(2024, "[c]"), YEARS[2]], plan=())
    assert 'stroke="#12314d" stroke-width="2.25"' not in alone


@settings(max_examples=5, deadline=None)
@given(st.floats(-10, 10), st.floats(-10, 10))
def test_a_range_of_a_hidden_year_is_not_drawn(low: float, high: float) -> None:
    years = [YEARS[0], YEARS[1], Point(2025, "[c]")]
    assert drawn(years, ends=(low, high)) == drawn(years)


def test_status_is_told_by_shape_and_not_by_colour_alone() -> None:
    shapes = {status: drawn(status=status).replace(colour, "") for status, (colour, _) in charts.NOW.items()}
    assert len(set(shapes.values())) == len(charts.NOW)


@pytest.mark.parametrize("years", [[Point(2025, "24%", 0.24)], [Point(2025, "[c]")], [Point(2020 + n, f"{n}%", n / 100) for n in range(9)]])
@pytest.mark.parametrize("plan", [(), PLAN, PLAN[1:], [Point(2025, "24%", 0.24)]])
def test_however_few_or_many_years_it_stays_inside(years: list[Point], plan: list[Point]) -> None:
    svg = drawn(years, plan=plan, ends=(0.2, 0.3))
    width, height = map(int, re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0])
    assert "NaN" not in svg
    for x, y in re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", svg):
        assert -1 <= float(x) <= width and -1 <= float(y) <= height


def test_text_is_escaped() -> None:
    svg = str(trajectory([Point(2025, "<b>&", 1.0)], prefix="a", title="a <b>", says="& <i>", unit="</svg>"))
    assert '<title id="a-t">a &lt;b&gt;</title>' in svg and "&amp; &lt;i&gt;</desc>" in svg
    assert texts(svg) == ["<b>&", "2025/26", "</svg>"]


def test_each_line_has_its_funnel_and_they_span_as_much() -> None:
    own = funnel_of(made_rows("phase"))
    assert [texts(svg)[-3].replace("\n", " ") for svg in own] == ["Primary <b>&: 4 academies", "Secondary: 4 academies"]
    assert len(funnel_of(made_rows())) == 1 and funnel_of(made_rows().head(0)) == []


def test_academies_of_no_one_phase_are_not_called_the_whole_trust() -> None:
    rows = made_rows("phase")
    mixed = rows.assign(
        **{name: rows[name].where(rows["area_code"].ne("1"), other) for name, other in (("target_level", "trust"), ("target_code", "T1"))}
    )
    assert [texts(svg)[-3].replace("\n", " ") for svg in funnel_of(mixed)][-1] == charts.OTHERS
    assert "The line is the rate of the whole trust" in funnel_of(mixed)[-1]


def test_those_outside_are_named_and_those_inside_are_not() -> None:
    rows = made_rows()
    assert dict(zip(rows["area_code"], rows["position"], strict=True))["8"] == "above"
    svg = funnel_of(rows)[0]
    assert [text for text in texts(svg) if "Academy" in text] == ["Academy 890%, above"]
    assert svg.count("<circle") == 7
    assert "Beyond the inner lines: Academy 8, 90% of 800 pupils, above. Inside them: 7." in svg


def test_only_beyond_the_outer_limits_is_a_mark_full() -> None:
    rows = made_rows()
    between = funnel_of(rows)[0]
    beyond = funnel_of(rows.assign(position=rows["position"].replace("above", "far_above")))[0]
    assert f'fill="{charts.RUST}"' in beyond and f'fill="{charts.RUST}"' not in between


def test_the_order_of_the_rows_does_not_show() -> None:
    rows = made_rows("phase")
    assert funnel_of(rows) == funnel_of(rows.iloc[::-1])


def test_no_name_lies_over_another_or_over_an_academy() -> None:
    plane = drawing.Plane(264, 226, (42, 46, 34, 44), (0.0, 1000.0), (0.0, 1.0))
    taken = [(120.0, 100.0, 140.0, 120.0)]
    for _ in range(3):
        box, _align = charts._free_box(plane, (130.0, 110.0), (60.0, 32.0), taken)
        assert all(charts._overlap(box, other) == 0 for other in taken)
        taken.append(box)


def test_the_limits_are_those_of_the_mart() -> None:
    rows = made_rows()
    first = rows.iloc[0]
    error = (first["target"] * (1 - first["target"]) / first["denominator"] * first["overdispersion"]) ** 0.5
    assert list(rows.columns) == COLUMNS
    assert first["high_95"] == pytest.approx(min(1, first["target"] + charts.SIZES["95"] * error))
    assert first["high_998"] == pytest.approx(min(1, first["target"] + charts.SIZES["998"] * error))

"""What drawn charts are made of: a plane with two axes, marks that carry their own paint, and the SVG that they become.

Vega-Altair lays a chart out and vl-convert writes it. A page's style does not reach into an SVG that is printed, so every mark is painted here.
Nothing is fetched, and the same marks give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from pipelines.reporting.pages.plots import SOFT

FONT = "Report Sans, system-ui, sans-serif"
TEXT = 13
SIDEWAYS, UP_TO, BY_PIECE, ALONG = alt.X2("x2:Q"), alt.Y2("y2:Q"), alt.Detail("piece:N"), alt.Order("x:Q")
CIRCLE = re.compile(r'<path( transform="[^"]*") d="M([\d.]+),0A\2,\2,0,1,1,-\2,0A\2,\2,0,1,1,\2,0Z?"')


@dataclass(frozen=True)
class Layer:
    """One kind of mark: its ``rows``, the ``style`` of the mark, and how a row's numbers become its place."""

    rows: list[dict[str, Any]]
    style: dict[str, Any]
    encoding: dict[str, Any]


@dataclass(frozen=True)
class Plane:
    """A drawing of ``width`` by ``height`` whose axes span ``x`` and ``y`` within margins (left, right, top, bottom)."""

    width: int
    height: int
    margins: tuple[int, int, int, int]
    x: tuple[float, float]
    y: tuple[float, float]

    @property
    def across(self) -> tuple[float, float]:
        return self.margins[0], self.width - self.margins[1]

    @property
    def upwards(self) -> tuple[float, float]:
        return self.height - self.margins[3], self.margins[2]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a number lies, in units of the drawing."""
        (left, right), (bottom, top) = self.across, self.upwards
        share_x, share_y = (x - self.x[0]) / (self.x[1] - self.x[0]), (y - self.y[0]) / (self.y[1] - self.y[0])
        return left + share_x * (right - left), bottom + share_y * (top - bottom)

    def number(self, x: float, y: float) -> tuple[float, float]:
        """The numbers that lie at a place of the drawing: the reverse of :meth:`at`."""
        (left, right), (bottom, top) = self.across, self.upwards
        share_x, share_y = (x - left) / (right - left), (y - bottom) / (top - bottom)
        return self.x[0] + share_x * (self.x[1] - self.x[0]), self.y[0] + share_y * (self.y[1] - self.y[0])

    def encoding(self, axis_x: alt.Axis | None = None, axis_y: alt.Axis | None = None) -> dict[str, Any]:
        """How ``x`` and ``y`` of a row become places."""
        scale_x = alt.Scale(domain=list(self.x), range=list(self.across), nice=False, zero=False)
        scale_y = alt.Scale(domain=list(self.y), range=list(self.upwards), nice=False, zero=False)
        return {"x": alt.X("x:Q", scale=scale_x, axis=axis_x, title=None), "y": alt.Y("y:Q", scale=scale_y, axis=axis_y, title=None)}


def box(plane: Plane, start: tuple[float, float], end: tuple[float, float]) -> dict[str, float]:
    (x, y), (x2, y2) = plane.number(*start), plane.number(*end)
    return {"x": x, "y": y, "x2": x2, "y2": y2}


def spot(shape: str, size: int, fill: str, edge: str, width: float) -> dict[str, Any]:
    """A mark of its own paint; ``size`` is its area."""
    return {"type": "point", "shape": shape, "size": size, "filled": True, "fill": fill, "stroke": edge, "strokeWidth": width, "opacity": 1}


def words(
    rows: list[dict[str, Any]],
    place: dict[str, Any],
    *,
    text: str | None = None,
    align: str = "center",
    dx: float = 0,
    dy: float = 0,
    bold: bool = False,
    colour: str = SOFT,
) -> Layer:
    """Text at the rows' places: their own ``text``, or one for all. ``dy`` counts from the middle of the letters."""
    style = {"type": "text", "align": align, "baseline": "middle", "dx": dx, "dy": dy, "color": colour, "fontWeight": 600 if bold else 400}
    said = alt.value(text) if text is not None else alt.Text("text:N")
    return Layer(rows, {**style, "fontSize": TEXT, "lineHeight": TEXT + 3, "lineBreak": "\n"}, {**place, "text": said})


def drawn(layers: Sequence[Layer], plane: Plane, prefix: str, title: str, says: str) -> Markup:
    """The layers as one SVG that names and describes itself; ``prefix`` keeps its two ids apart from others of the page."""
    config = alt.Config(background="transparent", aria=False, font=FONT, view=alt.ViewConfig(stroke=None, fill=None))
    size = {"width": plane.width, "height": plane.height, "padding": 0, "autosize": alt.AutoSizeParams(type="none")}
    filled = [layer for layer in layers if layer.rows]
    charts = [_chart(f"rows{number}", layer) for number, layer in enumerate(filled)]
    spec = alt.layer(*charts, **size, config=config).to_dict(validate=False)
    spec["datasets"] = {f"rows{number}": layer.rows for number, layer in enumerate(filled)}
    drawing = vl_convert.vegalite_to_svg(spec, vl_version=".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2]), allowed_base_urls=[])
    head = Markup(
        '<svg class="chart" role="img" aria-labelledby="{0}-t {0}-d" viewBox="0 0 {1} {2}" width="100%" style="max-width:{3}px">'
        '<title id="{0}-t">{4}</title><desc id="{0}-d">{5}</desc>'
    ).format(prefix, plane.width, plane.height, round(plane.width * 1.2), title, says)
    return head + Markup(_bare(drawing)) + Markup("</svg>")


def _chart(name: str, layer: Layer) -> alt.Chart:
    """The layer for Altair, which is not given the rows: it would copy and check each one."""
    chart = alt.Chart(alt.NamedData(name=name)).encode(**layer.encoding)
    chart.mark = alt.MarkDef(**layer.style)
    return chart


def _bare(drawing: str) -> str:
    """What is drawn, without the frame around it; letters keep their size and weight whatever the page says.

    Circles become circles: of the two arcs that Vega writes, print makes a hexagon. Places keep two decimals.
    """
    inner = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    inner = re.sub(r'<path class="(?:background|foreground)"[^>]*/>', "", inner)
    inner = re.sub(r' (?:class|role|aria-roledescription)="[^"]*"', "", inner)
    inner = CIRCLE.sub(r'<circle\1 r="\2"', inner)
    inner = re.sub(r' (?:transform|d|r|[xy][12]?)="[^"]*"', lambda place: re.sub(r"\d+\.\d+", _two_decimals, place[0]), inner)
    return re.sub(r' font-family="([^"]*)" font-size="([^"]*)"(?: font-weight="([^"]*)")?', _lettering, inner)


def _two_decimals(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _lettering(found: re.Match[str]) -> str:
    family, size, weight = found.groups()
    return f' style="font-family:{family};font-size:{size};font-weight:{weight or 400}"'

"""What every page has in common: the trust's look, the dates and shares that figures rest on, and the words for what is not shown."""

from __future__ import annotations

import base64
import datetime as dt
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.catalogue.trust import Brand
from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, NOT_SHOWN, SIMILAR
from pipelines.reporting.words import academic_year, upper_first

TEMPLATES = Path(__file__).parent / "templates"
FACES = (
    ("Report Sans", 400, "source-sans-3-latin-400-normal.woff2"),
    ("Report Sans", 600, "source-sans-3-latin-600-normal.woff2"),
    ("Report Serif", 600, "source-serif-4-latin-600-normal.woff2"),
)
VERDICT_WORDS = {CLEAR: "Clear gap", LIKELY: "Likely gap", SIMILAR: "Similar", CANNOT_TELL: "Cannot tell", NOT_SHOWN: "Not shown"}
HIDDEN_WORDS = {"c": "hidden", "x": "no data", "z": "does not apply"}
READABLE = 4.5


@dataclass(frozen=True)
class Context:
    """What a page says of the figures that the marts do not hold. No clock: the same draft gives the same bytes.

    ``reference_date``: the census day of the roll. ``threshold`` and ``few_below`` are the policy's. ``rounding``: the base of rounded
    figures, 0 where none are; ``rounded``: the titles of the populations that are.
    """

    period: str
    made_up: bool
    threshold: int
    few_below: int
    reference_date: dt.date | None = None
    rounding: int = 0
    rounded: tuple[str, ...] = ()

    @property
    def year(self) -> str:
        """The academic year in words."""
        return academic_year(self.period)

    @property
    def pay_day(self) -> dt.date:
        """The snapshot day of pay within the academic year (Specific Duties Regulations 2017, schedule 1)."""
        return dt.date(int(self.period[:4]) + 1, 3, 31)

    @property
    def three_years(self) -> str:
        """The three academic years that end with it, in words."""
        return academic_year(f"{self.period}_pool").partition(",")[0]


def render(template: str, brand: Brand, context: Context, title: str, trust: str, **view: Any) -> str:
    """A whole page: ``template`` extends ``base.html`` and is given ``view``; ``title`` is the page's name in a browser and a PDF reader."""
    frame = {
        "brand": brand,
        "colour": readable(brand.colour),
        "accent": readable(brand.accent),
        "context": context,
        "page_title": title,
        "trust": trust,
        "year": context.year,
        "fonts": fonts(),
        "words": VERDICT_WORDS,
        "standing": None,
        "foot": _css_text(f"{title}. {upper_first(view['standing'].line)}" if view.get("standing") else title),
        "hidden_words": HIDDEN_WORDS | {"low": f"1 to {context.threshold - 1} people"},
    }
    return _jinja().get_template(template).render(frame | view)


def _css_text(text: str) -> Markup:
    """``text`` as a string of a style sheet, whatever it holds."""
    return Markup('"' + "".join(sign if sign.isalnum() or sign in " .,:;·" else f"\\{ord(sign):x} " for sign in text) + '"')


@functools.cache
def fonts() -> Markup:
    """The faces of the pages as a style sheet that holds the fonts themselves."""
    held = {file: base64.b64encode((TEMPLATES / "fonts" / file).read_bytes()).decode() for _, _, file in FACES}
    face = '@font-face{{font-family:"{}";font-weight:{};src:url(data:font/woff2;base64,{}) format("woff2")}}\n'
    return Markup("".join(face.format(family, weight, held[file]) for family, weight, file in FACES))


@functools.cache
def _jinja() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.filters["upper_first"] = upper_first
    return pages


def readable(colour: str) -> str:
    """``colour`` (``#rrggbb``), darkened until white text on it has the contrast that WCAG 2.2 AA asks for (4.5 to 1)."""
    channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    while contrast_with_white(channels) < READABLE:
        channels = [int(channel * 0.95) for channel in channels]
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def contrast_with_white(channels: list[int]) -> float:
    """The contrast ratio of WCAG 2.2 between a colour, three channels of 0 to 255, and white."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (channel / 255 for channel in channels)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)

"""What a disclosure policy may declare. The rules themselves are the disclosure room's."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from pipelines.catalogue.entry import AreaLevel, Code, Entry, Name, Urn


class PublicTotal(Entry):
    """A figure published elsewhere, which hiding could not protect: known to everyone and always shown."""

    measure: Name
    population: Name
    area_level: AreaLevel
    source: str


class Cross(Entry):
    """Two characteristics that a policy allows to be published together, for one population."""

    population: Name
    measure: Name
    characteristic: Name
    cross_characteristic: Name
    area_level: AreaLevel = "trust"


class KnownGroup(Entry):
    """Everyone knows that an academy has nobody, or nobody else, in a group: boys in a girls' school."""

    academy_urn: Urn
    characteristic: Name
    group: Code


class HiddenShare(Entry):
    """Rounding applies from the share of figures on that hiding would have hidden."""

    hidden_share: float = Field(ge=0, lt=1)


class Rounding(Entry):
    """The declared alternative to hiding: every count of a population, totals too, as a multiple of ``base``, so that totals agree.

    ``when``: always, or only where hiding would leave too little. ``populations``: all, or the names of some; populations that one can
    subtract from each other are rounded together.
    """

    base: int = Field(ge=2)
    when: Literal["always"] | HiddenShare
    populations: Literal["all"] | tuple[Name, ...] = "all"


class DisclosurePolicy(Entry):
    """How small numbers are protected. Nothing here has a default in code but what the named profile sets.

    ``worth``: how many times dearer it is to hide a figure of an area level, or of everyone, than one of a single group in an academy.
    ``stability``: how many times dearer it is to hide what the last release showed, and cheaper what it hid; 1 is none.
    ``budget``: seconds, of a common core, for the search for the cheapest pattern; safety does not depend on it.
    ``insider_third``: a hidden single person stands in no sum with only one other hidden number, whose value that person would know;
    setting it false accepts that, on record in every manifest.
    ``optional``: measures that are counted only where they are named here, such as pay gaps by ethnicity.
    ``price_coarser``: for how many tables, at most, the nightly run says what the rest would show without them; 0 for none.
    """

    profile: Name
    threshold: int = Field(ge=2)
    level: Literal["exact", "interval"]
    dominance: float = Field(gt=0, le=1)
    few_below: int
    figure_floor: int
    worth: dict[str, float] = {}
    budget: float = Field(gt=0)
    stability: float = Field(default=1, ge=1)
    insider_third: bool = True
    price_coarser: int = Field(ge=0, default=0)
    public_totals: tuple[PublicTotal, ...] = ()
    crosses: tuple[Cross, ...] = ()
    known: tuple[KnownGroup, ...] = ()
    optional: tuple[Name, ...] = ()
    rounding: Rounding | None = None

    @model_validator(mode="after")
    def _rounds_no_shown_count_to_nothing(self) -> DisclosurePolicy:
        if self.rounding is not None and self.rounding.base > self.threshold:
            raise ValueError(f"rounding to {self.rounding.base} needs a threshold of at least {self.rounding.base}")
        return self

"""What the law asks a trust to publish every year, for anybody, and the staff summary: from the same protected cells, with the same symbols."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipelines.catalogue.trust import Brand
from pipelines.reporting.commentary import say
from pipelines.reporting.marts import Marts
from pipelines.reporting.pages.board import APPLICANTS, PUPILS, UNRATED, finding_card
from pipelines.reporting.pages.findings import findings, going_well, lead, not_known
from pipelines.reporting.pages.frame import Context, render
from pipelines.reporting.pages.gap_tables import gap_tables, over_three_years, untabled
from pipelines.reporting.pages.objectives import Card
from pipelines.reporting.pages.pay_table import pay
from pipelines.reporting.pages.people_tables import academy_table, composition
from pipelines.reporting.pages.standing import standing
from pipelines.reporting.words import per_cent, within_sentence

ROOM, MOST_LISTED = 400, 12
MOST_ASKED = 3


def public_page(marts: Marts, objectives: list[Card], brand: Brand, context: Context, links: list[tuple[str, str]]) -> str:
    """Equality information for anybody (Equality Act 2010 (Specific Duties and Public Authorities) Regulations 2017, regulation 4).

    ``links``: title and relative address of what lies beside the page, the academies' pages among them.
    """
    academies = academy_table(marts, context.few_below)
    everybody = {name: gap_tables(marts, subjects, context.few_below, ROOM, MOST_LISTED) for name, subjects in _subjects().items()}
    return render(
        "public.html",
        brand,
        context,
        f"Equality information {context.year}",
        marts.trust,
        lead=lead(findings(marts.gaps_at("trust"))),
        well=going_well(marts),
        standing=standing(marts, context, academies.titles),
        composition=composition(marts),
        applicants=composition(marts, _applied(marts)),
        gaps=everybody,
        untabled={name: untabled(marts, _subjects()[name], tables) for name, tables in everybody.items()},
        three_years={name: over_three_years(marts, subjects, context.three_years, MOST_LISTED) for name, subjects in _subjects().items()},
        academies=academies,
        pay=pay(marts),
        objectives=[card for card in objectives if not card.area],
        links=links,
    )


def staff_summary(marts: Marts, objectives: list[Card], brand: Brand, context: Context) -> str:
    """One page in plain words for staff and governors: the findings, pay, how objectives stand, and what is not known yet."""
    staff = marts.gaps_at("trust")
    chosen = findings(marts.gaps_at("trust"))
    working = findings(staff[staff["subject"].eq("staff")])
    unknown = not_known(marts)
    unknown = unknown[unknown["whom"].eq("staff") & ~unknown["is_context"] & unknown["share"].gt(0)]
    unknown = unknown.sort_values(["share", "label"], ascending=[False, True]).head(MOST_ASKED)
    figures = pay(marts)
    own = [card for card in objectives if not card.area and card.status not in UNRATED]
    return render(
        "staff.html",
        brand,
        context,
        f"Equality at {marts.trust}, {context.year}",
        marts.trust,
        lead=lead(chosen),
        cards=[replace(finding_card(row), mis="") for _, row in chosen.iterrows()],
        working=[replace(finding_card(row), mis="") for _, row in working.iterrows()],
        well=going_well(marts),
        pay=figures.sentence if figures else "",
        objectives=own,
        unknown=[say(71, characteristic=within_sentence(row["label"]), share=per_cent(row["share"])) for _, row in unknown.iterrows()],
        standing=standing(marts, context),
    )


def _applied(marts: Marts) -> tuple[str, ...]:
    """The populations of whoever applied, for a post or a place: regulation 4 asks for information about all who are affected."""
    rows = marts.populations[marts.populations["subject"].isin(APPLICANTS) & marts.populations["base"].fillna("").eq("")]
    return tuple(sorted(rows["population"]))


def _subjects() -> dict[str, tuple[str, ...]]:
    return {"Pupils": PUPILS, "Staff": ("staff",), "Applicants": APPLICANTS}


def index_page(marts: Marts, brand: Brand, context: Context, groups: list[tuple[str, list[tuple[str, str, str]]]]) -> str:
    """What this release holds: for each heading the title, address and purpose of every file."""
    view: dict[str, Any] = {"groups": groups, "standing": standing(marts, context)}
    return render("index.html", brand, context, f"Equality figures {context.year}", marts.trust, **view)

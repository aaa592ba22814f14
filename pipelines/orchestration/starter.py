"""A new home: an empty one to fill in, or the demonstration's. What a trust declares is explained where it is declared."""

from __future__ import annotations

from pipelines.home import Home, make_keys

ACADEMIES = """\
# The trust and its academies. year_groups: the national curriculum years taught (N1 N2 R 1 ... 14).
code: TRUST
name: Our Trust
academies:
  - {urn: "100001", name: First Academy, year_groups: [R, "1", "2", "3", "4", "5", "6"]}
"""
CALENDAR = """\
# Reporting periods. reference_date: the census day the roll is taken on. release_from: no release before that day.
# approvals: how many people must approve a release (0, 1 or 2).
open_period: 2025-26
approvals: 1
periods:
  - {period: 2025-26, starts: 2025-09-01, ends: 2026-08-31, reference_date: 2026-01-15, release_from: 2026-12-01}
"""
POLICY = """\
# How small numbers are protected. Profiles: publication (threshold 10), threshold_5, rounding (to five, so that totals
# agree). Name a figure that is public already under public_totals, with where it is published.
profile: publication
"""
BRAND = """\
# colour: the head of every page; accent: links and lines; both are darkened where they could not be read. logo: a picture beside this file.
short_name: Our Trust
colour: "#1d3a5f"
accent: "#1b5e9b"
logo: ""
contact: data@example.org
"""
OBJECTIVES = """\
# The trust's published equality objectives; what becomes of each is computed. Kinds: target, gap, benchmark, monitor, refused.
# A baseline without a value is the figure of its period; area: an academy whose own the objective is; against: England, or another geography.
objectives: []
#  - {code: O1, title: Fewer suspensions of pupils with SEN support, kind: gap, measures: [suspended], characteristic: sen_provision, group: sen_support,
#     comparator: none, baseline: {period: 2024-25}, target: {period: 2027-28, value: 1.5}, owner: Director of inclusion, aim: eliminate, why: ""}
"""
STARTER = {
    "calendar.yml": CALENDAR,
    "disclosure_policy.yml": POLICY,
    "brand.yml": BRAND,
    "objectives.yml": OBJECTIVES,
    "academies.yml": ACADEMIES,
}
"""In the order in which they are written: the last is the one by which a home is known, so that a killed ``init`` can be run again."""


def write_starter(home: Home) -> None:
    """Make an empty home with new keys and a trust to fill in."""
    home.make()
    make_keys(home)
    for name, text in STARTER.items():
        (home.trust / name).write_text(text, "utf-8")


def write_demonstration(home: Home, seed: int, small: bool = False) -> None:
    """Make the home of the demonstration trust, with its files lying in the drop folders; ``small``: six academies and one year."""
    from pipelines import demo
    from pipelines.catalogue import load

    home.make()
    make_keys(home)
    demo.make(home, load, seed=seed, size=demo.SMALL if small else demo.FULL)

"""What an attack found: places and ways, never a number that was hidden. Finding it is elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from expectations.verdict import Check

WAYS = ("lines", "remainders", "algebra", "bounds", "whole numbers", "means")


@dataclass(frozen=True)
class Recovered:
    """A protected number the attacker worked out: where it stands and by which attack. The number itself is left out."""

    place: Mapping[str, str]
    statistic: str
    way: str

    def named(self) -> str:
        """The place in one line, as a person would look it up."""
        return " ".join(f"{key}={value}" for key, value in self.place.items() if value != "all") + f" [{self.statistic}]"


@dataclass(frozen=True)
class Narrow:
    """A hidden number whose range is smaller than an interval policy asks. ``certain`` when it can only be a small one, and not
    nobody, ``excused`` when it would be as narrow if everything that may be hidden were."""

    place: Mapping[str, str]
    statistic: str
    certain: bool
    excused: bool = False


@dataclass(frozen=True)
class Leak:
    """Something a written file must not hold: which file, and what kind of thing."""

    file: str
    kind: str


@dataclass(frozen=True)
class AttackReport:
    """The outcome of one attack.

    ``recovered``: hidden counts of 1 to k-1 that are certain (also complements, differences, parts), whole groups of a sensitive
    measure, hidden means. ``regained``: hidden numbers that are certain but harmless (nought, or k and more). ``narrow``: ranges
    smaller than an interval policy asks, counted by width in ``widths``. ``unanswered``: questions about exact recovery that time
    ran out for, ``unbounded_in_time`` those about width. ``restated_by_few``: numbers that moved by 1 to k-1 since the last release.
    ``isolated``: groups of 1 to k-1 joiners or leavers that whoever knows the totals works out from two publications.
    ``told_by_oneself``: small counts that the one person behind a hidden 1 works out (P11; only a judge knows where these are).
    ``told``: whether the attacker was told which hidden numbers are small, as a judge is.
    ``leaks``: what written files must not hold. ``problems``: why the release could not be attacked as a whole.

    At level exact ``recovered``, ``isolated``, ``told_by_oneself``, ``leaks``, ``unanswered`` and ``problems`` block; at level interval
    also ``unbounded_in_time`` and ``narrow``, but for what is excused (P5): those places are for a person, who merges groups or
    withdraws the table.
    """

    k: int
    level: str
    statistics: int = 0
    attacked: int = 0
    recovered: tuple[Recovered, ...] = ()
    regained: int = 0
    narrow: tuple[Narrow, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    unanswered: int = 0
    unbounded_in_time: int = 0
    restated_by_few: int = 0
    isolated: tuple[Recovered, ...] = ()
    told_by_oneself: tuple[Recovered, ...] = ()
    leaks: tuple[Leak, ...] = ()
    problems: tuple[str, ...] = ()
    told: bool = False
    seconds: float = 0.0

    @property
    def by_attack(self) -> dict[str, int]:
        """How many protected numbers each way of attacking recovered first."""
        found = Counter(item.way for item in self.recovered)
        return {way: found[way] for way in WAYS}

    @property
    def too_narrow(self) -> int:
        """How many ranges of small counts are narrower than they need be; who was not ``told`` which are small knows the certain ones."""
        return sum(not item.excused and (item.certain or self.told) for item in self.narrow)

    @property
    def passed(self) -> bool:
        """Whether the release stands at its own level; an attack that looked at nothing has not shown anything."""
        told = self.recovered or self.isolated or self.told_by_oneself or self.leaks
        exact = self.statistics > 0 and not (told or self.unanswered or self.problems)
        return exact and (self.level == "exact" or not (self.too_narrow or self.unbounded_in_time))

    @property
    def checks(self) -> tuple[Check, ...]:
        """The attack as checks of a verdict."""
        wide = not (self.too_narrow or self.unbounded_in_time)
        return (
            Check("attack_was_complete", "attack", self.statistics > 0 and not self.problems and not self.unanswered,
                  self.statistics, "; ".join(self.problems) or (f"{self.unanswered} unanswered" if self.unanswered else "")),
            Check("nothing_can_be_recovered", "attack", not self.recovered, self.attacked,
                  ", ".join(f"{way}: {count}" for way, count in self.by_attack.items() if count)),
            Check("no_mover_is_isolated", "attack", not self.isolated, self.attacked,
                  f"{len(self.isolated)} groups of joiners or leavers" if self.isolated else ""),
            Check("no_one_learns_by_being_counted_alone", "attack", not self.told_by_oneself, self.attacked,
                  f"{len(self.told_by_oneself)} small counts" if self.told_by_oneself else ""),
            Check("files_hold_nothing_hidden", "attack", not self.leaks, self.statistics,
                  "; ".join(f"{leak.file}: {leak.kind}" for leak in self.leaks)),
            Check("ranges_are_wide_enough", "attack", wide or self.level == "exact", self.attacked,
                  f"{self.too_narrow} narrow, {self.unbounded_in_time} not bounded in time" if not wide else ""),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary without any hidden number."""
        return {
            "passed": self.passed,
            "k": self.k,
            "level": self.level,
            "statistics": self.statistics,
            "attacked": self.attacked,
            "told_by_oneself": [asdict(item) for item in self.told_by_oneself],
            "recovered": [asdict(item) for item in self.recovered],
            "isolated": [asdict(item) for item in self.isolated],
            "regained": self.regained,
            "by_attack": self.by_attack,
            "narrow": len(self.narrow),
            "too_narrow": self.too_narrow,
            "excused": sum(item.excused for item in self.narrow),
            "certainly_small": sum(item.certain for item in self.narrow),
            "widths": dict(self.widths),
            "unanswered": self.unanswered,
            "unbounded_in_time": self.unbounded_in_time,
            "restated_by_few": self.restated_by_few,
            "leaks": [asdict(leak) for leak in self.leaks],
            "problems": list(self.problems),
        }

    def as_text(self, most: int = 20) -> str:
        """A short table for a person; ``most`` limits the places that are named."""
        lines = [
            f"Statistics rebuilt      {self.statistics:>9,}",
            f"Hidden and attacked     {self.attacked:>9,}",
            f"Recovered (1 to {self.k - 1:<2})     {len(self.recovered):>9,}",
            *(f"  by {way:<19}{count:>9,}" for way, count in self.by_attack.items() if count),
            f"Regained, harmless      {self.regained:>9,}",
            f"Range too narrow        {len(self.narrow):>9,}   (certainly small: {sum(n.certain for n in self.narrow):,})",
            f"  whatever is hidden    {sum(n.excused for n in self.narrow):>9,}",
            *(f"  width {width:<16}{count:>9,}" for width, count in self.widths.items() if count),
            f"Movers isolated         {len(self.isolated):>9,}",
            f"Told by being alone     {len(self.told_by_oneself):>9,}",
            f"Unanswered              {self.unanswered:>9,}",
            f"Width not known in time {self.unbounded_in_time:>9,}",
            *(f"Problem: {problem}" for problem in self.problems),
            *(f"{leak.file}: {leak.kind}" for leak in self.leaks),
            *(f"  {item.named()} by {item.way}" for item in (*self.recovered, *self.isolated, *self.told_by_oneself)[:most]),
            f"Level {self.level}: {'PASSED' if self.passed else 'FAILED'} in {self.seconds:.1f} s",
        ]
        return "\n".join(lines)

"""The cheapest pattern for a linked system at either level, and which intervals it leaves too narrow (P5). Frames belong elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.disclosure import work
from pipelines.disclosure.exact import Proof
from pipelines.disclosure.linked import Floats, Linked, Mask
from pipelines.disclosure.policy import Level
from pipelines.disclosure.reach import standing_short
from pipelines.disclosure.solve import settle
from pipelines.disclosure.task import pieces


@dataclass(frozen=True)
class Cheapest:
    """hidden: a pattern in which every goal that can be protected is. met: goals whose whole need it meets, as a witness shows. price: of
    hiding each statistic beside the start; bound: what any such pattern costs at least; proven: none is cheaper than this. seconds:
    nominal, of `work`."""

    hidden: Mask
    met: Mask
    price: Floats
    bound: float
    proven: bool
    seconds: float

    def cost_of(self, hidden: Mask) -> float:
        """What a pattern hides, by the prices that the bound is made of."""
        return float(self.price[hidden].sum())


def needs(system: Linked, k: int) -> tuple[Floats, Floats]:
    """P5: how far each statistic must be able to rise, and over how wide a range to move."""
    return np.maximum(k - system.value, 0.0), np.full(len(system), float(k - 1))


def narrow(system: Linked, hidden: Mask, goals: Mask, k: int) -> Mask:
    """Goals whose interval, under this pattern, falls short of P5."""
    found = goals.copy()
    for task in pieces(system, hidden, goals, *needs(system, k), cone=False):
        found[task.ids[task.goals]] = False
        found[task.ids[task.goals[standing_short(task)]]] = True
    return found


def cheapest(system: Linked, start: Mask, goals: Mask, k: int, level: Level, budget: float) -> Cheapest:
    """Hide beside `start` what protects `goals` at the least cost, within about `budget` nominal seconds (of `work`: no clock is read).

    At level exact a goal must be able to move at all, at level interval as P5 asks, or as far as hiding everything lets it.
    """
    began = work.now()
    start = system.close(start)
    lift, width = needs(system, k) if level == "interval" else (np.zeros(len(system)), np.ones(len(system)))
    tasks = sorted(pieces(system, start, goals, lift, width, cone=level == "exact"), key=len)
    total = max(sum(len(task) for task in tasks), 1)
    hidden, met, proofs = start.copy(), np.zeros(len(system), dtype=bool), list[Proof]()
    for task in tasks:
        proof = settle(task, budget * len(task) / total)
        hidden[task.ids[proof.hidden]] |= system.published[task.ids[proof.hidden]]
        whole = task.ids[task.goals]
        met[whole] = (task.lift >= lift[whole]) & (task.width >= width[whole])  # the others' needs were lowered, since nothing meets them
        proofs.append(proof)
    return Cheapest(
        hidden=system.close(hidden),
        met=met,
        price=np.where(start | ~system.published, 0.0, system.price(start)),
        bound=sum(proof.bound for proof in proofs),
        proven=all(proof.proven for proof in proofs),
        seconds=(work.now() - began) / work.SECOND,
    )

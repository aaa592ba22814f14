"""Secondary suppression at level `exact`: hide until nothing hidden can be worked out. Primary rules and frames belong elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipelines.disclosure import audit, circuits, lines
from pipelines.disclosure.linked import Linked, Mask

ROUNDS = 40


@dataclass(frozen=True)
class Pattern:
    """What is hidden; statistics that stay recoverable whatever is hidden (empty unless public totals give them away);
    indexes of families hidden whole, or whose zeros had to be hidden, because nothing less protected them; audits made."""

    hidden: Mask
    unprotected: Mask
    whole_families: list[int] = field(default_factory=list)
    opened_families: list[int] = field(default_factory=list)
    rounds: int = 0


def exact(system: Linked, primary: Mask, latent: Mask, insider_third: bool = True, everything: bool = True) -> Pattern:
    """A pattern in which no hidden statistic, and no latent primary, is fixed by equations and bounds (own audit).

    With `everything` false only the primaries, published and latent, are protected; a secondary may be recoverable.

    Lines first, then one cheapest circuit for each statistic the audit still finds fixed, and again until the audit is clean. Where no
    circuit exists zeros of the family may be hidden, then the whole family is. Once it is clean, what no table prints but every reader
    works out is taken as known in the sums of which a single person is part (P11).
    """
    near = circuits.Neighbourhood(system)
    hidden = system.close(primary)
    opened = np.zeros(int(system.family.max(initial=-1)) + 1, dtype=bool)
    whole = np.zeros_like(opened)
    given_up = np.zeros(len(system), dtype=bool)
    for round_number in range(1, ROUNDS + 1):
        hidden = lines.fill(system, hidden, primary | latent, insider_third, everything)
        fixed = audit.fixed(system, hidden)
        found = fixed & (hidden | latent if everything else primary | latent)
        open_ = found & ~given_up
        if not open_.any():
            known = fixed & ~system.published
            thirds = lines.fill(system, hidden, primary | latent, insider_third, everything, known) if insider_third else hidden
            if not np.array_equal(thirds, hidden):
                hidden = thirds
                continue
            return Pattern(hidden, found, np.flatnonzero(whole).tolist(), np.flatnonzero(opened).tolist(), round_number)
        hidden, stuck = _mend(system, near, hidden, open_, opened)
        families = np.unique(system.family[stuck])
        fresh = families[~opened[families]]
        if len(fresh):
            opened[fresh] = True
        elif len(families):
            rest = families[~whole[families]]
            given_up[stuck[np.isin(system.family[stuck], families[whole[families]])]] = True
            whole[rest] = True
            hidden |= system.candidate & system.published & np.isin(system.family, rest)
    hidden |= system.candidate & system.published
    left = audit.fixed(system, hidden) & (hidden | latent)
    return Pattern(hidden, left, np.unique(system.family[system.published]).tolist(), np.flatnonzero(opened).tolist(), ROUNDS)


def _mend(system: Linked, near: circuits.Neighbourhood, hidden: Mask, open_: Mask, opened: Mask) -> tuple[Mask, np.ndarray]:
    """Add a cheapest circuit for each open statistic, smallest value first; returns those for which there is none.

    Where a nought of its family may be hidden, that comes before hiding the family: whether it was enough the next audit says.
    """
    hidden = hidden.copy()
    moves = np.zeros(len(system), dtype=bool)
    stuck = []
    ids = np.flatnonzero(open_)
    for target in ids[np.lexsort((ids, system.value[ids]))]:
        if moves[target]:
            continue
        asked = (system, near, hidden, int(target), opened)
        found = circuits.cheapest(*asked) or circuits.of_a_nought(*asked)
        if found is None:
            stuck.append(target)
            continue
        moved = found[0]
        moves[moved] = True
        hidden[moved[system.published[moved]]] = True
        hidden = system.close(hidden)
    return hidden, np.array(stuck, dtype=int)

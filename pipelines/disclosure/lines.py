"""Secondary suppression one line at a time: cheap, vectorised, blind to loops. What it misses belongs to `circuits`."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure.linked import Floats, Linked, Mask, directions


def fill(system: Linked, hidden: Mask, needs: Mask, insider_third: bool, everything: bool = True, known: Mask | None = None) -> Mask:
    """Hide the cheapest partner in every line where a statistic in need stands alone, until no line changes.

    needs: statistics that may not be fixed, whether hidden or latent; with `everything`, all that is hidden too. With
    `insider_third`, a line whose two unknowns include a single person gets a third (P11), where it has one to give; `known` statistics,
    which nobody prints but every reader works out, are no unknowns of such a line.
    """
    known = np.zeros(len(system), dtype=bool) if known is None else known
    hidden = system.close(hidden)
    entries = system.equations.tocoo()
    barren = np.zeros(entries.shape[0], dtype=bool)
    while True:
        lonely, lifts, drops = _lonely(system, entries, hidden, hidden | needs if everything else needs)
        lonely &= ~barren
        if not lonely.any() and insider_third:
            lonely = _pairs(system, entries, hidden, known) & ~barren
            lifts = drops = lonely
        if not lonely.any():
            return hidden
        chosen, served = _cheapest(system, entries, hidden, lonely, lifts, drops)
        barren |= lonely & ~served
        hidden[chosen] = True
        hidden = system.close(hidden)


def _movement(system: Linked, entries: sp.coo_matrix, hidden: Mask) -> tuple[Mask, Mask]:
    """Per entry: could it push its line's sum up, and down, if it were unknown?"""
    up, down = directions(system.value, *system.bounds(hidden))
    positive = entries.data > 0
    return np.where(positive, up[entries.col], down[entries.col]), np.where(positive, down[entries.col], up[entries.col])


def _lonely(system: Linked, entries: sp.coo_matrix, hidden: Mask, needs: Mask) -> tuple[Mask, Mask, Mask]:
    """Lines with a statistic in need that nothing unknown in the line balances, and which way they need a partner to push."""
    unknown = (hidden | ~system.published)[entries.col]
    raises, lowers = (side & unknown for side in _movement(system, entries, hidden))
    rows = entries.shape[0]
    above = np.bincount(entries.row, weights=raises, minlength=rows)
    below = np.bincount(entries.row, weights=lowers, minlength=rows)
    free = (raises & (below[entries.row] - lowers > 0)) | (lowers & (above[entries.row] - raises > 0))
    stuck = unknown & ~free & needs[entries.col]
    lonely, lifts, drops = (np.zeros(rows, dtype=bool) for _ in range(3))
    lonely[entries.row[stuck]] = True
    drops[entries.row[stuck & raises]] = True
    lifts[entries.row[stuck & lowers]] = True
    # an unknown that can move neither way by itself (a zero under a zero) waits for its whole: any partner will do
    still = stuck & ~raises & ~lowers
    drops[entries.row[still]] = lifts[entries.row[still]] = True
    return lonely, lifts, drops


def _pairs(system: Linked, entries: sp.coo_matrix, hidden: Mask, known: Mask) -> Mask:
    """Sums with exactly two unknowns, one of them a single person."""
    unknown = (hidden | (~system.published & ~known))[entries.col]
    one = unknown & (system.counts & (system.value == 1))[entries.col]
    rows = entries.shape[0]
    pair = np.bincount(entries.row, weights=unknown, minlength=rows) == 2
    return np.asarray(system.lines & pair & (np.bincount(entries.row, weights=one, minlength=rows) >= 1))


def _cheapest(system: Linked, entries: sp.coo_matrix, hidden: Mask, lonely: Mask, lifts: Mask, drops: Mask) -> tuple[np.ndarray, Mask]:
    """The cheapest partner per lonely line (cheaper the more lonely lines it serves), and the lines that have one."""
    raises, lowers = _movement(system, entries, hidden)
    fits = lonely[entries.row] & system.choosable(hidden)[entries.col]
    fits &= (raises & lifts[entries.row]) | (lowers & drops[entries.row])
    row, column = entries.row[fits], entries.col[fits]
    served = np.zeros(len(lonely), dtype=bool)
    served[row] = True
    helps = np.bincount(column, minlength=len(system))
    price: Floats = system.price(hidden)[column] / helps[column]
    order = np.lexsort((column, price, row))
    first = np.r_[True, row[order][1:] != row[order][:-1]] if len(order) else np.zeros(0, dtype=bool)
    return np.unique(column[order][first]), served

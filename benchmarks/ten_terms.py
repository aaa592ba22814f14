"""Ten termly releases of an invented trust with joiners, leavers, group changers and corrections, protected jointly, attacked each time.

``python -m benchmarks.ten_terms [--terms 10 --seed 1]`` prints, term by term: the new term's figures, how many are shown, held for
movement, and changed status since last term; movers; movers whose group the gate insider works out, with protection over time and without.
"""

from __future__ import annotations

import argparse

import pandas as pd

from pipelines.drills.terms import NIGHTLY, TERMLY, simulate


def main() -> None:
    """Print the table for termly, then for nightly publication."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--terms", type=int, default=10)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    for title, pace, terms in (("termly", TERMLY, given.terms), ("nightly, for contrast", NIGHTLY, min(given.terms, 5))):
        print(f"\n{title}: {pace}")
        table = pd.DataFrame(simulate(terms, given.seed, pace)).round({"seconds": 1})
        print(table.to_string(index=False), flush=True)


if __name__ == "__main__":
    main()

"""How often ranges hold the truth, and how often a report without any gap flags one: on the very functions that make ``mart_gaps``.

``python -m benchmarks.coverage`` prints a table; seeded, about a minute.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.reporting.estimates import Sample, mean_difference, rate_difference, rate_ratio
from pipelines.reporting.verdicts import CLEAR, q_values, verdicts

TRIALS = 20_000
RATES = (0.05, 0.1, 0.2, 0.5)
SIZES = ((20, 200), (40, 400), (200, 2_000))
REPORTS, TESTS = 400, 300


def covered(rng: np.random.Generator, people: tuple[int, int], rates: tuple[float, float]) -> dict[str, float]:
    """The share of trials whose 95% range holds the true difference (Newcombe, and Wald beside it) and the true ratio (log)."""
    n, m = (np.full(TRIALS, float(size)) for size in people)
    cases, others = rng.binomial(people[0], rates[0], TRIALS).astype(float), rng.binomial(people[1], rates[1], TRIALS).astype(float)
    truth = rates[0] - rates[1]
    newcombe = rate_difference(cases, n, others, m)
    half = 1.96 * np.sqrt(cases / n * (1 - cases / n) / n + others / m * (1 - others / m) / m)
    wald = np.abs(cases / n - others / m - truth) <= half
    log = rate_ratio(cases, n, others, m)
    defined = ~np.isnan(log.gap)
    inside = (log.low <= rates[0] / rates[1]) & (rates[0] / rates[1] <= log.high)
    return {
        "newcombe": float(np.mean((newcombe.low <= truth) & (truth <= newcombe.high))),
        "wald": float(np.mean(wald)),
        "log": float(np.mean(inside[defined])),
    }


def covered_means(rng: np.random.Generator, people: tuple[int, int]) -> float:
    """The share of trials whose Welch range holds the true difference of two means with unlike spreads."""
    samples = [rng.normal(0, spread, (TRIALS // 4, size)) for size, spread in zip(people, (1.0, 2.0), strict=True)]
    own, other = (Sample(part.mean(axis=1), part.std(axis=1, ddof=1), np.full(len(part), float(part.shape[1]))) for part in samples)
    found = mean_difference(own, other)
    return float(np.mean((found.low <= 0) & (found.high >= 0)))


def false_flags(rng: np.random.Generator) -> tuple[float, float, float]:
    """Of reports without any gap: the share that flags one at p < 0.05, at q < 0.05, and with a clear gap as we say it."""
    any_p, any_q, any_clear = 0, 0, 0
    for _ in range(REPORTS):
        n = np.full(TESTS, 150.0)
        rates = rng.uniform(0.05, 0.3, TESTS)
        cases, others = rng.binomial(150, rates).astype(float), rng.binomial(1_500, rates).astype(float)
        found = rate_difference(cases, n, others, 10 * n)
        table = pd.DataFrame({**found._asdict(), "statistic": "difference", "matters_low": -0.05, "matters_high": 0.05, "silent": False})
        table["q_value"] = q_values(table["p_value"])
        any_p += bool((table["p_value"] < 0.05).any())
        any_q += bool((table["q_value"] < 0.05).any())
        any_clear += bool(verdicts(table).eq(CLEAR).any())
    return any_p / REPORTS, any_q / REPORTS, any_clear / REPORTS


def main() -> None:
    rng = np.random.default_rng(2026)
    print("| people | rates | Newcombe | Wald | log ratio |\n|---|---|--:|--:|--:|")
    for people in SIZES:
        for rate in RATES:
            found = covered(rng, people, (rate, rate))
            print(f"| {people[0]} and {people[1]} | {rate} | {found['newcombe']:.1%} | {found['wald']:.1%} | {found['log']:.1%} |")
    print(f"\nWelch, spreads 1 and 2: {', '.join(f'{people[0]} and {people[1]}: {covered_means(rng, people):.1%}' for people in SIZES)}")
    uncorrected, corrected, clear = false_flags(rng)
    print(f"\nReports of {TESTS} comparisons without any gap that flag one: p {uncorrected:.1%}, q {corrected:.1%}, clear gap {clear:.1%}")


if __name__ == "__main__":
    main()

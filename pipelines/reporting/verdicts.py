"""From a gap and its range to one of five words (MEASURES.md, "From number to words"). How the gap was estimated is not its business."""

from __future__ import annotations

import numpy as np
import pandas as pd

CLEAR, LIKELY, SIMILAR, CANNOT_TELL, NOT_SHOWN = VERDICTS = ("clear", "likely", "similar", "cannot_tell", "not_shown")
FALSE_DISCOVERY_RATE = 0.05
NO_GAP = {"difference": 0.0, "ratio": 1.0, "standardised": 0.0}


def q_values(p_values: pd.Series) -> pd.Series:
    """Benjamini and Hochberg's (1995) adjusted p values over all of ``p_values`` that are not null; null stays null."""
    from statsmodels.stats.multitest import multipletests

    tested = p_values.notna()
    adjusted = pd.Series(np.nan, index=p_values.index, dtype=float)
    if tested.any():
        adjusted[tested] = multipletests(p_values[tested].to_numpy(dtype=float), method="fdr_bh")[1]
    return adjusted


def verdicts(gaps: pd.DataFrame) -> pd.Series:
    """The verdict of each comparison whose both sides are shown.

    Needs ``statistic``, ``gap``, ``low``, ``high``, ``q_value``, the band ``matters_low`` .. ``matters_high`` and ``silent``.
    *clear*: q < 0.05, the range excludes no gap, and the gap lies outside the band. *similar*: the whole range lies inside the band,
    even where it excludes no gap, for such a gap is surely too small to matter. *likely*: the range excludes no gap.
    *cannot_tell*: anything else, and whatever rests on too few people.
    """
    none = gaps["statistic"].map(NO_GAP).astype(float)
    excludes_none = (gaps["low"] > none) | (gaps["high"] < none)
    matters = (gaps["gap"] < gaps["matters_low"]) | (gaps["gap"] > gaps["matters_high"])
    inside = (gaps["low"] >= gaps["matters_low"]) & (gaps["high"] <= gaps["matters_high"])
    silent = gaps["silent"].astype(bool) | gaps["gap"].isna()
    choices = [
        (silent, CANNOT_TELL),
        (excludes_none & matters & (gaps["q_value"] < FALSE_DISCOVERY_RATE), CLEAR),
        (inside, SIMILAR),
        (excludes_none, LIKELY),
    ]
    words = np.select([rule.to_numpy(dtype=bool) for rule, _ in choices], [word for _, word in choices], default=CANNOT_TELL)
    return pd.Series(words, index=gaps.index, dtype="str")

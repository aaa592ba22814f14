"""Writes the folder of open data. What each file holds belongs to its siblings."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipelines.home.whole import write_whole
from pipelines.reporting.open_data.codes import Codes
from pipelines.reporting.open_data.comparisons import comparisons
from pipelines.reporting.open_data.csvw import GAPS, metadata
from pipelines.reporting.open_data.notes import notes
from pipelines.reporting.open_data.pairs import pairs
from pipelines.reporting.pages.frame import Context
from pipelines.reporting.workbook import TITLES


def write_open_data(marts: Path, out: Path, context: Context) -> list[Path]:
    """Write the Parquet files in ``marts`` as open data to the folder ``out``, each file whole or not at all; returns the files.

    Pairs for Explore Education Statistics, gaps, code lists, W3C metadata of them all, and a README.txt. The same marts give the same bytes.
    """
    codes = Codes(marts)
    made, lists, gaps = pairs(marts, codes), codes.lists(), comparisons(marts)
    frames = {f"{pair.name}.csv": pair.data for pair in made} | {f"{pair.name}.meta.csv": pair.meta for pair in made}
    frames |= {f"{name}.csv": frame for name, frame in lists.items()}
    if len(gaps):
        frames[f"{GAPS}.csv"] = gaps
    contents = {name: _csv(frame) for name, frame in frames.items()}
    title = f"Equality figures of {codes.trust_name}, {context.year}"
    contents["csv-metadata.json"] = metadata(title, made, lists, gaps, TITLES)
    parquet = sorted(path.stem for path in marts.glob("*.parquet"))
    contents["README.txt"] = notes(codes.trust_name, context, made, len(gaps), parquet, TITLES).encode()
    for name, content in contents.items():
        write_whole(out / name, content)
    return [out / name for name in sorted(contents)]


def _csv(frame: pd.DataFrame) -> bytes:
    """Comma-separated, UTF-8, one line feed a line."""
    return frame.to_csv(index=False, lineterminator="\n").encode()

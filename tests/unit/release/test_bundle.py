"""Equal rows give equal bytes, and a digest tells every change of what it covers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.release import bundle

rows = st.lists(
    st.tuples(st.sampled_from(["a", "b", "é"]), st.one_of(st.none(), st.integers(0, 99)), st.one_of(st.none(), st.floats(0, 1))),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(rows=rows, seed=st.integers(0, 99))
def test_rows_in_any_order_from_pandas_or_arrow_give_the_same_table(rows: list[tuple[str, int | None, float | None]], seed: int) -> None:
    frame = pd.DataFrame(rows, columns=["code", "count", "share"]).astype({"code": "str", "count": "Int64", "share": "float64"})
    shuffled = frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
    table = pa.table(
        {
            "code": pa.array([row[0] for row in rows], pa.string()),
            "count": pa.array([row[1] for row in rows], pa.int64()),
            "share": pa.array([float("nan") if row[2] is None else row[2] for row in rows], pa.float64()),
        }
    )
    assert bundle.settled(shuffled) == bundle.settled(frame) == bundle.settled(table)


def test_the_same_mart_written_twice_has_the_same_bytes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"code": ["b", "a"], "count": [2, 1]})
    bundle.write_marts(tmp_path / "one", {"mart": frame})
    bundle.write_marts(tmp_path / "two", {"mart": frame.iloc[::-1]})
    one, two = (tmp_path / name / "marts" / "mart.parquet" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert pq.read_table(one).to_pydict() == {"code": ["a", "b"], "count": [1, 2]}


def test_a_digest_covers_names_and_contents_below_its_folder_alone(tmp_path: Path) -> None:
    bundle.write_marts(tmp_path, {"mart": pd.DataFrame({"code": ["a"]})})
    before = bundle.digest(tmp_path, "marts/"), bundle.digest(tmp_path)
    (tmp_path / "note.txt").write_text("x")
    assert bundle.digest(tmp_path, "marts/") == before[0]
    assert bundle.digest(tmp_path) != before[1]
    (tmp_path / "marts" / "mart.parquet").rename(tmp_path / "marts" / "other.parquet")
    assert bundle.digest(tmp_path, "marts/") != before[0]


def test_a_link_in_a_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").symlink_to("/etc/hostname")
    with pytest.raises(bundle.BundleError, match="outside"):
        bundle.contents(tmp_path)

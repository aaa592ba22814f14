"""A year of session marks taken in: seconds, rows a second and peak memory beside DuckDB and pandas on the same files.

``python -m benchmarks.session_marks [--academies 60 --pupils 1000 --runs 3 --folder FOLDER]``

The marks are made up and seeded: a file an academy, a row a mark (UPN, surname, date, session, mark). Ours is the whole way of a file:
two looks, hash, sealing of the bytes, recognition, every rule, totals by pupil and term, gate 1, encrypted landing and receipt. The
alternatives only turn text into Parquet: no rule, no pseudonym, no encryption. Each runs in a process of its own, one after another, in
turn; the best of the runs counts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import yaml
from pyarrow import csv

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
DAYS = 190
FIRST_URN = 900_001
CODES, WEIGHTS = ("I", "L", "M", "U", "N", "V", "X", "C", "-"), (0.045, 0.02, 0.01, 0.004, 0.006, 0.01, 0.004, 0.006, 0.002)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.session_marks", description=__doc__)
    parser.add_argument("--academies", type=int, default=60)
    parser.add_argument("--pupils", type=int, default=1000, help="pupils of an academy")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the files are made; a temporary folder otherwise")
    parser.add_argument("--only", choices=sorted(WAYS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        print(json.dumps(_measured(WAYS[given.only], given.folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        rows, size = _make(folder, given.academies, given.pupils)
        print(f"{rows:,} marks in {given.academies} files of {size / 1e6:,.0f} MB together")
        found: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
        for _ in range(given.runs):
            for name in WAYS:
                command = [sys.executable, "-m", "benchmarks.session_marks", "--only", name, "--folder", str(folder)]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                found[name].append(json.loads(done.stdout.splitlines()[-1]))
        least = min(one["seconds"] for one in found["duckdb_per_file"])
        print("\n| way | s | rows a second | peak memory, MB | times DuckDB per file |\n|---|--:|--:|--:|--:|")
        for name, runs in found.items():
            best = min(runs, key=lambda one: one["seconds"])
            print(
                f"| {name} | {best['seconds']:.1f} | {rows / best['seconds']:,.0f} | {best['memory']:,.0f} | {best['seconds'] / least:.1f} |"
            )


def _measured(way: Callable[[Path], None], folder: Path) -> dict[str, float]:
    begun = time.perf_counter()
    way(folder)
    return {"seconds": time.perf_counter() - begun, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _make(folder: Path, academies: int, pupils: int) -> tuple[int, float]:
    """The files and the trust they are of; how many marks, and how many bytes."""
    exports = folder / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    _make_trust(folder / "trust", academies)
    days = school_days()
    size = 0.0
    for academy in range(academies):
        path = exports / f"{FIRST_URN + academy}.csv"
        if not path.exists():
            upns = [_upn(academy * pupils + pupil) for pupil in range(pupils)]
            csv.write_csv(drawn(np.random.default_rng([1, academy]), upns, days), path, csv.WriteOptions(quoting_style="none"))
        size += path.stat().st_size
    return academies * pupils * len(days) * 2, size


def school_days() -> list[dt.date]:
    """Those of the year of the marks."""
    return [day for day in (dt.date(2025, 9, 3) + dt.timedelta(days=n) for n in range(300)) if day.weekday() < 5][:DAYS]


def drawn(rng: np.random.Generator, upns: list[str], days: list[dt.date]) -> pa.Table:
    """A row for each pupil, day and half of it, in that order."""
    pupils = len(upns)
    sessions = len(days) * 2
    half = np.tile(np.array([0, 1]), pupils * len(days))
    marks = np.where(half == 0, "/", "\\").astype("U2")
    odd = rng.random(len(marks)) < sum(WEIGHTS)
    marks[odd] = rng.choice(CODES, odd.sum(), p=np.array(WEIGHTS) / sum(WEIGHTS))
    person = np.repeat(np.arange(pupils), sessions)
    day = np.tile(np.repeat(np.arange(len(days)), 2), pupils)
    return pa.table(
        {
            "UPN": pa.array(upns).take(pa.array(person)),
            "Surname": pa.array([f"Made{pupil}" for pupil in range(pupils)]).take(pa.array(person)),
            "Date": pa.array([f"{one:%d/%m/%Y}" for one in days]).take(pa.array(day)),
            "Session": pa.array(["AM", "PM"]).take(pa.array(half)),
            "Mark": pa.array(marks.tolist()),
        }
    )


def _upn(number: int) -> str:
    digits = f"9{number:011d}"
    return LETTERS[sum(int(digit) * weight for weight, digit in enumerate(digits, start=2)) % 23] + digits


def _make_trust(folder: Path, academies: int) -> None:
    years = [str(year) for year in range(7, 12)]
    trust = {
        "code": "VOLUME",
        "name": "Volume Trust",
        "made_up": True,
        "academies": [
            {"urn": str(FIRST_URN + number), "name": f"Academy {number + 1}", "year_groups": years} for number in range(academies)
        ],
    }
    period = {"period": "2025-26", "starts": "2025-09-01", "ends": "2026-08-31", "reference_date": "2026-01-15"}
    declared = {
        "academies": trust,
        "calendar": {"open_period": "2025-26", "periods": [period]},
        "brand": {"short_name": "Volume"},
        "disclosure_policy": {"profile": "publication"},
    }
    folder.mkdir(exist_ok=True)
    for name, entry in declared.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump(entry), "utf-8")


def equality(folder: Path) -> None:
    """Our intake: drop, take in."""
    from expectations.landing import judge_landing
    from pipelines import intake
    from pipelines.catalogue import load
    from pipelines.home import Home, load_keys, make_keys

    home = Home.at(folder / "home")
    shutil.rmtree(home.root, ignore_errors=True)
    home.make()
    make_keys(home)
    shutil.copytree(folder / "trust", home.trust, dirs_exist_ok=True)
    catalogue = load(home.trust)
    for path in sorted((folder / "exports").iterdir()):
        target = home.drop / path.stem
        target.mkdir(exist_ok=True)
        (target / "register 2025-26.csv").hardlink_to(path)
    judge = lambda frame, dataset: judge_landing(frame, dataset, catalogue.code_sets)  # noqa: E731
    now = dt.datetime(2026, 7, 20, 20, 0, tzinfo=dt.UTC)
    report = intake.take_in(home, load_keys(home), catalogue, judge, clock=lambda: now, settle=0)
    wrong = [settled.headline for settled in report.settled if settled.outcome != "accepted"]
    if wrong or not report.settled:
        raise SystemExit(f"not accepted: {wrong[:3]}")


def duckdb_per_file(folder: Path) -> None:
    """``read_csv`` with types given, a Parquet file each."""
    connection, out = _duckdb(folder)
    for path in sorted((folder / "exports").iterdir()):
        connection.execute(f"copy (from {_typed([path])}) to '{out / path.stem}.parquet' (format parquet, compression zstd)")


def duckdb_one_call(folder: Path) -> None:
    """``read_csv`` of all files, one Parquet file."""
    connection, out = _duckdb(folder)
    connection.execute(
        f"copy (from {_typed(sorted((folder / 'exports').iterdir()))}) to '{out}/all.parquet' (format parquet, compression zstd)"
    )


def pandas_per_file(folder: Path) -> None:
    """pandas with its pyarrow engine, a Parquet file each."""
    import pandas as pd

    out = _emptied(folder / "pandas")
    for path in sorted((folder / "exports").iterdir()):
        frame = pd.read_csv(path, engine="pyarrow", dtype=str)
        frame["Date"] = pd.to_datetime(frame["Date"], format="%d/%m/%Y")
        frame.to_parquet(out / f"{path.stem}.parquet", compression="zstd")


def _duckdb(folder: Path):  # type: ignore[no-untyped-def]
    import duckdb

    return duckdb.connect(config={"threads": 2}), _emptied(folder / "duckdb")


def _typed(paths: list[Path]) -> str:
    names = ", ".join(f"'{path}'" for path in paths)
    columns = "{'UPN': 'VARCHAR', 'Surname': 'VARCHAR', 'Date': 'DATE', 'Session': 'VARCHAR', 'Mark': 'VARCHAR'}"
    return f"read_csv([{names}], header = true, columns = {columns}, dateformat = '%d/%m/%Y')"


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


WAYS: dict[str, Callable[[Path], None]] = {
    "equality": equality,
    "duckdb_per_file": duckdb_per_file,
    "duckdb_one_call": duckdb_one_call,
    "pandas_per_file": pandas_per_file,
}

if __name__ == "__main__":
    main()

"""Coverage-guided fuzzing of recognising and reading a file: inputs tried, crashes, and inputs without an end.

``python -m benchmarks.fuzz_intake [--seconds 300] [--corpus FOLDER]``

It starts from a small file of every dataset in every kind of file, a register and a return. Whatever the bytes are, the answer must be a
reading: rows or a refusal. A traceback, or more than ten seconds, is a finding. Needs Google's ``atheris``, which is not in the lock:
``pip install atheris --target FOLDER`` and put FOLDER on ``PYTHONPATH``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]
LONGEST = 6_000
"""Bytes of an input; what is longer only repeats itself."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz_intake", description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--corpus", type=Path, help="where inputs that reached something new are kept; a temporary folder otherwise")
    given = parser.parse_args()
    try:
        import atheris
    except ModuleNotFoundError:
        sys.exit("atheris is not installed: pip install atheris --target FOLDER, then PYTHONPATH=FOLDER python -m benchmarks.fuzz_intake")
    sys.path.insert(0, str(PROJECT / "tests"))
    with atheris.instrument_imports(include=["pipelines.intake", "csv", "json"]):
        from made_up_exports import FIRST, SMALL_TRUST, passing
        from made_up_formats import CONTAINERS, by_contract, made_up, statutory

        from pipelines.catalogue import load
        from pipelines.home import Home, load_keys, make_keys
        from pipelines.intake.reading import Source, read

    catalogue = load(SMALL_TRUST)
    folder = given.corpus or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    home = Home.at(Path(tempfile.mkdtemp()))
    home.make()
    make_keys(home)
    keys = load_keys(home)
    for dataset in catalogue.datasets.values():
        table = by_contract(made_up(dataset, catalogue)[:4], dataset)
        for kind, write in CONTAINERS.items():
            (folder / f"{dataset.name} {kind}").write_bytes(write(table))
    for report in catalogue.formats.values():
        if report.records and report.records[0] != "data":
            rows = [[*report.recognise, *report.columns], ["x"] * (len(report.recognise) + len(report.columns))]
            (folder / f"{report.name}.xml").write_bytes(statutory(rows, report))
    (folder / "register.csv").write_bytes(b"UPN,Date,Session,Mark\r\nH801200001001,03/09/2025,AM,/\r\nH801200001001,03/09/2025,PM,\\\r\n")
    source = Source(FIRST, "export.csv", dt.datetime(2026, 1, 20))

    def one(content: bytes) -> None:
        read(content, source, catalogue, keys, passing)

    settings = [f"-max_total_time={given.seconds}", f"-max_len={LONGEST}", "-timeout=10", "-print_final_stats=1", str(folder)]
    atheris.Setup([sys.argv[0], *settings], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

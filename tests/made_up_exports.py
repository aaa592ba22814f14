"""Made-up exports and a made-up trust to drop them into, for tests of intake. No test and no expectation stands here."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines import intake
from pipelines.catalogue import Catalogue, load
from pipelines.home import Home, Keys, duck, load_keys, make_keys
from pipelines.home.parquet import landed

SMALL_TRUST = Path(__file__).parent / "small_trust"
FIRST, SECOND, THIRD = "900401", "900402", "900403"
NOW = dt.datetime(2026, 1, 20, 9, 0, tzinfo=dt.UTC)
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
PUPIL_HEADINGS = ("UPN", "Surname", "Forename", "DOB", "Sex", "Ethnicity", "Year Group", "SEN", "EAL")
ETHNICITIES = ("WBRI", "AIND", "BCRB", "MWAS", "OOTH")


def upn(number: int) -> str:
    """A permanent UPN of a school that does not exist, with its right check letter."""
    digits = f"9012000{number:05d}"
    return LETTERS[sum(int(digit) * weight for weight, digit in enumerate(digits, start=2)) % 23] + digits


def pupil(number: int, **changes: str) -> dict[str, str]:
    """One row of a list of pupils; ``changes`` by heading."""
    row = {
        "UPN": upn(number),
        "Surname": f"Canary{number}",
        "Forename": f"Forenamed{number}",
        "DOB": f"{number % 28 + 1:02d}/03/2016",
        "Sex": "FM"[number % 2],
        "Ethnicity": ETHNICITIES[number % len(ETHNICITIES)],
        "Year Group": str(number % 6 + 1),
        "SEN": "NKE"[number % 3],
        "EAL": "YN"[number % 2],
    }
    return {**row, **changes}


def pupils(numbers: Iterable[int], **changes: str) -> list[dict[str, str]]:
    """Rows of pupils, each with the same ``changes``."""
    return [pupil(number, **changes) for number in numbers]


def written(rows: Sequence[dict[str, str]], *, leave_out: Iterable[str] = (), encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """The rows as a file of delimited text."""
    headings = [heading for heading in rows[0] if heading not in set(leave_out)]
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, extrasaction="ignore", delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def record(row: dict[str, str], element: str = "PupilOnRoll", left: str = "") -> str:
    """One row as a record of the school census return; ``left``: its leaving date."""
    day, month, year = row["DOB"].split("/")
    leaving = f"<LeavingDate>{left}</LeavingDate>" if left else ""
    return (
        f"<{element}><PupilIdentifiers><UPN>{row['UPN']}</UPN><Surname>{row['Surname']}</Surname><DOB>{year}-{month}-{day}</DOB>"
        f"<Sex>{row['Sex']}</Sex></PupilIdentifiers><PupilCharacteristics><Ethnicity>{row['Ethnicity']}</Ethnicity>"
        f"<Languages><Language><Type>H</Type></Language></Languages></PupilCharacteristics><PupilStatus><EnrolStatus>C</EnrolStatus>"
        f"<EntryDate>2023-09-01</EntryDate>{leaving}<NCyearActual>{row['Year Group']}</NCyearActual></PupilStatus>"
        f"<SpecialEducationalNeeds><SENprovision>{row['SEN']}</SENprovision><SENneeds><SENneed><SENtypeRank>1</SENtypeRank></SENneed>"
        f"</SENneeds></SpecialEducationalNeeds></{element}>"
    )


def census(*records: str, term: str = "SPR", year: int = 2026, before: str = "") -> bytes:
    """A return as a MIS saves it, cut to what is read."""
    header = f"<Header><CollectionDetails><Collection>SC</Collection><Term>{term}</Term><Year>{year}</Year></CollectionDetails></Header>"
    on_roll = "".join(one for one in records if one.startswith("<PupilOnRoll"))
    left = "".join(one for one in records if one.startswith("<PupilNo"))
    lists = f"<PupilsOnRoll>{on_roll}</PupilsOnRoll><PupilsNoLongerOnRoll>{left}</PupilsNoLongerOnRoll>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<Message>{header}<Pupils>{lists}</Pupils></Message>'.encode()


def interface(rows: Iterable[dict[str, str]]) -> bytes:
    """The rows as the JSON of an interface, with details inside details and dates with their zone."""

    def student(number: int, row: dict[str, str]) -> dict[str, Any]:
        day, month, year = row["DOB"].split("/")
        details = {"ethnicity_code": row["Ethnicity"], "sen_status": row["SEN"], "english_as_additional_language": row["EAL"] == "Y"}
        return {
            "id": f"A{number}",
            "upi": f"f{number}",
            "mis_id": str(number),
            "surname": row["Surname"],
            "gender": {"F": "Female", "M": "Male"}[row["Sex"]],
            "date_of_birth": {"date": f"{year}-{month}-{day} 00:00:00.000000", "timezone_type": 3, "timezone": "Europe/London"},
            "education_details": {"data": {"upn": row["UPN"], "current_nc_year": row["Year Group"], "id": "other"}},
            "extended_details": {"data": {**details, "premium_pupil_indicator": None, "premium_pupil_notes": ["text"]}},
        }

    answer = {"data": [student(number, row) for number, row in enumerate(rows)], "meta": {"pagination": {"more": False}}}
    return json.dumps(answer).encode()


@dataclass(frozen=True)
class Verdict:
    """A gate's answer, decided beforehand."""

    passed: bool = True
    failed: tuple[str, ...] = ()


def passing(frame: Any, dataset: Any) -> Verdict:
    """A gate that lets everything through, so that a test is about intake alone."""
    return Verdict()


_LOADED: dict[tuple[tuple[str, bytes], ...], Catalogue] = {}


@dataclass(frozen=True)
class MadeUpTrust:
    """A home with three of the small trust's academies in it, and the ways a test touches it."""

    home: Home
    keys: Keys

    @classmethod
    def at(cls, path: Path, keys_of: MadeUpTrust | None = None) -> MadeUpTrust:
        """A new home, with the keys of another where its pseudonyms are to be compared."""
        home = Home.at(path)
        home.make()
        if keys_of:
            shutil.copytree(keys_of.home.keys, home.keys)
        make_keys(home)
        shutil.copytree(SMALL_TRUST, home.trust, dirs_exist_ok=True)
        return cls(home, load_keys(home))

    @property
    def catalogue(self) -> Catalogue:
        """What the trust declares now; read anew only when its files changed."""
        declared = tuple((str(path.relative_to(self.home.trust)), path.read_bytes()) for path in sorted(self.home.trust.rglob("*.yml")))
        if declared not in _LOADED:
            _LOADED[declared] = load(self.home.trust)
        return _LOADED[declared]

    def drop(self, place: str, name: str, content: bytes, modified: dt.datetime = NOW) -> Path:
        """A file in an academy's drop folder."""
        path = self.home.drop / place / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (modified.timestamp(), modified.timestamp()))
        return path

    def take_in(self, judge: intake.Judge = passing, catalogue: Catalogue | None = None, **options: Any) -> intake.IntakeReport:
        """One run of intake, at ``NOW`` and without a wait between the two looks."""
        settings: dict[str, Any] = {"clock": lambda: NOW, "settle": 0, **options}
        return intake.take_in(self.home, self.keys, catalogue or self.catalogue, judge, **settings)

    def landed(self, dataset: str = "pupils") -> list[dict[str, Any]]:
        """Every landed row of a dataset, in an order of its own."""
        connection = duck.connect(self.home, self.keys)
        try:
            found = connection.execute(f"from {landed((self.home.landing / dataset).rglob('*.parquet'))}")
            names = [column[0] for column in found.description or []]
            return sorted((dict(zip(names, row, strict=True)) for row in found.fetchall()), key=repr)
        finally:
            connection.close()

    def everything_stored(self, but: Callable[[Path], bool] = lambda path: False) -> bytes:
        """The bytes of every file of the home but the keys and those left out."""
        files = (path for path in sorted(self.home.root.rglob("*")) if path.is_file() and self.home.keys not in path.parents)
        return b"\n".join(path.read_bytes() for path in files if not but(path) and "extensions" not in path.parts)

"""Every pseudonym of a home under a new key: the files in use are read once more from ``raw/``, and the stop lists are carried over.

While it goes on the new key lies beside the old one and no other work can begin. An interrupted change can be finished, by doing the same
again, or taken back: then the landing is made anew from ``raw/`` under the old key by the next refresh.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pipelines.catalogue import Catalogue, load
from pipelines.catalogue.load import STOP_LISTS
from pipelines.home import Home, HomeError, Keys
from pipelines.home.keys import PSEUDONYM, adopt, changing, give_up, keys_in_use, upcoming
from pipelines.home.rotation import destroy_warehouse
from pipelines.home.whole import flush_directory
from pipelines.intake.contract import PERSON
from pipelines.intake.converge import converge, reading_of
from pipelines.intake.erasure import numbers_of, possible_keys
from pipelines.intake.ledger import Ledger
from pipelines.intake.people import listed
from pipelines.intake.reading import Judge
from pipelines.intake.store import Store


def rekey(home: Home, judge: Judge, now: dt.datetime, numbers: Iterable[str] = ()) -> int:
    """New pseudonyms for everyone; how many files were read again. Call it holding the home's lock.

    ``numbers``: UPNs and staff numbers of people on a stop list who stand in no file that is kept, since nothing leads from an old
    pseudonym to a new one but the number itself. :class:`HomeError`, with nothing changed, where such a number is missing, or where the
    bytes of a file in use are.
    """
    fresh = PSEUDONYM not in changing(home)
    if fresh:
        for name in STOP_LISTS:
            _before(home, name).unlink(missing_ok=True)
    old = keys_in_use(home)
    new = replace(old, pseudonym=upcoming(home, PSEUDONYM))
    try:
        _carry_lists_over(home, old, new, judge, numbers)
    except HomeError:
        if fresh:
            give_up(home, PSEUDONYM)
        raise
    _empty_landing(home)
    with Store(home, new, load(home.trust), judge) as store:
        converge(store, now)
        landed = len({entry.reference for entry in store.ledger.slices(active=True)})
    destroy_warehouse(home)
    adopt(home, PSEUDONYM)
    for name in STOP_LISTS:
        _before(home, name).unlink(missing_ok=True)
    return landed


def take_back(home: Home) -> None:
    """The old pseudonyms again, after a change that was interrupted. :class:`HomeError` where none was."""
    if PSEUDONYM not in changing(home):
        raise HomeError("No change of the pseudonym key was interrupted, so there is nothing to take back.")
    for name in STOP_LISTS:
        if _before(home, name).exists():
            os.replace(_before(home, name), home.trust / f"{name}.yml")
    flush_directory(home.trust)
    _empty_landing(home)
    give_up(home, PSEUDONYM)


def _before(home: Home, name: str) -> Path:
    """Where a stop list lies as it was before the change, until that is done."""
    return home.trust / f".{name}.yml.before"


def _carry_lists_over(home: Home, old: Keys, new: Keys, judge: Judge, numbers: Iterable[str]) -> None:
    for name in STOP_LISTS:
        if _before(home, name).exists():
            shutil.copyfile(_before(home, name), home.trust / f"{name}.yml")
    catalogue = load(home.trust)
    lists = {name: getattr(catalogue, name) for name in STOP_LISTS}
    _refuse_without_bytes(home, old, catalogue, judge)
    if not any(lists.values()):
        return
    become = _typed(catalogue, old, new, numbers) | _of_files(home, catalogue, old, new, judge)
    lost = {name: len(keys - become.keys()) for name, keys in lists.items() if keys - become.keys()}
    if lost:
        told = " and ".join(f"{many} of {name}.yml" for name, many in lost.items())
        raise HomeError(
            f"Nothing leads from an old pseudonym to a new one but the number, and no file that is kept has the numbers of {told}. "
            "Give them, as they stand in the written requests, with --numbers. Nothing was changed."
        )
    for name, keys in lists.items():
        if keys:
            if not _before(home, name).exists():
                partial = _before(home, name).with_suffix(".partial")
                shutil.copyfile(home.trust / f"{name}.yml", partial)
                os.replace(partial, _before(home, name))
            listed(home, name, {become[key] for key in keys})


def _typed(catalogue: Catalogue, old: Keys, new: Keys, numbers: Iterable[str]) -> dict[str, str]:
    """Old to new pseudonyms of numbers that a person gave: as a UPN, and as a number of staff or others in every academy."""
    become: dict[str, str] = {}
    for number in numbers:
        for dataset in catalogue.datasets.values():
            for item in numbers_of(dataset) if dataset.person else ():
                for urn in ("", *(academy.urn for academy in catalogue.trust.academies), catalogue.trust.code):
                    one = catalogue.model_copy(update={"trust": catalogue.trust.model_copy(update={"academies": (), "code": urn})})
                    pairs = zip(*(sorted(possible_keys(keys, one, dataset, item, number)) for keys in (old, new)), strict=True)
                    become.update(dict(pairs))
    return become


def _of_files(home: Home, catalogue: Catalogue, old: Keys, new: Keys, judge: Judge) -> dict[str, str]:
    """Old to new pseudonyms of everyone in a file that is in use or kept: it is read under both keys, which gives the same rows in one order."""
    become: dict[str, str] = {}
    plain = catalogue.model_copy(update={name: frozenset() for name in STOP_LISTS})
    with closing(Ledger(home.ledger)) as ledger:
        usable = ledger.usable()
    for entry in usable:
        readings = []
        for keys in (old, new):
            with Store(home, keys, plain, judge) as store:
                readings.append(reading_of(store, entry))
        for key, records in readings[0].records.items():
            dataset = plain.datasets[entry.dataset]
            if dataset.person:
                columns = [PERSON, *(item.name for item in numbers_of(dataset) if item.name != dataset.person)]
                for before, after in zip(records, readings[1].records[key], strict=True):
                    become.update({before[name]: after[name] for name in columns if before.get(name)})
    return become


def _refuse_without_bytes(home: Home, keys: Keys, catalogue: Catalogue, judge: Judge) -> None:
    """:class:`HomeError` where the bytes of a file in use are gone or were changed."""
    with Store(home, keys, catalogue, judge) as store:
        for entry in store.ledger.slices(active=True):
            store.unsealed(entry.content_hash)


def _empty_landing(home: Home) -> None:
    for folder in home.landing.glob("*/period=*"):
        shutil.rmtree(folder)
    flush_directory(home.landing)

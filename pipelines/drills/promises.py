"""The promises in the order of their numbers, each with the drill that tries it."""

from __future__ import annotations

from pipelines.drills import (
    clock,
    copies,
    crashes,
    disclosure,
    encryption,
    files,
    listeners,
    network,
    people,
    permissions,
    pseudonyms,
    sftp,
    traces,
    watch,
)
from pipelines.drills.promise import Drill, Promise

TEXTS = {
    1: "A refresh killed at any point leaves the last release served, and the next one ends in the very same bytes.",
    2: "A release appears whole or not at all.",
    3: "A refresh with nothing new says so and starts neither dbt nor Great Expectations.",
    4: "A file counts exactly once, whatever it is called and wherever it lies.",
    5: "The order in which files arrive changes no figure; a past figure that changes is listed.",
    6: "A file that is still being written is never read.",
    7: "A bad file harms only itself.",
    8: "A full disk ends in a clear sentence, with the last release intact, and the next refresh recovers.",
    9: "One run at a time; the lock of a dead one is taken over.",
    10: "Hostile input is refused within ten seconds and a bounded memory.",
    11: "The clock may change, leap or be set back: nothing is counted in the wrong year.",
    12: "A backup restores to the very same release.",
    13: "A release can be verified, its signature too, and rebuilt.",
    14: "No person's data lies anywhere but where it belongs.",
    15: "Every published figure obeys the policy.",
    16: "The attack on all tables together recovers nothing, and it finds a fault of the suppressor.",
    17: "Nothing is learnt by comparing one release with another.",
    18: "No rate, mean or percentage gives a hidden count away.",
    19: "Pseudonyms are useless without their key, the same in every academy, and a key can be changed.",
    20: "What is stored is encrypted, and what was tampered with is refused.",
    21: "What others can read is refused.",
    22: "No academy can read, list or overwrite another's drop folder.",
    23: "Logs and errors hold no values of a record.",
    24: "A hostile file name does nothing but be shown.",
    25: "What an older version wrote is migrated, what a newer one wrote is refused.",
    26: "Nothing in a workbook or CSV that leaves can run.",
    27: "No heading and no value is run as SQL or as a template.",
    28: "A refresh needs no network.",
    29: "Every dependency is locked by hash, and a release says which they were.",
    30: "Nothing listens beyond this machine.",
    31: "A person can be shown, heard and erased, and what is kept ends when it is due.",
    32: "The audit log shows where it was changed.",
    33: "An approval that the policy asks for cannot be skipped.",
    34: "A judge that fails, hangs or says nothing lets nothing pass.",
    35: "Data that is missing is named.",
    36: "At most one digest a day, in which every fault is named and none more than three times.",
}
_ROOMS = (clock, copies, crashes, disclosure, encryption, files, listeners, network, people, permissions, pseudonyms, sftp, traces, watch)
_DRILLS: dict[int, Drill] = {}
for _room in _ROOMS:
    _DRILLS |= _room.DRILLS
PROMISES = {number: Promise(number, text, _DRILLS[number]) for number, text in TEXTS.items() if number in _DRILLS}

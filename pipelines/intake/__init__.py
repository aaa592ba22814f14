"""From what academies drop to landed, pseudonymised tables, with a receipt for every file. Counting and protecting come later."""

from pipelines.intake.absences import absences, faults
from pipelines.intake.absences import told as absences_told
from pipelines.intake.arrivals import SCHOOL_TIME, Look, look
from pipelines.intake.backfill import backfill
from pipelines.intake.blanks import template
from pipelines.intake.checking import check
from pipelines.intake.deciding import Ahead, read_limited
from pipelines.intake.matrix import write as write_matrix
from pipelines.intake.notices import Fault, send_digest
from pipelines.intake.notices import send as send_notices
from pipelines.intake.objections import record as record_objection
from pipelines.intake.people import Erased, also_known, key_of, listed, rows_of, sweep, undeclared
from pipelines.intake.reading import Judge, Reading, Source, Verdict
from pipelines.intake.recall import confirm, withdraw
from pipelines.intake.receipts import Receipt
from pipelines.intake.rekeying import rekey, take_back
from pipelines.intake.replay import replay
from pipelines.intake.retention import Ended, retain
from pipelines.intake.settle import READ_AHEAD, IntakeReport, Settled, take_in
from pipelines.intake.standing import inputs, lessened, status, unsettled
from pipelines.intake.store import Store

__all__ = [
    "READ_AHEAD",
    "SCHOOL_TIME",
    "Ahead",
    "Ended",
    "Erased",
    "Fault",
    "IntakeReport",
    "Judge",
    "Look",
    "Reading",
    "Receipt",
    "Settled",
    "Source",
    "Store",
    "Verdict",
    "absences",
    "absences_told",
    "also_known",
    "backfill",
    "check",
    "confirm",
    "faults",
    "inputs",
    "key_of",
    "lessened",
    "listed",
    "look",
    "read_limited",
    "record_objection",
    "rekey",
    "replay",
    "retain",
    "rows_of",
    "send_digest",
    "send_notices",
    "status",
    "sweep",
    "take_back",
    "take_in",
    "template",
    "undeclared",
    "unsettled",
    "withdraw",
    "write_matrix",
]

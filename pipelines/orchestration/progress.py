"""What a person at the command line sees of a run: each step as it ends, the long ones by their parts, each failure as a sentence."""

import logging
from collections import Counter
from collections.abc import Callable

from dagster import AssetKey, DagsterEvent, DagsterEventType, InitLoggerContext, LoggerDefinition

from pipelines.orchestration.dbt import PROJECT_DIR

STEPS = {
    "landing": "took in what was dropped",
    "warehouse": "marts made and tested",
    "draft__marts": "marts written and judged",
    "draft__reports": "attacked",
    "draft__sealed": "draft sealed",
    "release": "release looked at",
}
ROOMS = {
    "intermediate": "everyone placed in their groups",
    "counts": "counted; now what to hide is sought, which takes longest",
}
"""Told once each of dbt's models in the folder is made."""
MADE = {
    AssetKey(["protection", "protected_cells"]): "protected",
    AssetKey(["draft", "reports"]): "reports written; now they are attacked",
}
OWN_LINES = ("landing", "draft__reports")
"""Steps that themselves tell how far they are, in words that hold no value of a record."""


class Teller(logging.Handler):
    """Passes on what is worth telling. A failure's own text can hold a value from a record, so only its step is told."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.tell = tell
        self.left = Counter({room: len([*(PROJECT_DIR / "models" / room).glob("*_*.*")]) for room in ROOMS})

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event: DagsterEvent | None = meta.get("dagster_event")
        if event is None:
            if record.levelno == logging.INFO and meta.get("step_key") in OWN_LINES:
                self.tell(meta.get("orig_message", record.getMessage()))
        elif event.event_type == DagsterEventType.STEP_SUCCESS:
            self.tell(STEPS.get(str(event.step_key), str(event.step_key)))
        elif event.event_type == DagsterEventType.ASSET_MATERIALIZATION and event.asset_key:
            self._made(event.asset_key)

    def _made(self, asset: AssetKey) -> None:
        room = asset.path[0]
        if room in ROOMS:
            self.left[room] -= 1
            if not self.left[room]:
                self.tell(ROOMS[room])
        if asset in MADE:
            self.tell(MADE[asset])


def progress_logger(tell: Callable[[str], None]) -> LoggerDefinition:
    """A run's console logger that calls ``tell`` with one line at a time."""

    def told(context: InitLoggerContext) -> logging.Logger:
        progress = logging.Logger("equality.progress", level=logging.DEBUG)
        progress.addHandler(Teller(tell))
        return progress

    return LoggerDefinition(told, description="Tells the command line how far a run is.")

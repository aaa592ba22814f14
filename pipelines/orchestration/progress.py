"""What a person at the command line sees of a run: each step as it ends, each file as it is settled, each failure as a sentence."""

import logging
from collections.abc import Callable

from dagster import DagsterEvent, DagsterEventType, InitLoggerContext, LoggerDefinition

STEPS = {
    "landing": "took in what was dropped",
    "warehouse": "counted and protected",
    "draft__marts": "marts written and judged",
    "draft__reports": "reports written and attacked",
    "draft__sealed": "draft sealed",
    "release": "release looked at",
}


class Teller(logging.Handler):
    """Passes on what is worth telling. A failure's own text can hold a value from a record, so only its step is told."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event: DagsterEvent | None = meta.get("dagster_event")
        if event is None:
            if record.levelno == logging.INFO and meta.get("step_key") == "landing":
                self.tell(meta.get("orig_message", record.getMessage()))
        elif event.event_type == DagsterEventType.STEP_SUCCESS:
            self.tell(STEPS.get(str(event.step_key), str(event.step_key)))


def progress_logger(tell: Callable[[str], None]) -> LoggerDefinition:
    """A run's console logger that calls ``tell`` with one line at a time."""

    def told(context: InitLoggerContext) -> logging.Logger:
        progress = logging.Logger("equality.progress", level=logging.DEBUG)
        progress.addHandler(Teller(tell))
        return progress

    return LoggerDefinition(told, description="Tells the command line how far a run is.")

"""Errors that are raised on purpose inside a refresh, in whichever process the stage runs, with a canary's record for words."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.drills.canaries import WORDS


@dataclass(frozen=True)
class Fault:
    """Where an error is raised: in ``attribute`` of ``module``. ``early``: before anything is counted, so that it is quickly tried."""

    where: str
    module: str
    attribute: str
    early: bool = False


RAISED = "EQUALITY_DRILL_RAISED"
"""Names the file by which the fault says that it was reached."""
FAULTS = {
    "read": Fault("while a file is read", "pipelines.intake.mapping", "_Mapping.run", early=True),
    "gate": Fault("in gate 1, which Great Expectations judges", "expectations.landing", "judge_landing", early=True),
    "record": Fault("while a receipt is written", "pipelines.intake.receipts", "hand_over", early=True),
    "landing": Fault("while rows are landed", "pipelines.intake.landing", "Landing._write", early=True),
    "dbt": Fault("inside dbt, as it opens the warehouse", "pipelines.orchestration.dbt_plugin", "attach_warehouse"),
    "ranges": Fault("in a model of dbt that sees a value of each person", "pipelines.reporting.ranges", "add_figure_ranges"),
    "protect": Fault("in the suppressor", "pipelines.disclosure.protect", "protect"),
    "judge": Fault("in gate 2", "expectations.release", "judge_release"),
    "report": Fault("while reports are made", "pipelines.reporting.pack", "write_pack"),
}
_PATCH = """
import importlib.abc, importlib.machinery, os, sys
from pathlib import Path

MODULE, ATTRIBUTE, WORDS = {module!r}, {attribute!r}, {words!r}


def fail(*args, **kwargs):
    raised = os.environ.get("EQUALITY_DRILL_RAISED")
    if raised:
        Path(raised).touch()
    raise ValueError("cannot convert the row " + WORDS)


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            *owners, last = ATTRIBUTE.split(".")
            owner = module
            for one in owners:
                owner = getattr(owner, one)
            setattr(owner, last, fail)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Finder())
"""


def fault_environment(folder: Path, name: str) -> dict[str, str]:
    """The environment of a run in which that fault is raised: Python itself runs the patch in every process it starts."""
    folder.mkdir(parents=True)
    fault = FAULTS[name]
    (folder / "sitecustomize.py").write_text(_PATCH.format(module=fault.module, attribute=fault.attribute, words=" ".join(WORDS)), "utf-8")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    return {"PYTHONPATH": path, RAISED: str(folder / "raised")}

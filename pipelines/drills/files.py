"""Files that come twice, in any order, half written, broken or hostile."""

from __future__ import annotations

from pipelines.drills.promise import Drill

DRILLS: dict[int, Drill] = {}

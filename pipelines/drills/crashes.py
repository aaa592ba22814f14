"""Killed runs, full disks, two runs at once, judges that fail."""

from __future__ import annotations

from pipelines.drills.promise import Drill

DRILLS: dict[int, Drill] = {}

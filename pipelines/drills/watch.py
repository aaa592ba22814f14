"""What is missing, and the messages that people read."""

from __future__ import annotations

from pipelines.drills.promise import Drill

DRILLS: dict[int, Drill] = {}

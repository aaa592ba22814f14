"""Small numbers."""

from __future__ import annotations

from pipelines.drills.promise import Drill

DRILLS: dict[int, Drill] = {}

"""Between academies, and between this machine and the rest of the world."""

from __future__ import annotations

from pipelines.drills.promise import Drill

DRILLS: dict[int, Drill] = {}

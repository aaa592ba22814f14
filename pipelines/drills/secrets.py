"""Keys, encryption, permissions, and where a person's data may lie."""

from __future__ import annotations

from pipelines.drills.promise import Drill

DRILLS: dict[int, Drill] = {}

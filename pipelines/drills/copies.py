"""Backup, verification, rebuilding, older versions, the audit log, approvals."""

from __future__ import annotations

from pipelines.drills.promise import Drill

DRILLS: dict[int, Drill] = {}

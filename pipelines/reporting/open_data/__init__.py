"""Open data: the protected figures as files for other programs. Pages and the workbook, which people read, belong to their siblings."""

from __future__ import annotations

from pipelines.reporting.open_data.writing import write_open_data

__all__ = ["write_open_data"]

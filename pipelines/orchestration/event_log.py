"""Dagster's SQLite storage, with each database of events opened once and not once an event. Named in the home's ``dagster.yaml``."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from sqlalchemy import Connection, Engine, create_engine, event


class EventLog(SqliteEventLogStorage):
    """A refresh writes a thousand events. Dagster's own class makes an engine, a connection and a checkpoint of the disk for each."""

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir)

    @contextlib.contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        engine = self._engine("index")
        with engine.connect() as connection:
            return bool(engine.dialect.has_table(connection, table_name))

    def delete_events(self, run_id: str) -> None:
        """The run's events, and its database, which Dagster's own class leaves there empty."""
        super().delete_events(run_id)
        with self._db_lock:
            if engine := self._engines.pop(run_id, None):
                engine.dispose()
            self._initialized_dbs.discard(run_id)
            for end in ("", "-wal", "-shm"):
                Path(f"{self.path_for_shard(run_id)}{end}").unlink(missing_ok=True)

    def dispose(self) -> None:
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            waits = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            self._engines[shard] = create_engine(self.conn_string_for_shard(shard), connect_args=waits)
            event.listen(self._engines[shard], "connect", _without_flushing)
        return self._engines[shard]


def _without_flushing(connection: sqlite3.Connection, _: object) -> None:
    """Let the system write when it likes: with a write-ahead log a power cut costs the last events, never the database (SQLite, pragma synchronous)."""
    connection.execute("pragma synchronous = normal")


class Storage(DagsterSqliteStorage):
    """Runs and schedules as Dagster stores them; events in an :class:`EventLog` of the same databases."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage.dispose()
        self._event_log_storage = EventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Storage:
        return cls.from_local(inst_data=inst_data, **config_value)

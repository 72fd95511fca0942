"""Room that GeoPackages give back to the disk once tables are gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from planetary_qgis.core.geopackages import geopackage

_WORTH_REWRITING = 0.25
"""The share of a file that must be free before all the rest of it is written anew."""


def prepare(path: Path) -> None:
    """Make a small file one that gets shorter by itself whenever something in it goes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        _rewrite(connection)


def give_back(path: Path) -> None:
    """Shorten a file by the room that is free in it; who reads it goes on reading meanwhile.

    A file that others have made is written anew where much of it is free. It stays as it is where
    they do not let go of it, or the disk is full: the next import fills the free room.
    """
    with geopackage.reader(path) as cursor:
        by_itself = _number(cursor, "auto_vacuum") > 0
        free, pages = _number(cursor, "freelist_count"), _number(cursor, "page_count")
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(path, timeout=0.0, isolation_level=None)) as connection,
    ):
        if not by_itself and free > _WORTH_REWRITING * pages:
            # With a write-ahead log readers keep what they see.
            connection.execute("PRAGMA journal_mode = WAL")
            _rewrite(connection)
        # QGIS keeps files open for a while, and with them the log that holds the changes.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")


def _rewrite(connection: sqlite3.Connection) -> None:
    # FULL, not INCREMENTAL: giving back page by page takes minutes for a million rows.
    connection.execute("PRAGMA auto_vacuum = FULL")
    connection.execute("VACUUM")


def _number(cursor: sqlite3.Cursor, pragma: str) -> int:
    return int(cursor.execute(f"PRAGMA {pragma}").fetchone()[0])

"""Findings that the mapper has looked at and lets be, each with the reason, in the map's file."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timezone
from pathlib import Path

from qgis.core import QgsApplication

from planetary_qgis.core.geopackages import geopackage

TABLE = "ignored_findings"


def ignored_in(path: Path) -> dict[str, str]:
    """Reasons by the keys of findings; none where the file keeps none.

    Raises:
        PlanetaryError: The file cannot be read.
    """
    with geopackage.reader(path) as cursor:
        if not geopackage.has_table(cursor, TABLE):
            return {}
        rows = cursor.execute("SELECT finding_key, reason FROM ignored_findings ORDER BY fid")
        return {key: reason or "" for key, reason in rows}


def ignore(path: Path, key: str, reason: str, message: str = "") -> None:
    """Keep a reason, in place of an older one for the same finding.

    Args:
        key: As `core.mapping.checks.finding_key` gives it.
        message: What was found, for those who read the table.

    Raises:
        PlanetaryError: The file cannot be written.
    """
    noted_at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    with geopackage.transaction(path) as cursor:
        _make_table(cursor)
        cursor.execute("DELETE FROM ignored_findings WHERE finding_key = ?", (key,))
        cursor.execute(
            "INSERT INTO ignored_findings (finding_key, reason, message, noted_by, noted_at) "
            "VALUES (?, ?, ?, ?, ?)",
            (key, reason, message, _who(), noted_at),
        )


def unignore(path: Path, key: str) -> None:
    """Forget the reason for a finding, so that it counts again.

    Raises:
        PlanetaryError: The file cannot be written.
    """
    if key not in ignored_in(path):
        return
    with geopackage.transaction(path) as cursor:
        cursor.execute("DELETE FROM ignored_findings WHERE finding_key = ?", (key,))


def _make_table(cursor: sqlite3.Cursor) -> None:
    if geopackage.has_table(cursor, TABLE):
        return
    cursor.execute(
        "CREATE TABLE ignored_findings (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
        "finding_key TEXT, reason TEXT, message TEXT, noted_by TEXT, noted_at TEXT)"
    )
    cursor.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "VALUES (?, 'attributes', ?, 0)",
        (TABLE, TABLE),
    )


def _who() -> str:
    return QgsApplication.userFullName() or QgsApplication.userLoginName()

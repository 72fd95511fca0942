"""How QGIS and GDAL open the journals of GeoPackages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from osgeo import gdal
from qgis.core import QgsVectorLayer

_VERSION_OF_READERS, _WRITE_AHEAD = 19, 2
"""Where the header of a SQLite file says how it is read; see https://sqlite.org/fileformat."""


@contextmanager
def journal_as_it_is() -> Iterator[None]:
    """Within it, this thread opens GeoPackages without switching them to write-ahead logs.

    QGIS 3.22 switches for as long as it has a file open for writing. Where a layer of that file is
    open elsewhere it leaves the switch behind, and the next layer cannot read its style.
    """
    option = "OGR_SQLITE_JOURNAL"
    before = gdal.GetThreadLocalConfigOption(option)
    gdal.SetThreadLocalConfigOption(option, "DELETE")
    try:
        yield
    finally:
        gdal.SetThreadLocalConfigOption(option, before)


@contextmanager
def write_ahead(path: Path) -> Iterator[None]:
    """Within it, a GeoPackage has a write-ahead log, and layers that open now go on using it.

    Without one QGIS reads without locks: what is written meanwhile breaks a layer that is being
    drawn. Files that are not there or cannot be written are left as they are.
    """
    if not path.is_file():
        yield
        return
    with closing(sqlite3.connect(path, timeout=0.0, isolation_level=None)) as holding:
        with suppress(sqlite3.Error):
            holding.execute("PRAGMA journal_mode = WAL")
            holding.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield


def reopen_write_ahead(path: Path, layers: Iterable[QgsVectorLayer]) -> None:
    """Open layers of a GeoPackage anew as `write_ahead` has them, if QGIS opened them otherwise.

    What QGIS 3.22 opened without locks can no longer be read, nor its features be counted, once
    another layer of the file is edited.
    """
    if _is_write_ahead(path):
        return
    with write_ahead(path):
        for layer in layers:
            if not layer.isEditable():
                layer.dataProvider().reloadData()


def _is_write_ahead(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(_VERSION_OF_READERS + 1)[_VERSION_OF_READERS:] == bytes([_WRITE_AHEAD])
    except OSError:
        return False

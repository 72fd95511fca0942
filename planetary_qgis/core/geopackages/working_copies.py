"""Changes of a GeoPackage by many transactions of others that come true together, or not at all."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.geopackage import sqlite_errors

_BUSY_SECONDS = 5.0


@contextmanager
def working_copy(path: Path) -> Iterator[Path]:
    """A copy of a GeoPackage to work on, put in the place of its content if the block ends well.

    Raises:
        PlanetaryError: The file cannot be written, or somebody else changed it meanwhile.
    """
    with (
        sqlite_errors(path),
        closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as whole,
    ):
        _refuse_unwritable(whole)
        version = _version(whole)
        folder = Path(tempfile.mkdtemp(prefix="planetary_qgis_"))
        try:
            copy = folder / path.name
            with closing(sqlite3.connect(copy)) as written:
                whole.backup(written)
                written.execute("PRAGMA journal_mode = DELETE")
            yield copy
            if _version(whole) != version:
                raise PlanetaryError(
                    f"The GeoPackage {path} was changed by somebody else meanwhile.",
                    hint="Nothing was written to it: do it again.",
                )
            with closing(sqlite3.connect(copy)) as read:
                read.backup(whole)  # one transaction of the file that is written
        finally:
            # What Windows still holds open stays in the folder for such.
            shutil.rmtree(folder, ignore_errors=True)


def _refuse_unwritable(connection: sqlite3.Connection) -> None:
    """Raise before the work is done, not after it."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection changes the file."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)

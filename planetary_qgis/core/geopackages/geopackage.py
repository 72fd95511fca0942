"""GeoPackages as SQLite files: transactions, and what there is to know of a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from planetary_qgis.core.errors import PlanetaryError

GEOMETRY_COLUMN = "geom"
ID_COLUMN = "fid"
_BUSY_SECONDS = 60.0
_LARGE_CACHE = "PRAGMA cache_size = -200000"
_TABLES_ABOUT_TABLES = {
    "gpkg_contents": "table_name",
    "gpkg_ogr_contents": "table_name",
    "gpkg_geometry_columns": "table_name",
    "gpkg_extensions": "table_name",
    "gpkg_data_columns": "table_name",
    "gpkg_metadata_reference": "table_name",
    "layer_styles": "f_table_name",
}


def quoted(name: str) -> str:
    """A table's or column's name as SQL wants it."""
    return '"' + name.replace('"', '""') + '"'


def rtree_name(table: str) -> str:
    return f"rtree_{table}_{GEOMETRY_COLUMN}"


def insertion(table: str, columns: Sequence[str]) -> str:
    """The statement that inserts rows of id, geometry and these columns."""
    names = [ID_COLUMN, GEOMETRY_COLUMN, *columns]
    listed, values = ", ".join(map(quoted, names)), ", ".join("?" * len(names))
    return " ".join(("INSERT INTO", quoted(table), "(", listed, ") VALUES (", values, ")"))


@contextmanager
def transaction(
    path: Path, *, attached: Path | None = None, keep_readers: bool = True
) -> Iterator[sqlite3.Cursor]:
    """A cursor on a GeoPackage whose changes all come true when the block ends well, or none.

    Args:
        attached: Another GeoPackage, whose tables are there as `blank`.
        keep_readers: Let layers that are open on other tables go on reading meanwhile.
    """
    with _cursor(path) as cursor:
        cursor.execute(_LARGE_CACHE)
        if keep_readers:
            cursor.execute("PRAGMA journal_mode = WAL")
        if attached is not None:
            cursor.execute("ATTACH DATABASE ? AS blank", (str(attached),))
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            if cursor.connection.in_transaction:  # SQLite ends it by itself on a full disk
                cursor.execute("ROLLBACK")
            raise
        finally:
            if keep_readers:
                _leave_write_ahead(cursor)


@contextmanager
def reader(path: Path) -> Iterator[sqlite3.Cursor]:
    """A cursor that only reads."""
    with _cursor(path) as cursor:
        cursor.execute("PRAGMA query_only = 1")
        yield cursor


def default_style(path: Path, table: str) -> str:
    """The QML that the file keeps as a table's default style; empty where there is none."""
    with reader(path) as cursor:
        if not has_table(cursor, "layer_styles"):
            return ""
        row = cursor.execute(
            "SELECT styleQML FROM layer_styles WHERE lower(f_table_name) = lower(?) "
            "ORDER BY useAsDefault DESC, id DESC LIMIT 1",
            (table,),
        ).fetchone()
    return str(row[0]) if row else ""


def replace_default_style(path: Path, table: str, qml: str) -> None:
    """Let a table that has a style open with this one instead; the style's SLD goes."""
    with transaction(path) as cursor:
        if has_table(cursor, "layer_styles"):
            cursor.execute(
                "UPDATE layer_styles SET styleQML = ?, styleSLD = '' WHERE id = ("
                "SELECT id FROM layer_styles WHERE lower(f_table_name) = lower(?) "
                "ORDER BY useAsDefault DESC, id DESC LIMIT 1)",
                (qml, table),
            )


def forget_table(cursor: sqlite3.Cursor, table: str) -> None:
    """Drop a table, its R-tree and all that the gpkg_ tables and saved styles say of it."""
    for name in (rtree_name(table), table):
        # Without “main.” SQLite would find the table of an attached file.
        cursor.execute(" ".join(("DROP TABLE IF EXISTS", f"main.{quoted(name)}")))
    for name, column in _TABLES_ABOUT_TABLES.items():
        if has_table(cursor, name):
            cursor.execute(
                " ".join(("DELETE FROM", f"main.{name}", "WHERE lower(", column, ") = lower(?)")),
                (table,),
            )


def forget_styles(path: Path, table: str) -> None:
    """Take the styles of a table out of a GeoPackage, if there are any."""
    with reader(path) as cursor:
        styled = (
            has_table(cursor, "layer_styles")
            and cursor.execute(
                "SELECT 1 FROM layer_styles WHERE lower(f_table_name) = lower(?)", (table,)
            ).fetchone()
        )
    if styled:
        with transaction(path) as cursor:
            cursor.execute(
                "DELETE FROM layer_styles WHERE lower(f_table_name) = lower(?)", (table,)
            )


def has_table(cursor: sqlite3.Cursor, name: str) -> bool:
    found = cursor.execute(
        "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND lower(name) = lower(?)", (name,)
    )
    return found.fetchone() is not None


def remove_file(path: Path) -> None:
    """Delete a GeoPackage and the journals beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _leave_write_ahead(cursor: sqlite3.Cursor) -> None:
    """Back to one self-contained file, unless somebody still reads: then QGIS does it later."""
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        cursor.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise


@contextmanager
def _cursor(path: Path) -> Iterator[sqlite3.Cursor]:
    # isolation_level None: transactions begin and end where this module says so.
    # The cursor is closed too: one that a traceback keeps alive would keep the file locked.
    with (
        sqlite_errors(path),
        closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection,
        closing(connection.cursor()) as cursor,
    ):
        yield cursor


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """What SQLite says of a file within it becomes a sentence."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError):
        raise  # a mistake of ours, not of the file
    except sqlite3.Error as error:
        raise PlanetaryError(
            f"The GeoPackage {path} cannot be read or written.",
            details=str(error),
            hint="Check that the file is a GeoPackage, not in use by another program, "
            "and that its folder is writable and not full.",
        ) from error

"""GeoPackages of packages, read without leaving a trace: nothing is written or locked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planetary_qgis.core.geopackages.geopackage import quoted
from planetary_qgis.core.mapping.packages.wkt_facts import CrsFacts, crs_facts

UNREADABLE = (sqlite3.Error, OSError, UnicodeDecodeError)
"""What reading a GeoPackage raises that is damaged, none, or cannot be opened."""

_SQLITE = b"SQLite format 3\0"
_GEOPACKAGE_IDS = (0x47504B47, 0x47503130, 0x47503131)
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_HEAD = 8 + 64 + 5
_WKB_NAMES = {
    1: "POINT",
    2: "LINESTRING",
    3: "POLYGON",
    4: "MULTIPOINT",
    5: "MULTILINESTRING",
    6: "MULTIPOLYGON",
    7: "GEOMETRYCOLLECTION",
    8: "CIRCULARSTRING",
    9: "COMPOUNDCURVE",
    10: "CURVEPOLYGON",
    11: "MULTICURVE",
    12: "MULTISURFACE",
}


@dataclass(frozen=True)
class Column:
    """A column of a table; its type as declared, in capitals."""

    name: str
    type: str


@dataclass(frozen=True)
class Table:
    """A table that a GeoPackage tells of.

    Attributes:
        geometry_column, geometry_type: "" where it has no geometry.
        srs_id: Of its geometries; None where it has none.
    """

    name: str
    identifier: str
    columns: tuple[Column, ...]
    rows: int
    geometry_column: str = ""
    geometry_type: str = ""
    srs_id: int | None = None

    @property
    def attributes(self) -> tuple[Column, ...]:
        """Its columns without the geometry."""
        return tuple(each for each in self.columns if each.name != self.geometry_column)

    def column(self, name: str) -> Column | None:
        """The column of that name in any case."""
        return next((each for each in self.columns if each.name.lower() == name.lower()), None)


class GeoPackage:
    """An open GeoPackage; all of it is read as it is in the file, without its journals."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self.tables = {table.name: table for table in self._tables()}

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def table(self, name: str) -> Table | None:
        """The table of that name in any case."""
        return next(
            (each for key, each in self.tables.items() if key.lower() == name.lower()), None
        )

    def values(self, table: Table, *columns: str) -> Iterator[tuple[Any, ...]]:
        """The rows of these columns, in the order of the table."""
        listed = ", ".join(map(quoted, columns))
        sql = " ".join(("SELECT", listed, "FROM", quoted(table.name)))
        yield from self._connection.execute(sql)

    def has(self, name: str) -> bool:
        """Whether the file has a table, whether the GeoPackage tells of it or not."""
        return bool(
            self.rows(
                "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') "
                "AND lower(name) = lower(?)",
                (name,),
            )
        )

    def crs(self, srs_id: int) -> CrsFacts | None:
        """What the definition of a reference system says; None where it says nothing."""
        names = [row[1] for row in self.rows("PRAGMA table_info(gpkg_spatial_ref_sys)")]
        for column in ("definition", "definition_12_063"):
            if column in names:
                sql = " ".join(
                    ("SELECT", quoted(column), "FROM gpkg_spatial_ref_sys WHERE srs_id = ?")
                )
                for (wkt,) in self.rows(sql, (srs_id,)):
                    facts = crs_facts(wkt or "")
                    if facts is not None:
                        return facts
        return None

    def geometry_heads(self, table: Table) -> Iterator[tuple[int, bytes | None]]:
        """Row ids, and the first bytes of each geometry."""
        column = quoted(table.geometry_column)
        head = f"substr({column}, 1, {_HEAD:d})"
        sql = " ".join(("SELECT rowid,", head, "FROM", quoted(table.name)))
        yield from self._connection.execute(sql)

    def _tables(self) -> Iterator[Table]:
        geometries = {
            str(name).lower(): (str(column), str(kind).upper(), srs_id)
            for name, column, kind, srs_id in self.rows(
                "SELECT table_name, column_name, geometry_type_name, srs_id "
                "FROM gpkg_geometry_columns"
            )
        }
        contents = self.rows("SELECT table_name, identifier FROM gpkg_contents")
        for name, identifier in contents:
            if not self.has(str(name)):
                continue
            info = self.rows(" ".join(("PRAGMA", f"table_info({quoted(str(name))})")))
            count = self.rows(" ".join(("SELECT count(*) FROM", quoted(str(name)))))[0][0]
            columns = tuple(Column(str(row[1]), str(row[2] or "").upper()) for row in info)
            geometry = geometries.get(str(name).lower(), ("", "", None))
            yield Table(str(name), str(identifier or ""), columns, int(count), *geometry)


@contextmanager
def opened_geopackage(path: Path) -> Iterator[GeoPackage]:
    """A GeoPackage to read in; the file and its folder stay as they are.

    Raises:
        UNREADABLE: It is no GeoPackage, damaged, or cannot be opened.
    """
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            raise sqlite3.DatabaseError("it is no SQLite file")
    address = f"{path.resolve().as_uri()}?immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        connection.text_factory = _text
        yield GeoPackage(path, connection)


def says_geopackage(package: GeoPackage) -> bool:
    """Whether the file's header says that it is a GeoPackage."""
    return bool(package.rows("PRAGMA application_id")[0][0] in _GEOPACKAGE_IDS)


def geometry_of_head(head: bytes) -> tuple[str, int, bool] | None:
    """Kind, srs_id and emptiness that the first bytes of a geometry say; None where broken.

    Source: OGC 12-128r18, clause 2.1.3.1.
    """
    if len(head) < 8 or head[:2] != b"GP":
        return None
    flags = head[3]
    envelope = _ENVELOPES.get((flags >> 1) & 0b111)
    if envelope is None or len(head) < 8 + envelope + 5:
        return None
    order = "little" if flags & 1 else "big"
    srs_id = int.from_bytes(head[4:8], order, signed=True)  # type: ignore[arg-type]
    wkb = head[8 + envelope :]
    code = int.from_bytes(wkb[1:5], "little" if wkb[0] == 1 else "big") % 1000
    kind = _WKB_NAMES.get(code)
    return None if kind is None else (kind, srs_id, bool(flags & 0b10000))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")

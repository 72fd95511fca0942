"""What the documents of a package tell of a map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from planetary_qgis.core.mapping.map_layers import MAP_LAYERS, LayerGeometry, MapField
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.packages.map_metadata import MapMetadata
from planetary_qgis.core.mapping.packages.schema_checks import template_words
from planetary_qgis.core.mapping.packages.tables import GeoPackage, Table, opened_geopackage
from planetary_qgis.core.mapping.packages.wkt_facts import CrsFacts

Term = tuple[str, str, str]
"""Code, label, definition."""

_KINDS = {"POINT": "point", "LINESTRING": "line", "POLYGON": "polygon"}


@dataclass(frozen=True)
class ColumnFacts:
    """A column.

    Attributes:
        terms: What it may hold; none where that is free.
        numbers: The least and the most that it holds; None where it holds text, or nothing.
    """

    name: str
    title: str
    type: str
    terms: tuple[Term, ...] = ()
    numbers: tuple[float, float] | None = None


@dataclass(frozen=True)
class LayerFacts:
    """A layer of the map."""

    name: str
    title: str
    geometry: LayerGeometry
    rows: int
    columns: tuple[ColumnFacts, ...]


@dataclass(frozen=True)
class PackageFacts:
    """A map, for those who get it.

    Attributes:
        bounds: West, east, south, north: east-positive and planetocentric; None where unknown.
        made_with: The program, as “Planetary QGIS 1.0”.
        notes: Sentences about what is not in the package, and why.
    """

    name: str
    metadata: MapMetadata
    settings: MapSettings
    crs: CrsFacts | None
    bounds: tuple[float, float, float, float] | None
    layers: tuple[LayerFacts, ...]
    today: date
    made_with: str
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.metadata.title or self.settings.title or self.name

    @property
    def body_title(self) -> str:
        return self.settings.body.title()

    def with_notes(self, *notes: str) -> PackageFacts:
        return replace(self, notes=(*self.notes, *notes))


def layers_in(path: Path) -> tuple[LayerFacts, ...]:
    """The layers of the template that a closed GeoPackage holds.

    Raises:
        tables.UNREADABLE: It cannot be read.
    """
    with opened_geopackage(path) as package:
        words = template_words(package)
        return tuple(
            _layer(
                package, table, spec.title, {each.name.lower(): each for each in spec.fields}, words
            )
            for spec in MAP_LAYERS
            if (table := package.table(spec.name)) is not None
        )


def crs_in(path: Path, table: str) -> CrsFacts | None:
    """The CRS of a table of a closed GeoPackage."""
    with opened_geopackage(path) as package:
        found = package.table(table)
        return package.crs(found.srs_id) if found and found.srs_id is not None else None


def _layer(
    package: GeoPackage,
    table: Table,
    title: str,
    fields: dict[str, MapField],
    words: dict[str, tuple[Term, ...]],
) -> LayerFacts:
    kind = next((k for word, k in _KINDS.items() if table.geometry_type.endswith(word)), "none")
    columns = []
    for column in table.attributes:
        field = fields.get(column.name.lower())
        columns.append(
            ColumnFacts(
                column.name,
                field.title if field else _untold(column.name),
                column.type,
                words.get(field.vocabulary, ()) if field and field.vocabulary else (),
                _numbers(package, table, column.name, column.type),
            )
        )
    return LayerFacts(table.name, title, kind, table.rows, tuple(columns))  # type: ignore[arg-type]


def _numbers(package: GeoPackage, table: Table, name: str, kind: str) -> tuple[float, float] | None:
    if kind.startswith(("TEXT", "VARCHAR", "CHAR", "BLOB", "DATE")):
        return None
    values = [
        value
        for (value,) in package.values(table, name)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    return (min(values), max(values)) if values else None


def _untold(name: str) -> str:
    return "Number of the feature" if name.lower() in ("fid", "ogc_fid", "id") else name

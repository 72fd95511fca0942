"""Tables and columns of GeMS that planetary maps use.

Source: USGS Techniques and Methods 11-B10, GeMS (Geologic Map Schema), with the column widths and
rules about nulls of the definition that USGS publishes with its tools.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planetary_qgis.core.mapping.map_layers import LayerGeometry

Nulls = Literal["no", "yes"]
_NAME, _ID, _UNIT, _MEMO = 254, 50, 10, 3000


@dataclass(frozen=True)
class GemsField:
    """A column; `width` is 0 for numbers."""

    name: str
    width: int = _NAME
    nulls: Nulls = "yes"


@dataclass(frozen=True)
class GemsTable:
    """A table or feature class; its key is its name with _ID."""

    name: str
    geometry: LayerGeometry
    fields: tuple[GemsField, ...]
    required: bool = True

    @property
    def key(self) -> str:
        return f"{self.name}_ID"

    @property
    def key_prefix(self) -> str:
        """What the table's keys begin with, and no other table's."""
        return _PREFIXES[self.name]

    def field(self, name: str) -> GemsField | None:
        return next((each for each in self.fields if each.name == name), None)


def _text(name: str, width: int = _NAME, nulls: Nulls = "yes") -> GemsField:
    return GemsField(name, width, nulls)


_MAP_UNIT = _text("MapUnit", _UNIT, "no")
_TYPE = _text("Type", _NAME, "no")
_CONCEALED = _text("IsConcealed", 1, "no")
_LOCATION = GemsField("LocationConfidenceMeters", 0, "no")
_EXISTENCE = _text("ExistenceConfidence", _ID, "no")
_IDENTITY = _text("IdentityConfidence", _ID, "no")
_LABEL, _SYMBOL = _text("Label", _ID), _text("Symbol")
_SOURCE, _NOTES = _text("DataSourceID", _ID, "no"), _text("Notes")
_SCALE = GemsField("PlotAtScale", 0, "no")

GEMS_TABLES: tuple[GemsTable, ...] = (
    GemsTable("MapUnitPolys", "polygon", (_MAP_UNIT, _IDENTITY, _LABEL, _SYMBOL, _SOURCE, _NOTES)),
    GemsTable(
        "ContactsAndFaults",
        "line",
        (_TYPE, _CONCEALED, _LOCATION, _EXISTENCE, _IDENTITY, _LABEL, _SYMBOL, _SOURCE, _NOTES),
    ),
    GemsTable(
        "DescriptionOfMapUnits",
        "none",
        (
            _text("MapUnit", _UNIT),
            _text("Name", _NAME, "no"),
            _text("FullName"),
            _text("Age"),
            _text("Description", _MEMO),
            _text("HierarchyKey", _NAME, "no"),
            _text("ParagraphStyle", _NAME, "no"),
            _text("Label", 30),
            _SYMBOL,
            _text("AreaFillRGB"),
            _text("AreaFillPatternDescription"),
            _text("DescriptionSourceID", _ID),
            _text("GeoMaterial"),
            _text("GeoMaterialConfidence"),
        ),
    ),
    GemsTable(
        "DataSources", "none", (_text("Source", 500, "no"), _text("Notes", 300), _text("URL", 300))
    ),
    GemsTable(
        "Glossary",
        "none",
        (
            _text("Term", _NAME, "no"),
            _text("Definition", _MEMO, "no"),
            _text("DefinitionSourceID", _ID, "no"),
        ),
    ),
    GemsTable(
        "GeoMaterialDict",
        "none",
        (
            _text("HierarchyKey", 15, "no"),
            _text("GeoMaterial", 300, "no"),
            _text("IndentedName", 300, "no"),
            _text("Definition", _MEMO, "no"),
        ),
    ),
    GemsTable(
        "GeologicLines",
        "line",
        (_TYPE, _CONCEALED, _LOCATION, _EXISTENCE, _IDENTITY, _SYMBOL, _LABEL, _SOURCE, _NOTES),
        required=False,
    ),
    GemsTable(
        "OverlayPolys",
        "polygon",
        (_TYPE, _IDENTITY, _LABEL, _SYMBOL, _SOURCE, _NOTES),
        required=False,
    ),
    GemsTable(
        "MapUnitPoints",
        "point",
        (
            *(_MAP_UNIT, _LOCATION, _EXISTENCE, _IDENTITY, _LABEL, _SYMBOL, _SCALE),
            *(_SOURCE, _NOTES),
        ),
        required=False,
    ),
    GemsTable(
        "GenericPoints",
        "point",
        (
            *(_TYPE, _SYMBOL, _LABEL, _LOCATION, _SCALE, _text("StationsID", _ID)),
            *(_text("MapUnit", _UNIT), _text("LocationSourceID", _ID, "no"), _SOURCE, _NOTES),
        ),
        required=False,
    ),
    GemsTable(
        "CartographicLines", "line", (_TYPE, _SYMBOL, _LABEL, _SOURCE, _NOTES), required=False
    ),
    GemsTable(
        "MiscellaneousMapInformation",
        "none",
        (_text("MapProperty"), _text("MapPropertyValue", _MEMO)),
        required=False,
    ),
)

_PREFIXES = {
    "MapUnitPolys": "MUP",
    "ContactsAndFaults": "CAF",
    "DescriptionOfMapUnits": "DMU",
    "DataSources": "DAS",
    "Glossary": "GLO",
    "GeoMaterialDict": "GMD",
    "GeologicLines": "GEL",
    "OverlayPolys": "OVP",
    "MapUnitPoints": "MPT",
    "GenericPoints": "GNP",
    "CartographicLines": "CAL",
    "MiscellaneousMapInformation": "MMI",
}

SOURCE_COLUMNS = ("DataSourceID", "LocationSourceID", "DescriptionSourceID", "DefinitionSourceID")
"""Columns whose values are keys of DataSources."""

GLOSSARY_COLUMNS = ("Type", "ExistenceConfidence", "IdentityConfidence")
"""Columns whose values the glossary must explain."""

_BY_NAME = {each.name.lower(): each for each in GEMS_TABLES}


def gems_table(name: str) -> GemsTable | None:
    """The table of that name in any case."""
    return _BY_NAME.get(name.lower())

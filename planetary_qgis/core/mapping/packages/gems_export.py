"""A map in the tables of GeMS. Import it late, for pandas and shapely.

Source: USGS Techniques and Methods 11-B10.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ages import ages_of
from planetary_qgis.core.mapping.description import MapUnit, grouped, in_order, units_in
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACT_TYPE,
    CONTACTS,
    DESCRIPTION,
    FEATURE_CERTAINTY,
    FEATURE_TYPE,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    MAP_BOUNDARY,
    NAME,
    NOTES,
    SURFACE_FEATURES,
    UNIT,
    UNIT_LABEL,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.packages.gems_schema import GEMS_TABLES
from planetary_qgis.core.mapping.packages.gems_writing import GemsRows, Row, write_gems_table
from planetary_qgis.core.mapping.packages.map_copy import forget_whole_table
from planetary_qgis.core.mapping.packages.package_facts import PackageFacts
from planetary_qgis.core.mapping.packages.schema_checks import template_words
from planetary_qgis.core.mapping.packages.tables import GeoPackage, opened_geopackage
from planetary_qgis.core.reports import Report

THIS_MAP, FGDC = "DAS00001", "DAS00002"
_FGDC_TITLE = "FGDC-STD-013-2006, Digital Cartographic Standard for Geologic Map Symbolization"
_NOTHING = "#null"
_UNKNOWN_METRES = -9.0
_ENVELOPE_DOUBLES = (0, 4, 6, 6, 8)
_CONFIDENCES = {
    "certain": "The feature is what it is said to be, as far as the observations allow to say.",
    "questionable": "The observations allow other readings.",
}
_BOUNDARY = "map boundary"
_LOST = "Features whose geometry GeMS tables cannot hold: they are there without it"


def export_gems(source: Path, target: Path, facts: PackageFacts) -> Report:
    """Write a closed GeoPackage of the template anew in the tables of GeMS; gives what was lost.

    Raises:
        PlanetaryError: The target cannot be written.
        OSError: The same, while it is copied.
    """
    report = Report()
    with opened_geopackage(source) as package:
        words = template_words(package)
        layers = {table: _content(package, table, report) for table in package.tables}
        contacts = package.table(CONTACTS)
    srs_id = contacts.srs_id if contacts is not None and contacts.srs_id is not None else 0
    tables = _Translation(facts, layers, words).tables()
    shutil.copyfile(source, target)
    with geopackage.transaction(target, keep_readers=False) as cursor:
        for name in [row[0] for row in cursor.execute("SELECT table_name FROM gpkg_contents")]:
            forget_whole_table(cursor, name)
        for table in tables:
            write_gems_table(cursor, table, srs_id)
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("VACUUM")
    return report


class _Translation:
    """The map's rows as those of GeMS."""

    def __init__(
        self,
        facts: PackageFacts,
        layers: dict[str, LayerContent],
        words: dict[str, tuple[tuple[str, str, str], ...]],
    ) -> None:
        self._facts = facts
        self._layers = layers
        self._tables = {spec.name: GemsRows(spec) for spec in GEMS_TABLES}
        self._terms: dict[str, tuple[str, str]] = {}
        self._words = {
            (name, code): (label, definition)
            for name, terms in words.items()
            for code, label, definition in terms
        }
        self._units = in_order(units_in(self._layer(DESCRIPTION)), ages_of(facts.settings.body))
        self._labels = {unit.unit: unit.label for unit in self._units}

    def tables(self) -> list[GemsRows]:
        """All tables that GeMS demands, and those of the others that have rows."""
        self._add_units()
        self._add_lines(CONTACTS, "ContactsAndFaults", CONTACT_TYPE, CONTACT_CERTAINTY)
        self._add_boundary()
        self._add_lines(LINEAR_FEATURES, "GeologicLines", FEATURE_TYPE, FEATURE_CERTAINTY)
        self._add_surfaces()
        self._add_places()
        self._add_descriptions()
        self._add_sources()
        self._add_glossary()
        self._add_map_information()
        return [each for each in self._tables.values() if each.spec.required or each.rows]

    def _layer(self, name: str) -> LayerContent:
        return self._layers.get(name) or LayerContent.empty(name)

    def _rows(self, name: str, *columns: str) -> Iterator[tuple[Any, tuple[Any, ...]]]:
        content = self._layer(name)
        yield from zip(content.shapes, zip(*(content.column(each) for each in columns)))

    def _add_units(self) -> None:
        polygons, points = self._tables["MapUnitPolys"], self._tables["MapUnitPoints"]
        for shape, (unit, label, notes) in self._rows(UNITS, UNIT, UNIT_LABEL, NOTES):
            polygons.add({**self._of_unit(unit, label), "Notes": notes}, shape)
        for shape, (unit, notes) in self._rows(UNIT_POINTS, UNIT, NOTES):
            row = {**self._of_unit(unit, None), **self._certain(""), "Notes": notes}
            points.add({**row, "PlotAtScale": self._facts.settings.scale}, _single(shape))

    def _of_unit(self, unit: Any, label: Any) -> Row:
        known = str(unit) if unit else _NOTHING
        return {
            "MapUnit": known,
            "IdentityConfidence": self._confidence("certain"),
            "Label": label or self._labels.get(known) or None,
            "DataSourceID": THIS_MAP,
        }

    def _add_lines(self, layer: str, target: str, kind: str, certainty: str) -> None:
        vocabulary = "contact_type" if layer == CONTACTS else "linear_type"
        for shape, (code, how, name, notes) in self._rows(layer, kind, certainty, NAME, NOTES):
            row = {**self._of_type(vocabulary, code), **self._certain(how)}
            self._tables[target].add({**row, "Label": name, "Notes": notes}, shape)

    def _add_boundary(self) -> None:
        """The map's boundary, which GeMS keeps among the contacts."""
        for shape, (notes,) in self._rows(MAP_BOUNDARY, NOTES):
            line = None if shape is None else shapely.boundary(shape)
            self._terms[_BOUNDARY] = ("Line that bounds what was mapped.", THIS_MAP)
            row = {"Type": _BOUNDARY, **self._certain("certain"), "Notes": notes}
            row.update(LocationConfidenceMeters=0.0, DataSourceID=THIS_MAP)
            self._tables["ContactsAndFaults"].add(row, line)

    def _add_surfaces(self) -> None:
        table = self._tables["OverlayPolys"]
        for shape, (code, name, notes) in self._rows(SURFACE_FEATURES, FEATURE_TYPE, NAME, NOTES):
            row = {**self._of_type("surface_type", code), "Label": name, "Notes": notes}
            table.add({**row, "IdentityConfidence": self._confidence("certain")}, shape)

    def _add_places(self) -> None:
        table = self._tables["GenericPoints"]
        for shape, (code, name, notes) in self._rows(LOCATION_FEATURES, FEATURE_TYPE, NAME, NOTES):
            row = {**self._of_type("location_type", code), "Label": name, "Notes": notes}
            row.update(LocationConfidenceMeters=_UNKNOWN_METRES, LocationSourceID=THIS_MAP)
            table.add({**row, "PlotAtScale": self._facts.settings.scale}, _single(shape))

    def _of_type(self, vocabulary: str, code: Any) -> Row:
        """Type in words, with the code of its symbol."""
        if not code:
            return {"Type": _NOTHING, "DataSourceID": THIS_MAP}
        label, definition = self._words.get((vocabulary, str(code)), (str(code), ""))
        self._terms.setdefault(label, (definition or label, FGDC if definition else THIS_MAP))
        return {"Type": label, "Symbol": str(code), "DataSourceID": THIS_MAP}

    def _certain(self, how: Any) -> Row:
        """What a certainty of the template, as “approximate, queried”, means in GeMS."""
        said = str(how or "").lower()
        is_asked = "queried" in said or "questionable" in said
        confidence = self._confidence("questionable" if is_asked else "certain")
        return {
            "IsConcealed": "Y" if "concealed" in said else "N",
            "LocationConfidenceMeters": _UNKNOWN_METRES,
            "ExistenceConfidence": confidence,
            "IdentityConfidence": confidence,
        }

    def _confidence(self, word: str) -> str:
        self._terms.setdefault(word, (_CONFIDENCES[word], THIS_MAP))
        return word

    def _add_descriptions(self) -> None:
        table = self._tables["DescriptionOfMapUnits"]
        groups = grouped(self._units)
        width = len(str(max(len(self._units), len(groups), 10)))
        for position, group in enumerate(groups, start=1):
            key = f"{position:0{width}d}"
            if group.title:
                style = {"ParagraphStyle": "DMUHeading2", "HierarchyKey": key}
                table.add({"Name": group.title, **style})
            for place, unit in enumerate(group.units, start=1):
                own = {"HierarchyKey": f"{key}-{place:0{width}d}", "ParagraphStyle": "DMUUnit1"}
                table.add({**_described(unit), **own})

    def _add_sources(self) -> None:
        said, table = self._facts.metadata, self._tables["DataSources"]
        authors = f"{said.authors}: " if said.authors else ""
        doi = said.doi_address or None
        texts = [f"This map: {authors}{self._facts.title}, version {said.version}", _FGDC_TITLE]
        for text in (*texts, *said.data_sources):
            table.add({"Source": text, "URL": None if table.rows else doi})

    def _add_glossary(self) -> None:
        for term, (definition, source) in sorted(self._terms.items()):
            self._tables["Glossary"].add(
                {"Term": term, "Definition": definition, "DefinitionSourceID": source}
            )

    def _add_map_information(self) -> None:
        facts, table = self._facts, self._tables["MiscellaneousMapInformation"]
        told = (
            ("Title", facts.title),
            ("Authors", facts.metadata.authors),
            ("Body", facts.body_title),
            ("Scale", f"1:{facts.settings.scale:,.0f}"),
            ("Version", facts.metadata.version),
            ("Coordinate reference system", facts.crs.name if facts.crs else ""),
            ("Licence", facts.metadata.licence),
        )
        for name, value in told:
            if value:
                table.add({"MapProperty": name, "MapPropertyValue": value})


def _described(unit: MapUnit) -> Row:
    text = "\n\n".join(part for part in (unit.description, unit.interpretation) if part)
    ages = [age for age in (unit.oldest, unit.youngest) if age]
    return {
        "MapUnit": unit.unit or None,
        "Name": unit.title or _NOTHING,
        "FullName": unit.title or None,
        "Age": " to ".join(dict.fromkeys(ages)) or None,
        "Description": text or None,
        "Label": unit.label or None,
        "AreaFillRGB": ",".join(f"{part:03d}" for part in unit.rgb) if unit.rgb else None,
        "DescriptionSourceID": THIS_MAP,
    }


def _content(package: GeoPackage, name: str, report: Report) -> LayerContent:
    """A table as arrays; geometries that cannot be read count as none and are reported."""
    table = package.tables[name]
    columns = [each.name for each in table.attributes]
    rows = list(package.values(table, *columns)) if columns else []
    blobs: list[Any] = [None] * len(rows)
    if table.geometry_column:
        blobs = [blob for (blob,) in package.values(table, table.geometry_column)]
    shapes = np.full(len(rows), None, dtype=object)
    shapes[:] = shapely.from_wkb([_wkb(blob) for blob in blobs], on_invalid="ignore")
    for place, (blob, shape) in enumerate(zip(blobs, shapes), start=1):
        if blob is not None and shape is None:
            report.add(_LOST, f"{name} {place}")
    ids = np.arange(1, len(rows) + 1, dtype=np.int64)
    return LayerContent(name, ids, shapes, pd.DataFrame(rows, columns=columns, dtype=object))


def _wkb(blob: Any) -> bytes | None:
    """The WKB of a GeoPackage geometry; bytes that are none stay what they are."""
    if blob is None:
        return None
    raw = bytes(blob)
    kind = (raw[3] >> 1) & 0b111 if len(raw) > 8 and raw[:2] == b"GP" else 7
    return raw[8 + 8 * _ENVELOPE_DOUBLES[kind] :] if kind < len(_ENVELOPE_DOUBLES) else raw


def _single(shape: Any) -> Any:
    """A point of what is declared as points."""
    if shape is None or shape.geom_type == "Point":
        return shape
    return shapely.point_on_surface(shape)

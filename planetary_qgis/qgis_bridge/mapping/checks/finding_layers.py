"""Findings as layers of points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsMemoryProviderUtils,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geopackages.empty_tables import keep_default_style
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks import CHECKS, finding_key
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.crs import repair_geopackage
from planetary_qgis.qgis_bridge.layers import open_table
from planetary_qgis.qgis_bridge.mapping.checks.finding_symbols import IGNORED, style_findings
from planetary_qgis.qgis_bridge.mapping.shapes import geometry_of

_FIELDS = (
    ("check", "text"),
    ("title", "text"),
    ("severity", "text"),
    ("layer", "text"),
    ("features", "text"),
    ("message", "text"),
    ("hint", "text"),
    ("size", "real"),
    ("fix", "text"),
    ("key", "text"),
    (IGNORED, "integer"),
    ("reason", "text"),
)


def finding_fields() -> QgsFields:
    """The columns of such a layer."""
    fields = QgsFields()
    for name, kind in _FIELDS:
        fields.append(field(name, kind))
    return fields


def finding_features(
    findings: Sequence[Finding], ignored: Mapping[str, str]
) -> Iterator[QgsFeature]:
    """A feature a finding; without geometry where it has no place.

    Args:
        ignored: Reasons by keys.
    """
    fields, titles = finding_fields(), {check.key: check.title for check in CHECKS}
    for finding in findings:
        feature = QgsFeature(fields)
        feature.setAttributes(_row(finding, titles.get(finding.check, finding.check), ignored))
        feature.setGeometry(marker_of(finding.place))
        yield feature


def marker_of(place: Any) -> QgsGeometry:
    """A point on a place: the middle of lines, inside polygons; a null geometry where nowhere."""
    if place is None or place.is_empty:
        return QgsGeometry()
    if place.geom_type == "LineString":
        return geometry_of(shapely.line_interpolate_point(place, 0.5, normalized=True))
    return geometry_of(shapely.point_on_surface(place))


def save_findings(
    findings: Sequence[Finding],
    ignored: Mapping[str, str],
    crs: QgsCoordinateReferenceSystem,
    path: Path,
    table: str,
) -> QgsVectorLayer:
    """A layer on a new table of a GeoPackage, which may hold other tables already.

    Raises:
        PlanetaryError: The file cannot be written.
    """
    written = QgsMemoryProviderUtils.createMemoryLayer(
        table, finding_fields(), QgsWkbTypes.Type.Point, crs
    )
    written.dataProvider().addFeatures(list(finding_features(findings, ignored)))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", table
    if path.is_file():
        actions = QgsVectorFileWriter.ActionOnExistingFile
        options.actionOnExistingFile = actions.CreateOrOverwriteLayer
    context = QgsCoordinateTransformContext()
    outcome = QgsVectorFileWriter.writeAsVectorFormatV3(written, str(path), context, options)
    if outcome[0] != QgsVectorFileWriter.WriterError.NoError:
        raise _not_written(path, outcome[1])
    finish_table(path, table)
    return open_table(path, table)


def finish_table(path: Path, table: str) -> None:
    """Mend the CRS of a table of findings, and let it open in its symbols wherever it goes."""
    repair_geopackage(path)
    layer = open_table(path, table)
    style_findings(layer)
    document = QDomDocument()
    layer.exportNamedStyle(document)
    del layer  # else the file could not go back to one without a journal
    with geopackage.transaction(path) as cursor:
        keep_default_style(cursor, table, document.toString())


def _row(finding: Finding, title: str, ignored: Mapping[str, str]) -> list[Any]:
    key = finding_key(finding)
    return [
        finding.check,
        title,
        finding.severity.value,
        finding.layer,
        ", ".join(map(str, finding.features)),
        finding.message,
        finding.hint or None,
        finding.size,
        finding.fix or None,
        key,
        int(key in ignored),
        ignored.get(key),
    ]


def _not_written(path: Path, details: str) -> PlanetaryError:
    text = QCoreApplication.translate("FindingLayers", "The findings cannot be saved in {path}.")
    return PlanetaryError(
        text.format(path=path),
        details=details,
        hint=QCoreApplication.translate(
            "FindingLayers", "Choose a folder that is there, writable and not full."
        ),
    )

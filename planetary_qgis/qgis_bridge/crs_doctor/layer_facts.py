"""What is known of a layer without reading its file: for the main thread, in microseconds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsRectangle,
    QgsUnitTypes,
    QgsVectorLayer,
)

from planetary_qgis.core.bodies import Body
from planetary_qgis.qgis_bridge.crs import body_of
from planetary_qgis.qgis_bridge.crs_doctor.body_names import body_told_of

_WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
_FILE_PROVIDERS = ("gdal", "ogr")


@dataclass(frozen=True)
class LayerFacts:
    """A layer, as far as it can be known at once.

    Attributes:
        definition: The CRS as WKT 2; empty where there is none.
        extent: xmin, ymin, xmax, ymax in the CRS; None where it is empty or not finite.
        pixel: Width of a raster's pixel; 0 for vectors.
        path: The layer's file on this computer; None elsewhere.
        table: Of a GeoPackage.
        told: The body that name and metadata tell of.
    """

    layer_id: str
    name: str
    is_raster: bool
    crs: QgsCoordinateReferenceSystem
    definition: str
    is_hollow: bool
    extent: tuple[float, float, float, float] | None
    pixel: float
    path: Path | None
    table: str
    told: Body | None

    @property
    def counts_degrees(self) -> bool:
        """Whether coordinates are degrees; QGIS before 3.28 denies it of CRSs without a code."""
        return self.crs.mapUnits() == QgsUnitTypes.DistanceUnit.DistanceDegrees


def facts_of_layer(layer: QgsMapLayer) -> LayerFacts | None:
    """What is known of a layer; None for one that lies nowhere, or that cannot be read."""
    if not layer.isValid() or not layer.isSpatial():
        return None
    if not isinstance(layer, (QgsRasterLayer, QgsVectorLayer)):
        return None
    crs = layer.crs()
    is_raster = isinstance(layer, QgsRasterLayer)
    path, table = _file_of(layer)
    definition = crs.toWkt(_WKT2) if crs.isValid() else ""
    return LayerFacts(
        layer_id=layer.id(),
        name=layer.name(),
        is_raster=is_raster,
        crs=crs,
        definition=definition,
        is_hollow=crs.isValid() and not definition,
        extent=_finite(layer.extent()),
        pixel=layer.rasterUnitsPerPixelX() if is_raster else 0.0,
        path=path,
        table=table,
        told=_told_of(layer, path),
    )


def is_unprojected(facts: LayerFacts) -> bool:
    """Whether a raster lies in lines and samples: QGIS draws those that lie nowhere so."""
    return (
        facts.is_raster and facts.pixel == 1.0 and facts.extent is not None and not facts.extent[0]
    )


def project_body(project: QgsProject) -> Body | None:
    """The body that a project says it lies on."""
    return body_of(project.crs()) if project.crs().isValid() else None


def _file_of(layer: QgsMapLayer) -> tuple[Path | None, str]:
    if layer.providerType() not in _FILE_PROVIDERS:
        return None, ""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    path = str(parts.get("path") or "")
    if not path or path.startswith("/vsi") or "://" in path:
        return None, ""
    return Path(path), str(parts.get("layerName") or "")


def _told_of(layer: QgsMapLayer, path: Path | None) -> Body | None:
    """The body that the layer's name, else its metadata, else its file's name tells of."""
    metadata = layer.metadata()
    texts = (
        layer.name(),
        " ".join((metadata.title(), metadata.identifier())),
        " ".join(word for words in metadata.keywords().values() for word in words),
        metadata.abstract(),
        path.stem if path else "",
    )
    return next(filter(None, map(body_told_of, texts)), None)


def _finite(extent: QgsRectangle) -> tuple[float, float, float, float] | None:
    if extent.isNull():
        return None
    sides = (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
    return sides if all(map(math.isfinite, sides)) else None

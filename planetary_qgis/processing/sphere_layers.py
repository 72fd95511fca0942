"""Sinks of the raster algorithms, mended once they are closed."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsFeature, QgsFeatureSink, QgsProviderRegistry

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import repair_geopackage


def put(sink: QgsFeatureSink, features: list[QgsFeature]) -> None:
    """Write features.

    Raises:
        PlanetaryError: The output does not take them.
    """
    if not sink.addFeatures(features, QgsFeatureSink.Flag.FastInsert):
        raise PlanetaryError(
            "The output layer does not take the features.",
            details=sink.lastError() if hasattr(sink, "lastError") else "",
            hint="Check that its folder is writable and not full.",
        )


def mend(written: str) -> None:
    """Give a GeoPackage its CRS back, which GDAL writes so that older QGIS does not know it.

    For when the sink is gone.
    """
    parts = QgsProviderRegistry.instance().decodeUri("ogr", written)
    path = Path(parts.get("path") or "")
    if path.suffix.lower() == ".gpkg" and path.is_file():
        repair_geopackage(path)

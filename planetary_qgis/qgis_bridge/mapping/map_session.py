"""The geologic map that a project holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsProject, QgsProviderRegistry, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import CONTACTS
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.settings_table import settings_in


@dataclass(frozen=True)
class MapSession:
    """A map that is being worked on."""

    project: QgsProject
    geopackage: Path
    settings: MapSettings

    def find_layer(self, name: str) -> QgsVectorLayer | None:
        """The project's layer on that table of the map's GeoPackage."""
        return next(
            (
                layer
                for layer in self.project.mapLayers().values()
                if table_of(layer) == (self.geopackage, name)
            ),
            None,
        )

    def layer(self, name: str) -> QgsVectorLayer:
        """The same.

        Raises:
            PlanetaryError: The project has no such layer.
        """
        found = self.find_layer(name)
        if found is None:
            text = QCoreApplication.translate("MapSession", "The project has no layer “{name}”.")
            raise PlanetaryError(
                text.format(name=name),
                details=str(self.geopackage),
                hint=QCoreApplication.translate(
                    "MapSession", "Add it from the map's GeoPackage, then try again."
                ),
            )
        return found


def session_of(project: QgsProject) -> MapSession | None:
    """The map that a project holds; None where it holds none."""
    for layer in project.mapLayers().values():
        path, table = table_of(layer)
        if table != CONTACTS or path is None or not path.is_file():
            continue
        settings = settings_in(path)
        if settings is not None:
            return MapSession(project, path, settings)
    return None


def table_of(layer: object) -> tuple[Path | None, str]:
    """The GeoPackage and table that a layer shows; None and "" for others."""
    if not isinstance(layer, QgsVectorLayer) or layer.providerType() != "ogr":
        return None, ""
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    path = Path(parts.get("path") or "")
    if path.suffix.lower() != ".gpkg":
        return None, ""
    return path, parts.get("layerName") or ""

"""What all algorithms of the group Geologic mapping share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterFile

from planetary_qgis.core.dependencies import Feature
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.algorithm import PlanetaryAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.mapping.checks.checking import MapToCheck

MAP = "MAP"


class MappingAlgorithm(PlanetaryAlgorithm):
    """An algorithm of that group."""

    feature = Feature.MAPPING

    def group(self) -> str:
        return self.tr("Geologic mapping")

    def groupId(self) -> str:
        return "geologicmapping"

    def add_map_parameter(self) -> None:
        """Let the user say which map; by default the project's."""
        self.addParameter(
            QgsProcessingParameterFile(
                MAP,
                self.tr("GeoPackage of the map (by default that of the project)"),
                fileFilter=self.tr("GeoPackages (*.gpkg)"),
                optional=True,
            )
        )

    def map_path(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path:
        """The GeoPackage that is meant.

        Raises:
            PlanetaryError: None is given and the project holds no map, or the file is not there.
        """
        # Processing loads this module while QGIS starts; what reads maps is for those who run one.
        from planetary_qgis.qgis_bridge.mapping.map_session import session_of

        given = self.parameterAsFile(parameters, MAP, context)
        if given:
            return _existing(Path(given))
        session = session_of(context.project()) if context.project() is not None else None
        if session is None:
            raise PlanetaryError(
                self.tr("The project holds no geologic map."),
                hint=self.tr("Name the GeoPackage of a map, or make a new map project first."),
            )
        return session.geopackage

    def taken_map(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        *,
        scale: float = 0.0,
        tolerance_m: float = 0.0,
    ) -> MapToCheck:
        """The map that is meant, to be read in another thread; unsaved edits of a project's count.

        Args:
            scale, tolerance_m: 0 where the map says.

        Raises:
            PlanetaryError: There is no such map.
        """
        from planetary_qgis.qgis_bridge.mapping.checks import checking
        from planetary_qgis.qgis_bridge.mapping.map_session import session_of

        path = self.map_path(parameters, context)
        session = session_of(context.project()) if context.project() is not None else None
        if checking.is_map_of(session, path):
            changed = checking.with_settings(session, scale=scale, tolerance_m=tolerance_m)
            return checking.session_to_check(changed)
        return checking.file_to_check(path, scale=scale, tolerance_m=tolerance_m)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise PlanetaryError(
            f"There is no GeoPackage {path}.", hint="Choose the file that holds the map's layers."
        )
    return path

"""A new geologic map by Processing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingParameterCrs,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from planetary_qgis.processing.mapping_algorithm import MappingAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.iau_list import ListedBody
    from planetary_qgis.qgis_bridge.views import Extent

TITLE, AUTHORS, BODY, EXTENT, CRS = "TITLE", "AUTHORS", "BODY", "EXTENT", "CRS"
SCALE, TOLERANCE, FOLDER, NAME = "SCALE", "TOLERANCE", "FOLDER", "NAME"
GEOPACKAGE, PROJECT = "GEOPACKAGE", "PROJECT"


class NewMapProject(MappingAlgorithm):
    """planetary:newmapproject"""

    def name(self) -> str:
        return "newmapproject"

    def displayName(self) -> str:
        return self.tr("New map project")

    def tags(self) -> list[str]:
        return ["geologic map", "template", "geopackage", "contacts", "units", "planmap", "gmap"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes the GeoPackage and the project of a new geologic map: map boundary, contacts, "
            "unit points, units, linear, surface and location features and the description of "
            "units, with forms, choices of types and certainties, symbols, snapping and "
            "topological editing. PLANMAP's package validator finds the layers and columns that "
            "it asks for; names are those of the USGS's published maps.\n\n"
            "Area: becomes the map's boundary. Numbers without a coordinate reference system are "
            "degrees on the body, as 170,-170,-10,10 (west, east, south, north; west may exceed "
            "east over 180°).\n\n"
            "CRS: by default the projection that suits the area. Scale: by default the one at "
            "which the area fills a sheet.\n\n"
            "Files that are there already are never overwritten."
        )

    def flags(self) -> Any:
        """Layers and CRSs are made on the main thread."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        from planetary_qgis.qgis_bridge.iau_list import listed_bodies

        self.addParameter(QgsProcessingParameterString(TITLE, self.tr("Title of the map")))
        self.addParameter(QgsProcessingParameterString(AUTHORS, self.tr("Authors"), optional=True))
        self.addParameter(
            QgsProcessingParameterEnum(
                BODY,
                self.tr("Body"),
                options=[each.title for each in listed_bodies()],
                defaultValue="Mars",
                usesStaticStrings=True,
            )
        )
        self.addParameter(QgsProcessingParameterExtent(EXTENT, self.tr("Area"), optional=True))
        self.addParameter(
            QgsProcessingParameterCrs(
                CRS, self.tr("CRS (empty: what suits the area)"), optional=True
            )
        )
        self._add_number(SCALE, self.tr("Scale 1: (empty: what suits the area)"))
        self._add_number(TOLERANCE, self.tr("Tolerance (m; empty: half a millimetre on the sheet)"))
        self.addParameter(
            QgsProcessingParameterFile(
                FOLDER,
                self.tr("Folder"),
                behavior=QgsProcessingParameterFile.Behavior.Folder,
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                NAME, self.tr("Name of the files (empty: from the title)"), optional=True
            )
        )
        self.addOutput(QgsProcessingOutputFile(GEOPACKAGE, self.tr("GeoPackage of the map")))
        self.addOutput(QgsProcessingOutputFile(PROJECT, self.tr("Project of the map")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.mapping.map_settings import MapSettings
        from planetary_qgis.core.mapping.new_map_file import file_name
        from planetary_qgis.qgis_bridge.iau_list import listed_bodies
        from planetary_qgis.qgis_bridge.mapping.new_maps.map_plans import (
            MapPlan,
            naif_name,
            suiting_scale,
        )

        chosen = self.parameterAsEnumString(parameters, BODY, context)
        (body,) = [each for each in listed_bodies() if each.title == chosen]
        box = self._box(parameters, context, body)
        settings = MapSettings(
            title=self.parameterAsString(parameters, TITLE, context).strip(),
            body=naif_name(body),
            scale=self._number(parameters, SCALE, context) or suiting_scale(body, box),
            authors=self.parameterAsString(parameters, AUTHORS, context).strip(),
            tolerance_m=self._number(parameters, TOLERANCE, context),
        )
        crs = self._crs(parameters, context, feedback, body, box)
        folder = Path(self.parameterAsFile(parameters, FOLDER, context))
        name = self.parameterAsString(parameters, NAME, context).strip()
        made = MapPlan(settings, body, crs, box).make(folder, name or file_name(settings.title))
        feedback.pushInfo(f"{settings.title}, 1:{settings.scale:,.0f}")
        return {GEOPACKAGE: str(made.geopackage), PROJECT: str(made.project_file)}

    def _box(
        self, parameters: dict[str, Any], context: QgsProcessingContext, body: ListedBody
    ) -> Extent | None:
        from planetary_qgis.core.errors import PlanetaryError
        from planetary_qgis.qgis_bridge.crs import same_body
        from planetary_qgis.qgis_bridge.mapping.new_maps.map_boxes import box_of_extent

        given = parameters.get(EXTENT)
        if given is None or given == "":
            return None
        sides = _plain_sides(given)
        if sides is not None:
            west, east, south, north = sides
            return west, south, east, north
        crs = self.parameterAsExtentCrs(parameters, EXTENT, context)
        if not same_body(crs, body.crs()):
            raise PlanetaryError(
                f"The area does not lie on {body.title} but in “{crs.description()}”.",
                hint="Choose an area on it, or its body.",
            )
        return box_of_extent(self.parameterAsExtent(parameters, EXTENT, context), crs)

    def _crs(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        body: ListedBody,
        box: Extent | None,
    ) -> QgsCoordinateReferenceSystem:
        from planetary_qgis.qgis_bridge.mapping.new_maps.map_plans import suiting_projection

        given = self.parameterAsCrs(parameters, CRS, context)
        if parameters.get(CRS):
            return given
        best = suiting_projection(body, box, "usual")
        feedback.pushInfo(best.title)
        feedback.pushInfo(best.sentence)
        return best.crs

    def _add_number(self, name: str, title: str) -> None:
        self.addParameter(
            QgsProcessingParameterNumber(
                name,
                title,
                type=QgsProcessingParameterNumber.Type.Double,
                optional=True,
                minValue=0.0,
            )
        )

    def _number(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> float:
        """The number, 0 where none is given."""
        if parameters.get(name) is None:
            return 0.0
        return self.parameterAsDouble(parameters, name, context)


def _plain_sides(given: object) -> list[float] | None:
    """West, east, south, north of a text of four numbers; Processing would sort them."""
    if not isinstance(given, str) or given.count(",") != 3:
        return None
    try:
        return [float(each) for each in given.split(",")]
    except ValueError:  # it names its CRS
        return None

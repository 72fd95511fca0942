"""The projection that suits an area of a body, for maps and for models."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm

EXTENT, BODY, PURPOSE = "EXTENT", "BODY", "PURPOSE"
CRS, WKT, TITLE = "CRS", "WKT", "TITLE"
LENGTHS, AREAS, ANGLES = "LENGTH_DISTORTION", "AREA_DISTORTION", "ANGLE_DISTORTION"
PURPOSES = ("usual", "conformal", "equal area")


class BestProjection(RasterAlgorithm):
    """planetary:bestprojection"""

    def name(self) -> str:
        return "bestprojection"

    def displayName(self) -> str:
        return self.tr("Best projection for an area")

    def tags(self) -> list[str]:
        return ["crs", "projection", "mercator", "lambert", "stereographic", "equirectangular"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Chooses a map projection by latitude, extent and purpose, on the sphere of the body "
            "that the extent lies on:\n"
            "• usual: equirectangular, true at the parallel that suits the area, and polar "
            "stereographic from 65° of latitude;\n"
            "• conformal: Mercator, Lambert conformal conic or polar stereographic, whichever "
            "keeps lengths truest;\n"
            "• equal area: Lambert azimuthal equal-area, Albers, cylindrical or sinusoidal, "
            "whichever turns directions least.\n\n"
            "How far lengths, areas and angles are off where they are off most is written to the "
            "log. In a model, the output “CRS” can be given to any algorithm that asks for one.\n\n"
            "Where a body is named and the extent has no coordinate reference system of its own, "
            "its numbers are degrees on that body."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        from planetary_qgis.qgis_bridge.iau_list import listed_bodies

        self.addParameter(QgsProcessingParameterExtent(EXTENT, self.tr("Area")))
        self.addParameter(
            QgsProcessingParameterEnum(
                BODY,
                self.tr("Body (where the extent does not say)"),
                options=[each.title for each in listed_bodies()],
                optional=True,
                usesStaticStrings=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterEnum(
                PURPOSE,
                self.tr("Purpose"),
                options=list(PURPOSES),
                defaultValue=PURPOSES[0],
                usesStaticStrings=True,
            )
        )
        self.addOutput(QgsProcessingOutputString(CRS, self.tr("CRS, for other algorithms")))
        self.addOutput(QgsProcessingOutputString(WKT, self.tr("CRS as WKT 2")))
        self.addOutput(QgsProcessingOutputString(TITLE, self.tr("Name of the projection")))
        self.addOutput(QgsProcessingOutputNumber(LENGTHS, self.tr("Lengths are off by this share")))
        self.addOutput(QgsProcessingOutputNumber(AREAS, self.tr("Areas are off by this share")))
        self.addOutput(QgsProcessingOutputNumber(ANGLES, self.tr("Angles are off by degrees")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.projections import best_projection

        crs = self._crs_of_extent(parameters, context)
        extent = self.parameterAsExtent(parameters, EXTENT, context)
        purpose = self.parameterAsEnumString(parameters, PURPOSE, context)
        best = best_projection(extent, crs, purpose)
        feedback.pushInfo(best.title)
        feedback.pushInfo(best.sentence)
        wkt = best.crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT2_2019)
        return {
            CRS: f"WKT:{wkt}",
            WKT: wkt,
            TITLE: best.title,
            LENGTHS: best.distortion.length,
            AREAS: best.distortion.area,
            ANGLES: best.distortion.angle_deg,
        }

    def _crs_of_extent(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> QgsCoordinateReferenceSystem:
        from planetary_qgis.qgis_bridge.crs import same_body
        from planetary_qgis.qgis_bridge.iau_list import listed_bodies

        crs = self.parameterAsExtentCrs(parameters, EXTENT, context)
        title = self.parameterAsEnumString(parameters, BODY, context)
        if not title:
            return crs
        (body,) = [each for each in listed_bodies() if each.title == title]
        given = parameters[EXTENT]
        if isinstance(given, str) and given.count(",") == 3 and "[" not in given:
            return body.crs()
        if not same_body(crs, body.crs()):
            raise PlanetaryError(
                f"The extent does not lie on {title} but in “{crs.description()}”.",
                hint="Leave the body out, or choose a layer or an extent on it.",
            )
        return crs

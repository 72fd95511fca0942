"""A project set to a body by Processing."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputString,
    QgsProcessingParameterCrs,
    QgsProcessingParameterEnum,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm

BODY, CRS, ELLIPSOID = "BODY", "CRS", "ELLIPSOID"


class SetProjectBody(RasterAlgorithm):
    """planetary:setprojectbody"""

    def name(self) -> str:
        return "setprojectbody"

    def displayName(self) -> str:
        return self.tr("Set project to a body")

    def tags(self) -> list[str]:
        return ["crs", "ellipsoid", "project", "mars", "moon", "planet", "units"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Gives the project the coordinate reference system of a body's sphere, or another one "
            "of that body, an ellipsoid that QGIS measures right on, metres and square metres. "
            "What to know of it, as layers that lie on other bodies, is written to the log."
        )

    def flags(self) -> Any:
        """The project belongs to the main thread."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        from planetary_qgis.qgis_bridge.iau_list import listed_bodies

        self.addParameter(
            QgsProcessingParameterEnum(
                BODY,
                self.tr("Body"),
                options=[each.title for each in listed_bodies()],
                defaultValue="Mars",
                usesStaticStrings=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterCrs(
                CRS, self.tr("Projection (otherwise degrees on the sphere)"), optional=True
            )
        )
        self.addOutput(QgsProcessingOutputString(ELLIPSOID, self.tr("Ellipsoid measured on")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.crs import same_body
        from planetary_qgis.qgis_bridge.iau_list import listed_bodies
        from planetary_qgis.qgis_bridge.project_body import set_project_crs

        title = self.parameterAsEnumString(parameters, BODY, context)
        (body,) = [each for each in listed_bodies() if each.title == title]
        project, crs = context.project(), self.parameterAsCrs(parameters, CRS, context)
        if project is None:
            raise PlanetaryError(
                "There is no project to set.", hint="Open one, or name one to qgis_process."
            )
        if not crs.isValid():
            crs = body.crs()
        elif not same_body(crs, body.crs()):
            raise PlanetaryError(
                f"“{crs.description()}” does not lie on {title}.",
                hint="Leave the projection out, or choose one of the body.",
            )
        change = set_project_crs(project, crs)
        for note in change.notes:
            feedback.pushWarning(note)
        return {CRS: crs.authid(), ELLIPSOID: change.ellipsoid}

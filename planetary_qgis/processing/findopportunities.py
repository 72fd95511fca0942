"""When an instrument sees an area in a certain light, from SPICE kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRange,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.query import Range
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.spice_inputs import (
    START,
    STOP,
    SpiceAlgorithm,
)

if TYPE_CHECKING:
    from planetary_qgis.core.geos import shapely
    from planetary_qgis.core.spice.observations import Observation

AREA, EXTENT = "AREA", "EXTENT"
SIGHT, LOOK = "SIGHT", "LOOK"
# Spelled here as the core's module stands on pandas; a test compares the two.
SIGHTS = ["field of view", "horizon"]
USUAL_STEP_S = 10.0


class FindOpportunities(SpiceAlgorithm):
    """planetary:findopportunities"""

    def name(self) -> str:
        return "findopportunities"

    def displayName(self) -> str:
        return self.tr("Find opportunities")

    def tags(self) -> list[str]:
        return ["spice", "window", "when", "visibility", "planning", "geometry finder", "kernel"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Finds when an instrument sees an area in a certain light, from SPICE kernels: a row "
            "for each window of time.\n\n"
            "Sight: “field of view” asks when the instrument's field of view meets the area, which "
            "takes its attitude (CK); “horizon” asks when the observer stands above the horizon of "
            "some of the area, which takes positions only, as of an orbit yet to be flown.\n\n"
            "Area: points, lines or polygons of a layer, or an extent, in any coordinate system of "
            "the target; over the antimeridian let an extent's east bound exceed 180, as 170, "
            "190.\n\n"
            "Start, stop: UTC, as 2007-01-02T22:55:54 or by day of year, 2007-002T22:55; TDB, as "
            "ET 221050619.184; or a reading of the observer's clock, as SCLK 1/0852157621.139. A "
            "stop may count from the start: +30 d.\n\n"
            "Limits: ranges that must hold at the point of the area that is seen nearest to the "
            "middle of the field of view or, of the horizon, at some point of the area. Local time "
            "and solar longitude may run through midnight and 360°, as 22, 4.\n\n"
            "Look every: seconds between looks at the attitude. An instrument that turns to the "
            "area and away again in less may be missed; where it does not turn, no window longer "
            "than 0.1 s is (of a point: 10 µs).\n\n"
            "Each window comes with the moment of least emission, the light and distances then, "
            "and the footprint at that moment (of a line scanner: the swath of the window; of the "
            "horizon: the area). What the kernels do not tell is named in the log."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_kernels_and_bodies()
        self.add_instrument(optional=True)
        self.add_choice(SIGHT, self.tr("Sight"), SIGHTS, default=SIGHTS[0])
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                AREA,
                self.tr("Area (layer)"),
                [QgsProcessing.SourceType.TypeVectorAnyGeometry],
                optional=True,
            )
        )
        extent = QgsProcessingParameterExtent(EXTENT, self.tr("Area (extent)"), optional=True)
        self.addParameter(extent)
        self.add_text(START, self.tr("Start (UTC, or as it says)"))
        self.add_text(STOP, self.tr("Stop (UTC, or as it says)"))
        for name, title in self._limits():
            self.addParameter(
                QgsProcessingParameterRange(
                    name.upper(), title, QgsProcessingParameterNumber.Type.Double, optional=True
                )
            )
        self._add_look()
        self.add_corrections()
        self.add_frame()
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Opportunities"), QgsProcessing.SourceType.TypeVectorAnyGeometry
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.spice.opportunities.finding import find_opportunities

        observation = self.observation(parameters, context)
        answer = find_opportunities(
            observation,
            self._area(observation, parameters, context),
            self.needed_time(parameters, START, context),
            self.needed_time(parameters, STOP, context),
            limits=self._ranges(parameters, context),
            sight=self.choice(parameters, SIGHT, context),
            step_s=self.parameterAsDouble(parameters, LOOK, context),
        )
        who = observation.instrument or observation.observer
        title = self.tr("{who} opportunities on {target}")
        title = title.format(who=who, target=observation.target)
        return self.hand_over(answer, title, parameters, context, feedback)

    def _add_look(self) -> None:
        look = QgsProcessingParameterNumber(
            LOOK,
            self.tr("Look every (seconds)"),
            QgsProcessingParameterNumber.Type.Double,
            defaultValue=USUAL_STEP_S,
            minValue=1e-3,
        )
        look.setFlags(look.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(look)

    def _limits(self) -> tuple[tuple[str, str], ...]:
        return (
            ("incidence_angle", self.tr("Incidence angle (°)")),
            ("emission_angle", self.tr("Emission angle (°)")),
            ("phase_angle", self.tr("Phase angle (°)")),
            ("resolution", self.tr("Resolution (m/pixel)")),
            ("range_km", self.tr("Range (km)")),
            ("solar_longitude", self.tr("Solar longitude (°)")),
            ("local_time", self.tr("Local time (h)")),
        )

    def _ranges(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[str, Range]:
        return {
            name: Range(*self.parameterAsRange(parameters, name.upper(), context))
            for name, _title in self._limits()
            if parameters.get(name.upper()) not in (None, "")
        }

    def _area(
        self, observation: Observation, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> shapely.Geometry:
        from planetary_qgis.core.geos import shapely
        from planetary_qgis.core.spice.opportunities.finding import WHOLE_BODY, body_of_target
        from planetary_qgis.qgis_bridge.areas import area_of_geometries, area_of_view
        from planetary_qgis.qgis_bridge.crs import crs_of

        degrees = crs_of(body_of_target(observation))
        source = self.parameterAsSource(parameters, AREA, context)
        if source is not None:
            shapes = [f.geometry() for f in source.getFeatures() if f.hasGeometry()]
            wkt = area_of_geometries(shapes, source.sourceCrs(), degrees)
        elif parameters.get(EXTENT) is not None:
            crs = self.parameterAsExtentCrs(parameters, EXTENT, context)
            extent = self.parameterAsExtent(parameters, EXTENT, context)
            # An extent that names no CRS is in degrees of the body.
            wkt = area_of_view(extent, crs if crs.isValid() else degrees, degrees)
        else:
            raise PlanetaryError(
                "There is no area to look for.", hint="Choose a layer, or give an extent."
            )
        return shapely.from_wkt(wkt) if wkt else WHOLE_BODY

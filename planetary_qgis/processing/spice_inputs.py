"""What the SPICE algorithms are asked: kernels, bodies, times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from planetary_qgis.core.dependencies import Feature
from planetary_qgis.core.reports import Report
from planetary_qgis.processing.algorithm import PlanetaryAlgorithm

if TYPE_CHECKING:
    import numpy as np

    from planetary_qgis.core.products import Answer
    from planetary_qgis.core.spice.observations import Observation, Times

KERNELS, TARGET, OBSERVER, FRAME, ABCORR = "KERNELS", "TARGET", "OBSERVER", "FRAME", "ABCORR"
INSTRUMENT = "INSTRUMENT"
START, STOP, STEP = "START", "STOP", "STEP"
SURFACE, DEM = "SURFACE", "DEM"
# Spelled here as the core's module stands on pandas; a test compares the two.
ABERRATION_CORRECTIONS = ["NONE", "LT", "LT+S", "CN", "CN+S"]
SURFACES = ["auto", "ellipsoid", "DSK"]
TIME_SYSTEM = "TIME_SYSTEM"
TIME_SYSTEMS = ["UTC", "ET", "SCLK"]


class SpiceAlgorithm(PlanetaryAlgorithm):
    """An algorithm of the group SPICE."""

    feature = Feature.SPICE_FOOTPRINTS

    def __init__(self) -> None:
        super().__init__()
        self._noted = Report()
        """What there is to tell of the times."""

    def group(self) -> str:
        return self.tr("SPICE")

    def groupId(self) -> str:
        return "spice"

    def add_kernels_and_bodies(self) -> None:
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                KERNELS,
                self.tr("Kernels (a metakernel, or files in load order)"),
                QgsProcessing.SourceType.TypeFile,
            )
        )
        self.addParameter(QgsProcessingParameterString(TARGET, self.tr("Target (name or NAIF id)")))
        self.addParameter(
            QgsProcessingParameterString(OBSERVER, self.tr("Observer (name or NAIF id)"))
        )

    def add_instrument(self, *, optional: bool = False) -> None:
        self.add_text(INSTRUMENT, self.tr("Instrument (name or NAIF id)"), optional=optional)

    def add_seconds(self, name: str, title: str, usual: float | None = None) -> None:
        """A number of seconds above zero; optional where nothing is usual."""
        self.addParameter(
            QgsProcessingParameterNumber(
                name,
                title,
                QgsProcessingParameterNumber.Type.Double,
                defaultValue=usual,
                optional=usual is None,
                minValue=1e-3,
            )
        )

    def add_text(self, name: str, title: str, *, optional: bool = False) -> None:
        self.addParameter(QgsProcessingParameterString(name, title, optional=optional))

    def add_corrections(self) -> None:
        self.add_choice(
            ABCORR, self.tr("Aberration correction"), ABERRATION_CORRECTIONS, default="LT+S"
        )

    def add_surface(self) -> None:
        self.add_choice(SURFACE, self.tr("Surface"), SURFACES, default="auto")
        self.addParameter(
            QgsProcessingParameterRasterLayer(
                DEM, self.tr("DEM (heights as the surface; empty: none)"), optional=True
            )
        )

    def add_choice(self, name: str, title: str, choices: list[str], *, default: str) -> None:
        self.addParameter(
            QgsProcessingParameterEnum(
                name, title, options=choices, defaultValue=default, usesStaticStrings=True
            )
        )

    def add_time_system(self) -> None:
        self.add_choice(
            TIME_SYSTEM,
            self.tr("Times of the table that do not say what they are"),
            TIME_SYSTEMS,
            default="UTC",
        )

    def add_frame(self) -> None:
        frame = QgsProcessingParameterString(
            FRAME, self.tr("Body-fixed frame (empty: as the kernels say)"), optional=True
        )
        advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
        frame.setFlags(frame.flags() | advanced)
        self.addParameter(frame)

    def observation(
        self, parameters: dict[str, Any], context: QgsProcessingContext, **more: Any
    ) -> Observation:
        """Who looks at what, and how; `more` are further fields of the Observation."""
        from planetary_qgis.core.spice.observations import Observation

        return Observation(
            kernels=self.kernels(parameters, context),
            target=self.text(parameters, TARGET, context),
            observer=self.text(parameters, OBSERVER, context),
            instrument=self.text(parameters, INSTRUMENT, context),
            abcorr=self.choice(parameters, ABCORR, context),
            body_fixed_frame=self.text(parameters, FRAME, context),
            **more,
        )

    def on_surface(
        self,
        observation: Observation,
        times: Times,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> Observation:
        """The observation with the heights of the DEM, where one is given."""
        from planetary_qgis.qgis_bridge.terrain import dem_source, observed_on

        layer = self.parameterAsRasterLayer(parameters, DEM, context)
        if layer is None:
            return observation
        return observed_on(dem_source(layer), observation, times)

    def kernels(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[Path, ...]:
        # Processing hands over one nameless file for an empty list.
        files = self.parameterAsFileList(parameters, KERNELS, context)
        return tuple(Path(file) for file in files if file)

    def text(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> str:
        return self.parameterAsString(parameters, name, context).strip()

    def choice(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> str:
        return self.parameterAsEnumString(parameters, name, context)

    def time(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> np.datetime64 | None:
        """A time in any system as UTC, or None where it was left empty."""
        text = self.text(parameters, name, context)
        return self.needed_time(parameters, name, context) if text else None

    def needed_time(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> np.datetime64:
        """A time in any system, as UTC, that must be given; a stop may count from the start."""
        from planetary_qgis.core.spice.epochs import read_span

        text = self.text(parameters, name, context)
        start = self.text(parameters, START, context) if name == STOP else text
        span = read_span(
            start,
            text if name == STOP else "",
            self.kernels(parameters, context),
            self.text(parameters, OBSERVER, context),
            self._noted,
        )
        return span[0] if span[1] is None else span[1]

    def hand_over(self, answer: Answer, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Also tell what there is to tell of the times."""
        answer.report.merge(self._noted)
        return super().hand_over(answer, *arguments, **options)

    def seconds(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> float | None:
        """A number of seconds, or None where it was left empty."""
        if parameters.get(name) is None:
            return None
        return self.parameterAsDouble(parameters, name, context)

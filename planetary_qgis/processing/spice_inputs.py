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
    QgsProcessingParameterString,
)

from planetary_qgis.core.dependencies import Feature
from planetary_qgis.processing.algorithm import PlanetaryAlgorithm

if TYPE_CHECKING:
    import numpy as np

KERNELS, TARGET, OBSERVER, FRAME, ABCORR = "KERNELS", "TARGET", "OBSERVER", "FRAME", "ABCORR"
START, STOP, STEP = "START", "STOP", "STEP"
# Spelled here as the core's module stands on pandas; a test compares the two.
ABERRATION_CORRECTIONS = ["NONE", "LT", "LT+S", "CN", "CN+S"]


class SpiceAlgorithm(PlanetaryAlgorithm):
    """An algorithm of the group SPICE."""

    feature = Feature.SPICE_FOOTPRINTS

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

    def add_text(self, name: str, title: str, *, optional: bool = False) -> None:
        self.addParameter(QgsProcessingParameterString(name, title, optional=optional))

    def add_corrections(self) -> None:
        self.add_choice(
            ABCORR, self.tr("Aberration correction"), ABERRATION_CORRECTIONS, default="LT+S"
        )

    def add_choice(self, name: str, title: str, choices: list[str], *, default: str) -> None:
        self.addParameter(
            QgsProcessingParameterEnum(
                name, title, options=choices, defaultValue=default, usesStaticStrings=True
            )
        )

    def add_frame(self) -> None:
        frame = QgsProcessingParameterString(
            FRAME, self.tr("Body-fixed frame (empty: as the kernels say)"), optional=True
        )
        advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
        frame.setFlags(frame.flags() | advanced)
        self.addParameter(frame)

    def kernels(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[Path, ...]:
        return tuple(Path(file) for file in self.parameterAsFileList(parameters, KERNELS, context))

    def text(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> str:
        return self.parameterAsString(parameters, name, context).strip()

    def choice(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> str:
        return self.parameterAsEnumString(parameters, name, context)

    def time(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> np.datetime64 | None:
        """A UTC time, or None where it was left empty."""
        from planetary_qgis.core.times import parse_utc

        text = self.text(parameters, name, context)
        return parse_utc(text) if text else None

    def needed_time(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> np.datetime64:
        """A UTC time that must be given."""
        from planetary_qgis.core.times import parse_utc

        return parse_utc(self.text(parameters, name, context))

    def seconds(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> float | None:
        """A number of seconds, or None where it was left empty."""
        if parameters.get(name) is None:
            return None
        return self.parameterAsDouble(parameters, name, context)

"""The symbols of geologic maps as a style file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFileDestination,
)

from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.mapping_algorithm import MappingAlgorithm

COUNT = "COUNT"


class MapSymbols(MappingAlgorithm):
    """planetary:mapsymbols"""

    def name(self) -> str:
        return "mapsymbols"

    def displayName(self) -> str:
        return self.tr("Map symbols as a style")

    def tags(self) -> list[str]:
        return ["fgdc", "symbology", "style", "contact", "fault", "crater", "library", "legend"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Writes all symbols for planetary geologic maps into a QGIS style file (XML), for "
            "Style Manager's Import: contacts, faults, folds and the planetary section (25) of "
            "FGDC-STD-013-2006 as line, marker and fill symbols that need no fonts and no "
            "pictures, and symbols of this plugin for what the standard has no number for.\n\n"
            "Sawteeth, hachures, bars and balls stand on the left of a line as it was drawn. "
            "Sizes are millimetres on paper.\n\n"
            "Maps made with “New map project” wear these symbols without it."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterFileDestination(
                OUTPUT, self.tr("Style"), fileFilter=self.tr("QGIS styles (*.xml)")
            )
        )
        self.addOutput(QgsProcessingOutputNumber(COUNT, self.tr("Number of symbols")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.mapping.map_symbols import write_style

        path = self.parameterAsFileOutput(parameters, OUTPUT, context)
        count = write_style(Path(path))
        feedback.pushInfo(self.tr("{count} symbols were written.").format(count=count))
        return {OUTPUT: path, COUNT: count}

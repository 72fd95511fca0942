"""The printed sheet of a geologic map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProject,
)

from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.mapping_algorithm import MappingAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.sheet.options import SheetOptions
    from planetary_qgis.qgis_bridge.mapping.map_session import MapSession

PAGE, SCALE, FIT, LONGITUDES, PAGES = "PAGE", "SCALE", "FIT", "LONGITUDES", "PAGES"
_PAPERS = ("auto", "A4", "A3", "A2", "A1", "A0")
_STYLES = (None, "east 180", "east 360", "west 360")
_PARTS = ("UNITS", "SYMBOLS", "CORRELATION", "DESCRIPTION", "GRATICULE", "INSET", "RASTERS")


class MapSheet(MappingAlgorithm):
    """planetary:mapsheet"""

    def name(self) -> str:
        return "mapsheet"

    def displayName(self) -> str:
        return self.tr("Make map sheet")

    def tags(self) -> list[str]:
        return self.tr(
            "layout,print,pdf,legend,correlation,description,graticule,scale bar,cmu,dmu"
        ).split(",")

    def flags(self) -> QgsProcessingAlgorithm.Flag:
        """Layouts belong to the thread of their project."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes the printed sheet of a geologic map as a layout, and writes it as PDF, PNG or "
            "SVG: the map at its scale, true at the latitude that it states, a graticule and scale "
            "bars measured on the body, the legend in stratigraphic order, the correlation and "
            "the description of map units, a globe that shows where the map lies, and notes on "
            "the projection.\n\n"
            "GeoPackage: by default the project's map; then the layout stays in the project, in "
            "place of the sheet made before. The layers of another map are put into a project "
            "that goes away again.\n\n"
            "Page: automatically the smallest that holds the map at its scale. Where the scale "
            "follows from the page it is the largest round one.\n\n"
            "Maps in degrees are printed in the projection that suits their area.\n\n"
            "What does not fit on the first page, mostly the description, goes on further ones; "
            "of PNG and SVG these are files with _2, _3 behind their names."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_map_parameter()
        pages = [self.tr("Smallest that holds the map"), *_PAPERS[1:]]
        self.addParameter(QgsProcessingParameterEnum(PAGE, self.tr("Page"), pages, defaultValue=0))
        self.addParameter(
            QgsProcessingParameterNumber(
                SCALE,
                self.tr("Scale 1:N (0: as the map says)"),
                QgsProcessingParameterNumber.Type.Double,
                defaultValue=0.0,
                minValue=0.0,
            )
        )
        self.addParameter(
            QgsProcessingParameterBoolean(
                FIT, self.tr("The scale follows from the page"), defaultValue=False
            )
        )
        styles = [
            self.tr("As usual for the body"),
            self.tr("East and west, up to 180°"),
            self.tr("East, up to 360°"),
            self.tr("West, up to 360°"),
        ]
        self.addParameter(
            QgsProcessingParameterEnum(LONGITUDES, self.tr("Longitudes"), styles, defaultValue=0)
        )
        for name, title in zip(_PARTS, self._part_titles()):
            self.addParameter(QgsProcessingParameterBoolean(name, title, defaultValue=True))
        self.addParameter(
            QgsProcessingParameterFileDestination(
                OUTPUT, self.tr("Map sheet"), "PDF (*.pdf);;PNG (*.png);;SVG (*.svg)"
            )
        )
        self.addOutput(QgsProcessingOutputNumber(PAGES, self.tr("Pages")))

    def _part_titles(self) -> tuple[str, ...]:
        return (
            self.tr("Legend of units"),
            self.tr("Legend of symbols"),
            self.tr("Correlation of map units"),
            self.tr("Description of map units"),
            self.tr("Graticule"),
            self.tr("Globe that shows where the map lies"),
            self.tr("Visible rasters below the map"),
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        # Processing loads this module while QGIS starts; these are for those who run it.
        from planetary_qgis.core.reports import Report
        from planetary_qgis.qgis_bridge.mapping.sheet import export_image, export_pdf, make_sheet

        output = Path(self.parameterAsFileOutput(parameters, OUTPUT, context))
        own = QgsProject()  # outlives the layout
        session = self._session(parameters, context, own)
        report = Report()
        layout = make_sheet(session, self._options(parameters, context), report)
        for sentence in report.sentences():
            feedback.pushWarning(sentence)
        if output.suffix.lower() in (".png", ".svg"):
            export_image(layout, output)
        else:
            export_pdf(layout, output)
        return {OUTPUT: str(output), PAGES: layout.pageCollection().pageCount()}

    def _session(
        self, parameters: dict[str, Any], context: QgsProcessingContext, own: QgsProject
    ) -> MapSession:
        """The map in its project; in one of its own where the project holds another."""
        from planetary_qgis.core.errors import PlanetaryError
        from planetary_qgis.qgis_bridge.mapping.map_session import session_of
        from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import add_map_layers

        path = self.map_path(parameters, context)
        found = session_of(context.project()) if context.project() is not None else None
        if found is not None and found.geopackage.resolve() == path.resolve():
            return found
        add_map_layers(own, path)
        session = session_of(own)
        if session is None:
            raise PlanetaryError(
                self.tr("{path} is no map that was made here.").format(path=path),
                hint=self.tr("Choose the GeoPackage of a map that “New map project” has made."),
            )
        return session

    def _options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> SheetOptions:
        from planetary_qgis.core.mapping.sheet.options import SheetOptions

        parts = {
            name.lower(): self.parameterAsBoolean(parameters, name, context) for name in _PARTS
        }
        return SheetOptions(
            page=_PAPERS[self.parameterAsEnum(parameters, PAGE, context)],
            scale=self.parameterAsDouble(parameters, SCALE, context) or None,
            fits_page=self.parameterAsBoolean(parameters, FIT, context),
            longitudes=_STYLES[self.parameterAsEnum(parameters, LONGITUDES, context)],
            **parts,
        )

"""What a map's sheet is made of, read from its layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qgis.core import QgsMapLayer, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.longitudes import LongitudeStyle
from planetary_qgis.core.mapping.ages import ages_of
from planetary_qgis.core.mapping.correlation import Chart, correlation_chart
from planetary_qgis.core.mapping.description import (
    MapUnit,
    UnitGroup,
    grouped,
    in_order,
    problems_of,
    units_in,
    with_undescribed,
)
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    MAP_BOUNDARY,
    SURFACE_FEATURES,
    UNITS,
)
from planetary_qgis.core.mapping.sheet.chart import chart_piece, squeezed_chart
from planetary_qgis.core.mapping.sheet.flow import Piece
from planetary_qgis.core.mapping.sheet.options import Look, SheetOptions
from planetary_qgis.core.mapping.sheet.plan import Contents
from planetary_qgis.core.mapping.sheet.units import (
    description_pieces,
    heading_pieces,
    legend_pieces,
)
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.crs import same_body
from planetary_qgis.qgis_bridge.longitude_display import style_of
from planetary_qgis.qgis_bridge.mapping.map_reading import LayerSnapshot
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.sheet import legends
from planetary_qgis.qgis_bridge.mapping.sheet.legend_styles import refresh_style
from planetary_qgis.qgis_bridge.mapping.sheet.map_view import MapView, map_view
from planetary_qgis.qgis_bridge.mapping.sheet.strip import Strip
from planetary_qgis.qgis_bridge.mapping.sheet.texts import notes, title_lines

_DRAWN = (
    LOCATION_FEATURES,
    LINEAR_FEATURES,
    CONTACTS,
    MAP_BOUNDARY,
    SURFACE_FEATURES,
    UNITS,
)
_WIDEST_SCALE = 1e9
_WITH_SYMBOLS = (CONTACTS, LINEAR_FEATURES, SURFACE_FEATURES, LOCATION_FEATURES)


@dataclass(frozen=True)
class SheetParts:
    """All that goes onto a sheet, before it has places."""

    session: MapSession
    options: SheetOptions
    view: MapView
    style: LongitudeStyle
    groups: tuple[UnitGroup, ...]
    chart: Chart
    legends: tuple[legends.LegendPart, ...]

    @property
    def strip(self) -> Strip:
        """What stands below the map."""
        return Strip(self.view, notes(self.view, self.style), self.options)

    def contents_on(self, look: Look) -> Contents:
        """The parts as wide and high as they are in a look."""
        pieces: list[Piece] = []
        if self.options.units and self.groups:
            pieces += heading_pieces(_tr("Map units"), look) + legend_pieces(self.groups, look)
        pieces += legends.legend_pieces(self.legends, look)
        wide = self._add_chart(pieces, look)
        if self.options.description and any(map(_has_words, self._units())):
            pieces += heading_pieces(_tr("Description of map units"), look)
            pieces += description_pieces(self.groups, look)
        return Contents(
            lambda width: title_lines(self.session.settings, _WIDEST_SCALE, width, look).height,
            lambda width: self.strip.height(width, look),
            pieces,
            wide,
        )

    def layers(self) -> list[QgsMapLayer]:
        """What the map shows, the topmost first."""
        found = [self.session.find_layer(name) for name in _DRAWN]
        drawn: list[QgsMapLayer] = [layer for layer in found if layer is not None]
        return [*drawn, *self._rasters()] if self.options.rasters else drawn

    def _units(self) -> list[MapUnit]:
        return [unit for group in self.groups for unit in group.units]

    def _add_chart(
        self, pieces: list[Piece], look: Look
    ) -> Callable[[float, bool], Piece | None] | None:
        """Add the chart to the column's pieces; or give what makes it across a page."""
        if not self.chart.boxes:
            return None
        title = _tr("Correlation of map units")
        narrow = chart_piece(self.chart, look.column, look)
        if narrow is not None:
            pieces += [*heading_pieces(title, look), narrow]
            return None

        def wide(width: float, squeezed: bool) -> Piece | None:
            chart = chart_piece(self.chart, width, look)
            if chart is None and squeezed:
                chart = squeezed_chart(self.chart, width, look)
            return None if chart is None else _under_heading(title, chart, look)

        return wide

    def _rasters(self) -> list[QgsMapLayer]:
        """Rasters of the same body that the project shows."""
        root = self.session.project.layerTreeRoot()
        visible = [node.layer() for node in root.findLayers() if node.isVisible()]
        return [
            layer
            for layer in visible
            if isinstance(layer, QgsRasterLayer)
            and layer.isValid()
            and same_body(layer.crs(), self.view.crs)
        ]


def read_parts(session: MapSession, options: SheetOptions, report: Report) -> SheetParts:
    """The parts of a map's sheet; what its description lacks goes into the report.

    Raises:
        PlanetaryError: Nothing is drawn yet.
    """
    view = map_view(session)
    ages = ages_of(session.settings.body)
    described = in_order(units_in(_content(session, DESCRIPTION)), ages)
    report.merge(problems_of(described, ages))
    units = with_undescribed(described, _content(session, UNITS))
    for unit in units[len(described) :]:
        report.add("Units are on the map but not in the description", unit.unit)
    with_symbols = _styled_layers(session) if options.symbols else []
    chart = correlation_chart(units if options.correlation else (), ages)
    return SheetParts(
        session,
        options,
        view,
        options.longitudes or style_of(session.settings.body),
        grouped(units),
        chart,
        tuple(legends.legend_parts(with_symbols)),
    )


def _styled_layers(session: MapSession) -> list[QgsVectorLayer]:
    """The layers whose symbols the legend explains, styled for what they hold."""
    found = {name: session.find_layer(name) for name in _WITH_SYMBOLS}
    there = {name: layer for name, layer in found.items() if layer is not None}
    for name, layer in there.items():
        refresh_style(layer, name)
    return list(there.values())


def _content(session: MapSession, name: str) -> LayerContent:
    layer = session.find_layer(name)
    if not isinstance(layer, QgsVectorLayer):
        return LayerContent.empty(name)
    return LayerSnapshot(name, layer).read()


def _has_words(unit: MapUnit) -> bool:
    return bool(unit.description or unit.interpretation or unit.type_area)


def _under_heading(title: str, piece: Piece, look: Look) -> Piece:
    """A piece with a heading of its own above."""
    (heading,) = heading_pieces(title, look)

    def draw(drawing, x: float, y: float) -> None:
        heading.draw(drawing, x, y)
        piece.draw(drawing, x, y + heading.height)

    return Piece(heading.height + piece.height, draw)


def _tr(text: str) -> str:
    return QCoreApplication.translate("MapSheet", text)

"""What stands behind the toolbar for drawing geologic maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from qgis.core import QgsGeometry, QgsMapLayer, QgsVectorLayer
from qgis.gui import QgisInterface, QgsMapTool
from qgis.PyQt.QtCore import QCoreApplication, QObject

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    LINEAR_FEATURES,
    SURFACE_FEATURES,
    UNIT,
    UNIT_NAME,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.vocabularies import vocabularies
from planetary_qgis.gui.mapping.digitising.leftover_bands import LeftoverBands
from planetary_qgis.gui.mapping.digitising.line_tool import LineTool, PickLineTool
from planetary_qgis.gui.mapping.digitising.shortcuts import Shortcuts
from planetary_qgis.gui.mapping.digitising.toolbar import DigitisingToolbar
from planetary_qgis.gui.mapping.digitising.trace_tool import TraceTool
from planetary_qgis.gui.mapping.map_watcher import MapWatcher
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession

Active = Optional[QgsMapLayer]


class Digitising(QObject):
    """Draws with the toolbar's tools; there while the project holds a map."""

    def __init__(self, iface: QgisInterface, toolbox: Toolbox, watcher: MapWatcher) -> None:
        super().__init__(watcher)
        self._toolbox, self._watcher = toolbox, watcher
        self.toolbar = DigitisingToolbar(iface.mainWindow())
        iface.addToolBar(self.toolbar)
        certainties = vocabularies()["certainty"]
        self.toolbar.set_certainties(certainties)
        self.toolbar.certainty_chosen.connect(self._set_certainty)
        self.toolbar.unit_chosen.connect(self._set_unit)
        self._shortcuts = Shortcuts(iface, certainties, self._set_certainty, self._ask_for_unit)
        self._tools = self._make_tools(iface)
        self._bands = LeftoverBands(toolbox.canvas, self)

    def close(self) -> None:
        """Take toolbar, tools and keys away again."""
        self._bands.follow(None)
        for tool in self._tools:
            self._toolbox.canvas.unsetMapTool(tool)
            if isinstance(tool, TraceTool):
                tool.close()
            tool.deleteLater()
        self._tools = []
        self._shortcuts.remove()
        self.toolbar.deleteLater()
        self.deleteLater()

    def show_session(self) -> None:
        """Be there while there is a map."""
        session = self._watcher.session
        self._bands.follow(session)
        self.toolbar.setVisible(session is not None)
        self._shortcuts.enable(session is not None)
        if session is None:
            for tool in self._tools:
                self._toolbox.canvas.unsetMapTool(tool)
            return
        self.toolbar.set_units(units_of(session))
        self._show_next(session)

    def _show_next(self, session: MapSession) -> None:
        """Show what the layers give to lines and points that are drawn next."""
        from planetary_qgis.qgis_bridge.mapping.drawing.assigning import next_certainty, next_unit

        self.toolbar.show_certainty(next_certainty(session))
        self.toolbar.show_unit(next_unit(session))

    def _make_tools(self, iface: QgisInterface) -> list[QgsMapTool]:
        canvas, bar = self._toolbox.canvas, self.toolbar
        made: list[QgsMapTool] = []
        for action, work in (
            (bar.split, self._split),
            (bar.reshape, self._reshape),
            (bar.close_polygon, self._close_polygon),
        ):
            tool = LineTool(canvas, iface.cadDockWidget(), self._contacts)
            tool.drawn.connect(
                lambda geometry, tool=tool, work=work: self._do(work, geometry, tool.active_layer)
            )
            tool.failed.connect(self._toolbox.reporter.failed)
            made.append(self._bind(tool, action))
        tracing = TraceTool(canvas, self._contacts)
        tracing.drawn.connect(lambda geometry: self._do(self._add_contact, geometry))
        tracing.failed.connect(self._toolbox.reporter.failed)
        made.append(self._bind(tracing, bar.trace))
        flipping = PickLineTool(canvas, self._lines)
        flipping.picked.connect(lambda layer, fid: self._do(self._flip, layer, fid))
        made.append(self._bind(flipping, bar.flip))
        return made

    def _bind(self, tool: QgsMapTool, action: Any) -> QgsMapTool:
        tool.setAction(action)
        action.triggered.connect(lambda _checked: self._toolbox.canvas.setMapTool(tool))
        return tool

    def _do(self, work: Callable[..., None], *what: Any) -> None:
        """Do what was drawn; errors are told, and nothing is changed then."""
        session = self._watcher.session
        if session is None:
            return
        try:
            work(session, *what)
        except PlanetaryError as error:
            self._toolbox.reporter.failed(error)
        self._toolbox.canvas.refresh()

    def _split(self, session: MapSession, drawn: QgsGeometry, _active: Active) -> None:
        from planetary_qgis.qgis_bridge.mapping.drawing.shaping import split_units

        split = split_units(session, drawn)
        session.layer(UNITS).selectByIds(list(split.new_units))
        self._toolbox.reporter.note(
            _tr("The new pieces are selected: choose their unit in the toolbar (Alt+U).")
        )

    def _add_contact(self, session: MapSession, drawn: QgsGeometry) -> None:
        from planetary_qgis.qgis_bridge.mapping.drawing.shaping import add_contact

        add_contact(session, drawn)

    def _reshape(self, session: MapSession, drawn: QgsGeometry, _active: Active) -> None:
        from planetary_qgis.qgis_bridge.mapping.drawing.shaping import reshape

        changed = reshape(session, drawn)
        if changed.loose_ends:
            session.layer(CONTACTS).selectByIds(list(changed.loose_ends))
            self._toolbox.reporter.warn(
                _tr(
                    "{count} contacts ended on the old course and end on nothing now; they are"
                    " selected. Undo, or draw them on to the new course."
                ).format(count=len(changed.loose_ends))
            )

    def _close_polygon(self, session: MapSession, drawn: QgsGeometry, active: Active) -> None:
        from planetary_qgis.qgis_bridge.mapping.drawing.shaping import close_polygon

        surface = session.find_layer(SURFACE_FEATURES)
        target = surface if surface is not None and active == surface else session.layer(UNITS)
        made = close_polygon(session, drawn, target)
        target.selectByIds([made])

    def _flip(self, _session: MapSession, layer: QgsVectorLayer, fid: int) -> None:
        from planetary_qgis.qgis_bridge.mapping.drawing.assigning import flip

        flip(layer, [fid])

    def _set_certainty(self, code: str) -> None:
        from planetary_qgis.qgis_bridge.mapping.drawing.assigning import set_certainty

        self.toolbar.show_certainty(code)
        self._do(lambda session: set_certainty(session, code))

    def _set_unit(self, unit: str) -> None:
        from planetary_qgis.qgis_bridge.mapping.drawing.assigning import set_unit

        self._do(lambda session: set_unit(session, unit))
        self.toolbar.show_unit(unit)
        self._toolbox.canvas.setFocus()

    def _ask_for_unit(self) -> None:
        if self._watcher.session is not None:
            self.toolbar.set_units(units_of(self._watcher.session))
            self.toolbar.ask_for_unit()

    def _contacts(self) -> QgsVectorLayer | None:
        session = self._watcher.session
        return None if session is None else session.find_layer(CONTACTS)

    def _lines(self) -> list[QgsVectorLayer]:
        session = self._watcher.session
        if session is None:
            return []
        found = (session.find_layer(name) for name in (LINEAR_FEATURES, CONTACTS))
        return [layer for layer in found if layer is not None]


def units_of(session: MapSession) -> list[tuple[str, str]]:
    """The units described, and those that only points name, each with its name."""
    names: dict[str, str] = {}
    for layer_name, name_field in ((DESCRIPTION, UNIT_NAME), (UNIT_POINTS, "")):
        layer = session.find_layer(layer_name)
        index = -1 if layer is None else layer.fields().lookupField(UNIT)
        if index < 0:
            continue
        named = layer.fields().lookupField(name_field)
        for feature in layer.getFeatures():
            unit = str(feature.attribute(index) or "").strip()
            if unit:
                names.setdefault(unit, str(feature.attribute(named) or "") if named >= 0 else "")
    return sorted(names.items())


def _tr(text: str) -> str:
    return QCoreApplication.translate("Digitising", text)

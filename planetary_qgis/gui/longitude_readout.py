"""Where the pointer is, in longitudes as maps of the body count them, in QGIS's status bar."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY, QgsProject
from qgis.gui import QgisInterface, QgsMapCanvas
from qgis.PyQt.QtWidgets import QApplication, QMenu, QToolButton

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import LongitudeStyle
from planetary_qgis.gui.longitude_titles import style_titles
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.crs import body_name
from planetary_qgis.qgis_bridge.longitude_display import (
    decimals_for,
    place_text,
    remember_style,
    style_of,
)
from planetary_qgis.qgis_bridge.project_body import bodies_of_layers, is_elsewhere
from planetary_qgis.qgis_bridge.spheres import Sphere, sphere_of

_WIDEST = "000.00000° W  00.00000° N"
OpenDialog = Callable[[str], None]
"""Opens the window that sets the project, with a body of that name chosen; "" for any."""


class LongitudeReadout:
    """The fitting: a button that shows the place, with a menu of how to."""

    def __init__(self, open_dialog: Callable[[QgisInterface, Toolbox, str], None]) -> None:
        self._open_dialog = open_dialog
        self._iface: QgisInterface | None = None
        self._button: ReadoutButton | None = None

    def install(self, iface: QgisInterface, toolbox: Toolbox) -> None:
        self._iface = iface
        self._button = ReadoutButton(
            toolbox.project,
            toolbox.canvas,
            lambda name: self._open_dialog(iface, toolbox, name),
        )
        iface.statusBarIface().addPermanentWidget(self._button)
        self._button.follow_project()

    def remove(self) -> None:
        self._button.close_down()
        self._iface.statusBarIface().removeWidget(self._button)
        self._button.deleteLater()
        self._button = self._iface = None


class ReadoutButton(QToolButton):
    """The place under the pointer; hidden where there is nothing but the Earth."""

    def __init__(self, project: QgsProject, canvas: QgsMapCanvas, open_dialog: OpenDialog) -> None:
        super().__init__()
        self.setObjectName("planetaryReadout")
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip(self.tr("Longitude and latitude on the body; click to choose how"))
        self._project, self._canvas, self._open_dialog = project, canvas, open_dialog
        self._sphere: Sphere | None = None
        self._body = ""
        self._text = ""
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill_menu)
        self.setMenu(menu)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(_WIDEST) + 24)
        canvas.xyCoordinates.connect(self.show_place)
        for changed in self._changes():
            changed.connect(self.follow_project)

    def close_down(self) -> None:
        """Listen no more."""
        self._canvas.xyCoordinates.disconnect(self.show_place)
        for changed in self._changes():
            changed.disconnect(self.follow_project)

    def follow_project(self, *_layers: object) -> None:
        """Show the body that the project is on now."""
        crs = self._project.crs()
        name = body_name(crs)
        self._sphere, self._body, self._text = None, name, ""
        if is_elsewhere(name):
            self._sphere = _sphere_or_none(crs)
        elsewhere = self._sphere is None and bool(bodies_of_layers(self._project))
        self.setText(self.tr("Not on a body yet") if elsewhere else name)
        self.setVisible(self._sphere is not None or elsewhere)

    def show_place(self, point: QgsPointXY) -> None:
        """Show a place that is given in the project's CRS."""
        if self._sphere is None:
            return
        try:
            ((lon,), (lat,)) = self._sphere.lon_lat([point.x()], [point.y()])
        except PlanetaryError:
            lon = lat = math.nan
        known = math.isfinite(lon) and abs(lat) <= 90.0
        self._text = place_text(lon, lat, style_of(self._body), self._decimals()) if known else ""
        self.setText(self._text or "–")

    def _changes(self) -> tuple[Any, ...]:
        return self._project.crsChanged, self._project.layersAdded, self._project.layersRemoved

    def _decimals(self) -> int:
        size = self._canvas.mapUnitsPerPixel()
        if not self._sphere.is_in_degrees:
            size = math.degrees(size / self._sphere.radius_m)
        return decimals_for(size)

    def _fill_menu(self) -> None:
        menu = self.menu()
        menu.clear()
        if self._sphere is not None:
            self._add_styles(menu)
        for name in bodies_of_layers(self._project):
            if name != self._body:
                text = self.tr("Set Project to {body}…").format(body=name)
                menu.addAction(text).triggered.connect(lambda _on, to=name: self._open_dialog(to))
        other = menu.addAction(self.tr("Set Project to a Body…"))
        other.triggered.connect(lambda: self._open_dialog(""))

    def _add_styles(self, menu: QMenu) -> None:
        for style, title in style_titles().items():
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(style == style_of(self._body))
            action.triggered.connect(lambda _on, chosen=style: self._choose(chosen))
        menu.addSeparator()
        copy = menu.addAction(self.tr("Copy Place"))
        copy.setEnabled(bool(self._text))
        copy.triggered.connect(lambda: QApplication.clipboard().setText(self._text))
        menu.addSeparator()

    def _choose(self, style: LongitudeStyle) -> None:
        remember_style(self._body, style)
        self.setText(self._body)


def _sphere_or_none(crs: QgsCoordinateReferenceSystem) -> Sphere | None:
    try:
        return sphere_of(crs)
    except PlanetaryError:
        return None

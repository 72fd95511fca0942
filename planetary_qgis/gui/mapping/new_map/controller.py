"""Makes new maps: what can be chosen, what suits the area, and the doing of it."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsMapLayer, QgsRectangle, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QDir, QLocale, QObject, Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.new_map_file import file_name
from planetary_qgis.gui.mapping.new_map.dialog import OWN_CRS, NewMapDialog
from planetary_qgis.gui.mapping.overview.opening import open_project
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.crs import body_name, same_body
from planetary_qgis.qgis_bridge.iau_list import ListedBody, listed_bodies
from planetary_qgis.qgis_bridge.mapping.new_maps.map_boxes import box_of_extent
from planetary_qgis.qgis_bridge.mapping.new_maps.map_plans import (
    MapPlan,
    naif_name,
    suiting_projection,
    suiting_scale,
)
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import NewMap
from planetary_qgis.qgis_bridge.project_body import bodies_of_layers
from planetary_qgis.qgis_bridge.views import Extent

_BEST, _DEGREES = "best ", "degrees"
_FALLBACK = "Mars"
_FIRST_BOX: Extent = (-5.0, -5.0, 5.0, 5.0)
_FOLDER = "planetary_qgis/map_folder"


class NewMapController(QObject):
    """What stands behind the window."""

    def __init__(self, dialog: NewMapDialog, toolbox: Toolbox) -> None:
        super().__init__(dialog)
        self._dialog, self._tools = dialog, toolbox
        self._bodies = {each.title: each for each in listed_bodies()}
        self._scale_is_chosen = False
        self._crs = QgsCoordinateReferenceSystem()
        dialog.show_bodies(self._bodies, self._body_at_hand())
        dialog.choose_folder(QgsSettings().value(_FOLDER, QDir.homePath(), type=str))
        self._take_body()
        for signal, slot in self._connections():
            signal.connect(slot)

    def _connections(self):
        dialog = self._dialog
        return (
            (dialog.body_chosen, self._take_body),
            (dialog.area.changed, self._take_area),
            (dialog.area.view_wanted, self._take_view),
            (dialog.area.layer_wanted, self._take_layer),
            (dialog.projection_chosen, self._show_crs),
            (dialog.scale_chosen, self._take_scale),
            (dialog.title_changed, self._take_title),
            (dialog.make_wanted, self._make),
        )

    @property
    def _body(self) -> ListedBody:
        return self._bodies[self._dialog.body]

    def _body_at_hand(self) -> str:
        """The body of the project, else of its layers."""
        here = body_name(self._tools.project.crs())
        near = [here, *bodies_of_layers(self._tools.project), _FALLBACK]
        # A project of the Earth is what QGIS begins with, no choice of anybody's.
        return next(each for each in near if each in self._bodies and each != "Earth")

    def _take_body(self) -> None:
        translate = self.tr
        self._dialog.show_projections(
            [
                [
                    (f"{_BEST}usual", translate("What suits the area: as maps usually are")),
                    (f"{_BEST}conformal", translate("What suits the area: true shapes")),
                    (f"{_BEST}equal area", translate("What suits the area: true areas")),
                ],
                [(_DEGREES, translate("Longitude and latitude (degrees)"))],
                list(self._body.projections().items()),
                [(OWN_CRS, translate("Another one, chosen below"))],
            ]
        )
        view_is_here = self._view_is_here()
        self._dialog.area.offer(view=view_is_here)
        if view_is_here:
            self._take_view()
        else:
            self._dialog.area.set_box(_FIRST_BOX)
        self._take_area()

    def _view_is_here(self) -> bool:
        crs = self._tools.project.crs()
        is_empty = self._tools.canvas.extent().isEmpty() or not self._tools.project.mapLayers()
        return crs.isValid() and not is_empty and same_body(crs, self._body.crs())

    def _take_view(self) -> None:
        self._take_extent(self._tools.canvas.extent(), self._tools.project.crs())

    def _take_layer(self, layer: QgsMapLayer) -> None:
        if not same_body(layer.crs(), self._body.crs()):
            text = self.tr("The layer “{layer}” does not lie on {body}.")
            self._dialog.show_problem(text.format(layer=layer.name(), body=self._body.title))
            return
        self._take_extent(layer.extent(), layer.crs())

    def _take_extent(self, extent: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> None:
        try:
            self._dialog.area.set_box(box_of_extent(extent, crs))
        except PlanetaryError as error:
            self._dialog.show_problem(str(error))

    def _take_area(self) -> None:
        if not self._scale_is_chosen:
            try:
                self._dialog.show_scale(suiting_scale(self._body, self._dialog.area.box()))
            except PlanetaryError as error:
                self._dialog.show_problem(str(error))
                return
        self._show_crs()

    def _take_scale(self) -> None:
        self._scale_is_chosen = True
        self._show_guide()

    def _take_title(self, title: str) -> None:
        self._dialog.show_name(file_name(title) if title.strip() else "")

    def _show_crs(self) -> None:
        try:
            self._crs, sentence = self._chosen_crs()
        except PlanetaryError as error:
            self._dialog.show_problem(str(error))
            return
        self._dialog.show_crs(self._crs, sentence)
        self._dialog.show_problem("")
        self._show_guide()

    def _chosen_crs(self) -> tuple[QgsCoordinateReferenceSystem, str]:
        """The CRS, and what to know of it."""
        key = self._dialog.projection
        if key == OWN_CRS:
            return self._dialog.own_crs, ""
        if key == _DEGREES:
            return self._body.crs(), self.tr(
                "In degrees QGIS shows the Earth's scales; for maps to scale choose a projection."
            )
        if key.startswith(_BEST):
            best = suiting_projection(self._body, self._dialog.area.box(), key[len(_BEST) :])
            return best.crs, best.sentence
        return QgsCoordinateReferenceSystem(key), ""

    def _show_guide(self) -> None:
        settings = self._settings()
        text = self.tr("To be drawn at 1:{scale} or closer, with a vertex every {spacing} m.")
        self._dialog.show_guide(
            text.format(
                scale=QLocale().toString(round(settings.digitising_scale)),
                spacing=QLocale().toString(settings.vertex_spacing_m, "g", 3),
            )
        )

    def _settings(self) -> MapSettings:
        return self._dialog.settings(naif_name(self._body))

    def _make(self) -> None:
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            made = self._made()
        except PlanetaryError as error:
            self._dialog.show_problem(str(error))
            return
        finally:
            QGuiApplication.restoreOverrideCursor()
        QgsSettings().setValue(_FOLDER, str(made.geopackage.parent))
        tools = self._tools
        self._dialog.accept()
        # The window goes, and this with it, as soon as QGIS looks at its events while it opens.
        _open(tools, made)

    def _made(self) -> NewMap:
        folder = self._dialog.folder
        if folder is None:
            raise PlanetaryError(
                self.tr("The map has no folder yet."), hint=self.tr("Choose one for its files.")
            )
        plan = MapPlan(self._settings(), self._body, self._crs, self._dialog.area.box())
        return plan.make(folder, self._dialog.name)


def _open(toolbox: Toolbox, made: NewMap) -> None:
    try:
        opened = open_project(toolbox, made.project_file)
    except PlanetaryError as error:
        toolbox.reporter.failed(error)
        return
    if opened:
        text = QCoreApplication.translate("NewMapController", "The map is made: {path}.")
    else:
        text = QCoreApplication.translate(
            "NewMapController", "The map is made, but not opened: {path}."
        )
    toolbox.reporter.succeeded(text.format(path=made.project_file))


def open_new_map(toolbox: Toolbox, parent: QWidget) -> None:
    """Open the window."""
    dialog = NewMapDialog(parent)
    NewMapController(dialog, toolbox)
    toolbox.show_window(dialog)

"""Sets the project to a body: what can be chosen, what it would mean, and the doing of it."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QMetaObject, QObject

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.project_body_dialog import ProjectBodyDialog
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import projections
from planetary_qgis.qgis_bridge.crs import body_name, same_body
from planetary_qgis.qgis_bridge.iau_list import ListedBody, listed_bodies
from planetary_qgis.qgis_bridge.longitude_display import remember_style, style_of
from planetary_qgis.qgis_bridge.measuring import PLANIMETRIC
from planetary_qgis.qgis_bridge.project_body import (
    ProjectChange,
    bodies_of_layers,
    change_to,
    has_scale_bar,
    show_scale_bar,
)

_DEGREES = "degrees"
_BEST = "best "
_FALLBACK = "Mars"
_READ_DECORATIONS = "projectReadDecorationItems"
"""The slot of QGIS's window that draws what the project says of decorations."""


class ProjectBodyController(QObject):
    """What stands behind the window.

    Args:
        body: Name of the body to begin with; "" for the one of the project or of its layers.
    """

    def __init__(self, dialog: ProjectBodyDialog, toolbox: Toolbox, body: str = "") -> None:
        super().__init__(dialog)
        self._dialog, self._tools = dialog, toolbox
        self._body: ListedBody | None = None
        self._change: ProjectChange | None = None
        self._what = self._distortion = ""
        by_name = {each.title: each for each in listed_bodies()}
        near = self._bodies_at_hand()
        dialog.show_bodies(
            {by_name[name].naif_id: remark for name, remark in near.items() if name in by_name},
            [(each.naif_id, each.title) for each in listed_bodies()],
        )
        dialog.want_scale_bar(has_scale_bar(toolbox.project))
        dialog.body_chosen.connect(self._take_body)
        dialog.projection_chosen.connect(self._preview)
        dialog.accepted.connect(self._apply)
        first = body or next(iter(near), _FALLBACK)
        dialog.choose_body(by_name.get(first, by_name[_FALLBACK]).naif_id)

    def _bodies_at_hand(self) -> dict[str, str]:
        """What to say of the bodies of layers and project, those of layers first."""
        here = body_name(self._tools.project.crs())
        remarks = {
            name: self._counted(len(layers))
            for name, layers in bodies_of_layers(self._tools.project).items()
        }
        if here in {each.title for each in listed_bodies()}:
            of_project = self.tr("the project")
            remarks[here] = ", ".join(filter(None, [remarks.get(here), of_project]))
        return remarks

    def _counted(self, layers: int) -> str:
        return self.tr("one layer") if layers == 1 else self.tr("{n} layers").format(n=layers)

    def _take_body(self, naif_id: int) -> None:
        (self._body,) = [each for each in listed_bodies() if each.naif_id == naif_id]
        degrees = (_DEGREES, self.tr("Longitude and latitude (degrees)"))
        view = self.tr("the view") if self._view_is_on_body() else self._what_instead()
        best = [
            ("usual", self.tr("Best for {area}: as maps usually are")),
            ("conformal", self.tr("Best for {area}: true shapes")),
            ("equal area", self.tr("Best for {area}: true areas")),
        ]
        self._dialog.show_projections(
            [
                [degrees],
                [(_BEST + purpose, title.format(area=view)) for purpose, title in best],
                list(self._body.projections().items()),
            ]
        )
        self._dialog.choose_longitudes(style_of(body_name(self._body.crs())))
        self._preview()

    def _preview(self) -> None:
        try:
            crs, self._what, self._distortion = self._chosen()
            self._change = change_to(self._tools.project, crs)
        except PlanetaryError as error:
            self._change = None
            self._dialog.preview(str(error), [], possible=False)
            return
        self._dialog.preview(self._sentence(), self._notes(), possible=True)

    def _chosen(self) -> tuple[QgsCoordinateReferenceSystem, str, str]:
        """The CRS, its name, and a sentence on how it distorts."""
        sphere, key = self._body.crs(), self._dialog.projection
        if key == _DEGREES:
            return sphere, self.tr("longitude and latitude on the sphere"), ""
        if key.startswith(_BEST):
            extent, crs = self._area(sphere)
            best = projections.best_projection(extent, crs, key[len(_BEST) :])
            return best.crs, best.title, best.sentence
        return QgsCoordinateReferenceSystem(key), self._body.projections()[key], ""

    def _area(
        self, sphere: QgsCoordinateReferenceSystem
    ) -> tuple[QgsRectangle, QgsCoordinateReferenceSystem]:
        """What the map shows of the body; else where its layers lie; else all of it."""
        if self._view_is_on_body():
            return self._tools.canvas.extent(), self._tools.project.crs()
        layers = bodies_of_layers(self._tools.project).get(body_name(sphere), [])
        first = next((layer for layer in layers if not layer.extent().isEmpty()), None)
        if first is not None:
            return first.extent(), first.crs()
        return QgsRectangle(-180.0, -90.0, 180.0, 90.0), sphere

    def _view_is_on_body(self) -> bool:
        here = self._tools.project.crs()
        extent = self._tools.canvas.extent()
        return here.isValid() and not extent.isEmpty() and same_body(here, self._body.crs())

    def _what_instead(self) -> str:
        """What “best” is about where the map shows another body."""
        layers = bodies_of_layers(self._tools.project).get(body_name(self._body.crs()), [])
        first = next((layer for layer in layers if not layer.extent().isEmpty()), None)
        return f"“{first.name()}”" if first is not None else self.tr("the whole body")

    def _sentence(self) -> str:
        text = self.tr("The project will be on {body}: {what}.")
        whole = text.format(body=self._body.title, what=self._what)
        if self._change.ellipsoid == PLANIMETRIC:
            return whole
        return f"{whole} " + self.tr("QGIS will measure on the body, in metres.")

    def _notes(self) -> list[str]:
        return [note for note in (self._distortion, *self._change.notes) if note]

    def _apply(self) -> None:
        if self._change is None:
            return
        project = self._tools.project
        stays = same_body(project.crs(), self._change.crs)
        self._change.apply(project)
        remember_style(body_name(self._change.crs), self._dialog.longitudes)
        self._set_scale_bar(self._dialog.wants_scale_bar)
        if not stays:
            self._tools.canvas.zoomToFullExtent()
        text = self.tr("The project is on {body} now: {what}.")
        sentence = text.format(body=self._body.title, what=self._what)
        self._tools.reporter.succeeded(sentence, self._change.notes)

    def _set_scale_bar(self, wanted: bool) -> None:
        if wanted == has_scale_bar(self._tools.project):
            return
        show_scale_bar(self._tools.project, wanted)
        window = self._tools.canvas.window()
        if window.metaObject().indexOfSlot(f"{_READ_DECORATIONS}()") >= 0:
            QMetaObject.invokeMethod(window, _READ_DECORATIONS)
            self._tools.canvas.refresh()


def open_project_body(iface: QgisInterface, toolbox: Toolbox, body: str = "") -> None:
    """Open the window."""
    dialog = ProjectBodyDialog(iface.mainWindow())
    ProjectBodyController(dialog, toolbox, body)
    toolbox.show_window(dialog)

"""What stands behind the Terrain Profile dock."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsMapLayer,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, QTimer

from planetary_qgis.core import dependencies
from planetary_qgis.core.dependencies import Feature
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.profiles import Profile
from planetary_qgis.core.rasters.tracks import FloatArray
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.profile_exports import ProfileExports
from planetary_qgis.gui.profile_map import DrawLine, ProfileMarks
from planetary_qgis.gui.profile_view import ProfileView
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.rasters.values.chosen import Rasters, chosen_rasters
from planetary_qgis.qgis_bridge.rasters.values.profiles import (
    GREAT_CIRCLES,
    Options,
    lines_of,
    profile_along,
)

_SETTLED_MS = 300
_BYTE = Qgis.DataType.Byte


class ProfileController(QObject):
    """Draws or takes a line, reads the ticked rasters along it, and shows what they say."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.view = ProfileView()
        super().__init__(self.view)
        self._tools = toolbox
        self._tool = DrawLine(toolbox.canvas)
        self._marks = ProfileMarks(toolbox.canvas, toolbox.project)
        self._jobs = Jobs(self.view.job_bar, toolbox.reporter)
        self._exports = ProfileExports(self.view, toolbox)
        self._line: tuple[list[FloatArray], QgsCoordinateReferenceSystem, str] | None = None
        self._again = False
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_MS)
        self._add_plot()

    def load(self) -> None:
        """Listen to the view, the map and the project."""
        for signal, slot in self._connections():
            signal.connect(slot)
        self._list_rasters()

    def unload(self) -> None:
        """Stop what runs, and give the map back as it was."""
        self._settled.stop()
        for signal, slot in self._connections():
            signal.disconnect(slot)
        self._jobs.close()
        self._tool.close()
        self._marks.close()

    def use_sample(self) -> None:
        """The sample holds no raster."""

    def _connections(self) -> tuple[tuple, ...]:
        project = self._tools.project
        return (
            (self.view.draw_requested, self._draw),
            (self.view.selection_requested, self._take_selection),
            (self.view.cleared, self._clear),
            (self.view.options_changed, self._on_options),
            (self.view.rasters.ticks_changed, self._settled.start),
            (self.view.pointed, self._marks.point_at),
            (self.view.seen, self._on_seen),
            (self.view.export_requested, self._exports.export),
            (self._settled.timeout, self._compute),
            (self._tool.drawn, self._keep_drawn),
            (self._tool.ended, self._on_drawing_ended),
            (self._jobs.busy_changed, self._on_busy),
            (self._tools.canvas.destinationCrsChanged, self._marks.redraw),
            (project.layerTreeRoot().layerOrderChanged, self._list_rasters),
            (project.layerTreeRoot().nameChanged, self._list_rasters),
        )

    def _add_plot(self) -> None:
        lacking = dependencies.missing(Feature.PROFILE_PLOT)
        self.view.allow_pictures(not lacking)
        if lacking:
            sentence = dependencies.sentence(Feature.PROFILE_PLOT, lacking)
            text = self.tr("{sentence} Numbers and exports work without it. To install it: {how}")
            how = dependencies.command(lacking)
            self.view.set_plot(None, text.format(sentence=sentence, how=how))
            return
        from planetary_qgis.gui.profile_plot import ProfilePlot

        self.view.set_plot(ProfilePlot(self.view), "")

    def _draw(self) -> None:
        if self._tool.isActive():
            self._tool.stop()
            return
        self._tool.great_circles = self.view.edges() == GREAT_CIRCLES
        self._tool.start()
        self.view.show_drawing(True)

    def _on_drawing_ended(self) -> None:
        self.view.show_drawing(False)

    def _keep_drawn(self, line: QgsGeometry) -> None:
        crs = self._tools.canvas.mapSettings().destinationCrs()
        self._line = (lines_of(line), crs, self.tr("The map"))
        self._compute()

    def _take_selection(self) -> None:
        layer = self._tools.canvas.currentLayer()
        try:
            lines = selected_lines(layer)
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self._line = (lines, layer.crs(), layer.name())
        self._compute()

    def _clear(self) -> None:
        self._line = None
        self._show(None, None)

    def _on_options(self) -> None:
        self._tool.great_circles = self.view.edges() == GREAT_CIRCLES
        self._settled.start()

    def _on_seen(self, seen: bool) -> None:
        if not seen:
            self._tool.stop()
            self._marks.show(None, None)
        elif self._exports.profile is not None:
            self._marks.show(self._exports.profile, self._exports.sphere)

    def _on_busy(self, busy: bool) -> None:
        if not busy and self._again:
            self._again = False
            self._settled.start()

    def _list_rasters(self, *_what: object) -> None:
        layers = [node.layer() for node in self._tools.project.layerTreeRoot().findLayers()]
        rasters = [layer for layer in layers if _can_be_read(layer)]
        first = not self.view.rasters.count()
        self.view.rasters.show_layers(rasters)
        if first and rasters:
            self.view.rasters.tick(_likeliest(rasters, self._tools.canvas.currentLayer()).id())

    def _compute(self) -> None:
        """Read the ticked rasters along the line, if there are any."""
        self._settled.stop()
        if self._line is None:
            return
        if self._jobs.busy:
            self._again = True
            return
        lines, crs, name = self._line
        layers = [self._tools.project.mapLayer(ticked) for ticked in self.view.rasters.ticked()]
        try:
            rasters = chosen_rasters([each for each in layers if each is not None], crs, name)
        except PlanetaryError as error:
            self._show(None, None)
            self._tools.reporter.failed(error)
            return
        options = Options(self.view.edges(), self.view.spacing_m(), self.view.bilinear())
        self._jobs.start(
            self.tr("Reading the profile"),
            lambda feedback: profile_along(lines, rasters, options, feedback),
            lambda profile: self._show(profile, rasters),
        )

    def _show(self, profile: Profile | None, rasters: Rasters | None) -> None:
        sphere = None if rasters is None else rasters.sphere
        self._exports.take(profile, sphere)
        self.view.show_profile(profile)
        self._marks.show(profile, sphere)


def selected_lines(layer: QgsMapLayer | None) -> list[FloatArray]:
    """Vertices of a layer's selected lines.

    Raises:
        PlanetaryError: There are none.
    """
    if not isinstance(layer, QgsVectorLayer):
        raise PlanetaryError(
            "There is no layer to take a selected line from.",
            hint="Make a layer of lines active in the layer tree, and select a line.",
        )
    lines = [line for each in layer.selectedFeatures() for line in lines_of(each.geometry())]
    if not lines:
        raise PlanetaryError(
            f"No line is selected in “{layer.name()}”.",
            hint="Select one on the map or in the attribute table, and take it again.",
        )
    return lines


def _can_be_read(layer: QgsMapLayer | None) -> bool:
    return isinstance(layer, QgsRasterLayer) and layer.isValid() and layer.providerType() == "gdal"


def _likeliest(rasters: Sequence[QgsRasterLayer], current: QgsMapLayer | None) -> QgsRasterLayer:
    """The raster that a profile is wanted of: one of heights, the current one first."""
    by_likelihood = sorted(rasters, key=lambda raster: raster != current)
    return next((raster for raster in by_likelihood if _may_be_heights(raster)), by_likelihood[0])


def _may_be_heights(raster: QgsRasterLayer) -> bool:
    is_byte = raster.dataProvider().sourceDataType(1) == _BYTE
    return raster.bandCount() == 1 and not is_byte

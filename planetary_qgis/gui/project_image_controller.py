"""Projects an image onto the map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingUtils,
    QgsRasterLayer,
)
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtGui import QColor

from planetary_qgis.core import dependencies
from planetary_qgis.core.dependencies import Feature
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.project_image_dialog import ProjectImageDialog
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.gui.work import Written
from planetary_qgis.qgis_bridge import settings, store

if TYPE_CHECKING:
    from planetary_qgis.gui.project_image_work import Made, Order
    from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import Unprojected

_USUAL_RESAMPLING = "bilinear"


class ProjectImageController(QObject):
    """What stands behind the window."""

    def __init__(self, dialog: ProjectImageDialog, toolbox: Toolbox) -> None:
        super().__init__(dialog)
        from planetary_qgis.core.spice.observations import SURFACES
        from planetary_qgis.qgis_bridge.rasters.projecting.isis import isis_is_there
        from planetary_qgis.qgis_bridge.rasters.projecting.projecting import RESAMPLINGS

        self._dialog, self._tools = dialog, toolbox
        self._jobs = Jobs(dialog.job_bar, toolbox.reporter)
        self._image: Unprojected | None = None
        dialog.map.offer(SURFACES, RESAMPLINGS, _USUAL_RESAMPLING)
        dialog.kernels.set_kernels(settings.load().kernels)
        if isis_is_there():
            dialog.offer_isis()
        dialog.isis_wanted.connect(self._allow)
        dialog.image_chosen.connect(self._read)
        dialog.project_requested.connect(self._project)
        dialog.kernels.changed.connect(self._allow)
        dialog.finished.connect(self._jobs.close)
        self._jobs.busy_changed.connect(self._allow)
        self._allow()

    def take(self, path: Path) -> None:
        """Choose an image, as if the user had."""
        self._dialog.choose_image(path)

    def _read(self) -> None:
        from planetary_qgis.gui.project_image_work import read_image

        path, self._image = self._dialog.image(), None
        self._dialog.show_label("", "")
        self._dialog.tell_done("")
        self._allow()
        if path is not None and path.is_file():
            self._jobs.start(
                self.tr("Reading {image}").format(image=path.name),
                lambda _feedback: read_image(path),
                self._show_image,
            )

    def _show_image(self, image: Unprojected) -> None:
        from planetary_qgis.gui.project_image_work import sentence_of, words_of

        if image.path != self._dialog.image():
            self._read()
            return
        self._image = image
        self._dialog.fields.show_label(words_of(image))
        lacking = ""
        if image.planes is None and image.recognised is None:
            lacking = self.tr("{why} Fill in what is known, below.").format(why=image.lacking)
            self._dialog.fields.unfold()
        self._dialog.show_label(sentence_of(image), lacking)
        self._allow()

    def _project(self) -> None:
        from planetary_qgis.gui.project_image_work import make_map

        if self._image is None:
            return
        try:
            order = self._order(self._image)
        except PlanetaryError as error:
            self._tools.reporter.failed(error)
            return
        self._jobs.start(
            self.tr("Projecting {image}").format(image=order.image.path.name),
            lambda feedback: make_map(order, feedback),
            self._show_made,
        )

    def _order(self, image: Unprojected) -> Order:
        from planetary_qgis.gui.project_image_work import Order
        from planetary_qgis.qgis_bridge.rasters.projecting.image_maps import MapWish
        from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import Given, Sight
        from planetary_qgis.qgis_bridge.terrain import dem_source

        asked, fields = self._dialog.map, self._dialog.fields
        dem = asked.dem()
        crs = asked.crs(self._tools.project.crs())
        if crs is not None and not crs.isValid():
            raise PlanetaryError(
                "The coordinate reference system of the map is none.", hint="Choose one."
            )
        preferred = QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED
        return Order(
            image=image,
            given=Given(**fields.names(), **fields.numbers()),
            sight=Sight(
                kernels=self._dialog.kernels.kernels(),
                surface=asked.surface(),
                dem=None if dem is None else dem_source(dem),
            ),
            wish=MapWish(
                crs="" if crs is None else crs.toWkt(preferred),
                resolution_m=asked.resolution_m(),
                resampling=asked.resampling(),
            ),
            destination=self._destination(image),
            outline=self._outline_path(),
            by_isis=self._dialog.wants_isis(),
        )

    def _destination(self, image: Unprojected) -> Path:
        named = self._dialog.output()
        if named is None:
            name = f"{image.path.stem} projected.tif"
            return Path(QgsProcessingUtils.generateTempFilename(name))
        return named if named.suffix else named.with_name(f"{named.name}.tif")

    def _outline_path(self) -> Path | None:
        if not self._dialog.wants_outline():
            return None
        return Path(QgsProcessingUtils.generateTempFilename("outline.gpkg"))

    def _show_made(self, made: Made) -> None:
        layer = _layer(made)
        shown = self._tools.results.show(layer, on_top=True)
        if shown.in_place:
            self._tools.results.zoom_to(layer)
        if made.outline is not None:
            self._show_outline(made.outline)
        text = self.tr("“{layer}” is on the map: {columns} × {rows} pixels.")
        text = text.format(layer=layer.name(), columns=made.map.columns, rows=made.map.rows)
        self._dialog.tell_done("\n".join([text, *made.map.notes]))
        self._tools.tell_shown(text, shown)

    def _show_outline(self, written: Written) -> None:
        layer = store.open_table(written.path, written.table)
        # The image is to be seen through it.
        layer.renderer().symbol().symbolLayer(0).setFillColor(QColor(0, 0, 0, 0))
        self._tools.results.show(layer)

    def _allow(self) -> None:
        self._dialog.allow(self._reason_against())

    def _reason_against(self) -> str:
        if self._jobs.busy:
            return self.tr("Wait until the running job is done")
        if self._image is None:
            return self.tr("Choose an image first")
        needs_none = self._image.planes is not None or self._dialog.wants_isis()
        if not needs_none and not self._dialog.kernels.kernels():
            return self.tr("Add the kernels of the image's time first")
        return ""


def open_project_image(iface: QgisInterface, toolbox: Toolbox) -> None:
    """Open the window, on the current layer's image where it is an unprojected one."""
    lacking = dependencies.missing(Feature.IMAGE_PROJECTION)
    if lacking:
        toolbox.reporter.warn(
            dependencies.sentence(Feature.IMAGE_PROJECTION, lacking),
            dependencies.command(lacking),
        )
        return
    dialog = ProjectImageDialog(iface.mainWindow())
    controller = ProjectImageController(dialog, toolbox)
    layer = toolbox.canvas.currentLayer()
    if isinstance(layer, QgsRasterLayer) and not layer.crs().isValid():
        path = _file_of(layer)
        if path.is_file():
            controller.take(path)
    toolbox.show_window(dialog)


def _file_of(layer: QgsRasterLayer) -> Path:
    """The file that a layer shows, as the user chose it."""
    address = layer.metadata().identifier()
    return Path(address if Path(address).is_file() else layer.source())


def _layer(made: Made) -> QgsRasterLayer:
    layer = made.opened.layer()
    layer.setName(made.title)
    return layer

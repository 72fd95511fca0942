"""Rasters opened from the menu, by a drop and from a slow server, while a clock beats."""

import os
import time
from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QAction, QDialogButtonBox

BEAT_MS = 10


def run(app):
    app.load_plugin()
    beats = Beats()
    app.find("planetaryOpenRasterAction", QAction).trigger()
    app.wait(0.3)
    dialog = app.find("planetaryOpenRaster")
    app.find("planetaryOpenRasterFile").setFilePath(os.environ["RASTER_LABEL"])
    app.wait(0.2)
    app.grab("open_raster_dialog", dialog)
    beats.start()
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open).click()
    app.wait_until(lambda: len(app.layers()) == 1, what="the product is on the map")
    longest = {"menu": beats.stop()}
    app.settle()
    app.grab("open_raster_map")
    facts = {"menu": described(app.layers()[0]), "project": QgsProject.instance().crs().authid()}
    (drops,) = [each for each in app.plugin._fittings if hasattr(each, "_handler")]
    beats.start()
    taken = drops._handler.handleFileDrop(os.environ["RASTER_DROPPED"])
    app.wait_until(lambda: len(app.layers()) == 2, what="the dropped one is on the map")
    longest["drop"] = beats.stop()
    facts["dropped"] = {"taken": taken, "layers": [layer.name() for layer in app.layers()]}
    beats.start()
    from planetary_qgis.gui.raster_opener import open_in_task

    open_in_task(app.plugin._toolbox, [os.environ["RASTER_URL"]])
    app.wait_until(lambda: len(app.layers()) == 3, what="the one on the web is on the map")
    app.settle()
    longest["web"] = beats.stop()
    app.grab("open_raster_all")
    facts["pauses"] = longest
    facts["messages"] = app.message_bar()
    QgsProject.instance().clear()
    app.wait(0.3)
    app.unload_plugin()
    return facts


def described(layer):
    extent = layer.extent()
    return {
        "body": layer.crs().celestialBodyName(),
        "width": extent.width(),
        "stretch": layer.renderer().contrastEnhancement().maximumValue(),
        "identifier": layer.metadata().identifier(),
    }


class Beats:
    """A timer on the main thread: its longest pause is how long the interface stood still.

    A file tells the server how often it has beaten.
    """

    def __init__(self):
        self._timer = QTimer()
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._count, self._file = 0, Path(os.environ["RASTER_BEATS"])

    def start(self):
        self._longest, self._last = 0.0, time.perf_counter()
        self._timer.start()

    def stop(self):
        self._timer.stop()
        self._beat()
        return self._longest

    def _beat(self):
        now = time.perf_counter()
        self._longest, self._last = max(self._longest, now - self._last), now
        self._count += 1
        whole = self._file.with_suffix(".new")
        whole.write_text(str(self._count))
        os.replace(whole, self._file)

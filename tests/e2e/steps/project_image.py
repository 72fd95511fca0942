"""A raw framelet projected over a basemap by the window of the menu, in degrees and by itself."""

import json
import os
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtWidgets import QAction, QDialog

FRAMELET = "CAS-MCO-2016-11-26T22.50.27.381-PAN-00005-B1"


def run(app):
    app.wait(1)
    before = app.census()
    app.load_plugin()
    data = Path(os.environ["PLANETARY_QGIS_DATA"])
    basemap = QgsRasterLayer(str(data / "rasters" / "iau" / "mars.tif"), "Mars")
    QgsProject.instance().addMapLayer(basemap)
    app.settle()
    app.find("planetaryProjectImageAction", QAction).trigger()
    app.wait(0.5)
    window = app.find("planetaryProjectImage", QDialog)
    window.choose_image(data / "rasters" / "cassis" / f"{FRAMELET}.xml")
    app.settle()
    window.kernels.set_kernels(kernels(data))
    app.find("imageWhichCrs").setCurrentIndex(1)
    app.find("imageOutline").setChecked(True)
    facts = {"said": app.find("imageSaid").text()}
    app.grab("project_image_window", window)
    app.click("imageProject")
    facts["done"] = app.find("imageDone").text()
    facts["layers"] = [described(layer) for layer in app.layers()]
    app.grab("project_image")
    app.grab("project_image_done", window)
    canvas = app.iface.mapCanvas()
    place = canvas.extent().center()
    canvas.setExtent(QgsRectangle(place.x() - 6, place.y() - 4, place.x() + 6, place.y() + 4))
    canvas.refresh()
    app.settle()
    app.grab("project_image_over_basemap")
    window.close()
    app.wait(0.3)
    QgsProject.instance().clear()
    app.wait(0.5)
    app.unload_plugin()
    return {**facts, "before": before, "after": app.census()}


def kernels(data):
    cases = json.loads((data / "spice" / "cases.json").read_text("utf-8"))["cases"]
    (case,) = [case for case in cases if case["image_id"] == FRAMELET]
    return [data / "spice" / each for each in case["kernels"]]


def described(layer):
    extent = layer.extent()
    return {
        "name": layer.name(),
        "body": layer.crs().celestialBodyName(),
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
    }

"""The SPICE Footprints dock: kernels, their coverage, what is missing, footprints on the map."""

import json
import os
import time
from pathlib import Path

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QPointF, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QComboBox, QDockWidget, QLineEdit, QTabWidget

KERNELS_TAB, OBSERVE_TAB = 0, 1


def run(app):
    app.load_plugin()
    app.find("planetaryOpenSampleAction", QAction).trigger()
    app.settle()
    show_dock(app)
    facts = {"sample": sample(app)}
    case = json.loads(os.environ.get("PLANETARY_QGIS_E2E_CASE", "null"))
    if case:
        facts["real"] = real(app, case)
    QgsProject.instance().clear()
    app.wait(0.5)
    app.unload_plugin()
    return facts


def sample(app):
    """Read, chart, and what is missing once the times run out of the kernels."""
    wait_for_missing(app, "All kernels")
    facts = described(app, "spice_dock_sample_kernels")
    app.find("spiceStop", QLineEdit).setText("2019-09-04T00:00:00")
    wait_for_missing(app, "No CK")
    app.grab("spice_dock_sample_missing")
    facts["missing later"] = app.find("spiceMissing").toPlainText()
    show_tab(app, KERNELS_TAB)
    facts["taken"] = take_attitude(app)
    app.find("spiceStep").setValue(600)
    facts["done"] = compute(app, "spice_dock_sample_observe")
    return facts


def real(app, case):
    """A real image's kernels from the list to its footprint on the map."""
    QgsProject.instance().clear()
    dock = app.plugin._docks["SpiceFootprints"].build().view
    dock.kernels.set_kernels([Path(path) for path in case["kernels"]])
    app.find("spiceStart", QLineEdit).setText(case["start"])
    app.find("spiceStop", QLineEdit).setText(case["stop"])
    app.find("spiceStep").setValue(0)
    show_tab(app, KERNELS_TAB)
    app.click("spiceReadButton")
    for name in ("target", "observer", "instrument"):
        app.find(f"spice{name.capitalize()}", QComboBox).setEditText(case[name])
    wait_for_missing(app, "All kernels")
    facts = described(app, "spice_dock_real_kernels")
    facts["done"] = compute(app, "spice_dock_real_observe")
    app.iface.zoomToActiveLayer()
    app.settle()
    app.grab("spice_dock_real_footprint")
    return facts


def described(app, screenshot):
    show_tab(app, KERNELS_TAB)
    app.grab(screenshot)
    tree, chart = app.find("spiceKernels"), app.find("spiceCoverageChart")
    started = time.perf_counter()
    chart.viewport().grab()
    return {
        "entries": [tree.topLevelItem(row).text(0) for row in range(tree.topLevelItemCount())],
        "rows": [[row.group, row.title, len(row)] for row in chart.picture().rows],
        "coverage": app.find("spiceCoverage").text(),
        "missing": app.find("spiceMissing").toPlainText(),
        "ms to paint": (time.perf_counter() - started) * 1000,
    }


def take_attitude(app):
    """The times after a double click on the first attitude's bar."""
    chart = app.find("spiceCoverageChart")
    picture = chart.picture()
    number = next(n for n, row in enumerate(picture.rows) if row.group == "Attitude")
    begin, end = picture.rows[number].span(0)
    where = QPointF(picture.x_of((begin + end) / 2), picture.row_rect(number).center().y())
    QTest.mouseMove(chart.viewport(), where.toPoint())
    QTest.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=where.toPoint())
    app.wait(0.2)
    return [app.find(name, QLineEdit).text() for name in ("spiceStart", "spiceStop")]


def compute(app, screenshot):
    show_tab(app, OBSERVE_TAB)
    app.click("spiceComputeButton")
    app.grab(screenshot)
    layers = [layer for layer in app.layers() if isinstance(layer, QgsVectorLayer)]
    return {
        "told": app.find("spiceDone").text(),
        "layers": {layer.name(): layer.featureCount() for layer in layers},
        "valid": all(f.geometry().isGeosValid() for layer in layers for f in layer.getFeatures()),
    }


def wait_for_missing(app, text):
    browser = app.find("spiceMissing")
    app.wait_until(lambda: text in browser.toPlainText(), 30, what=f"“{text}” is told")


def show_tab(app, number):
    app.find("spiceTabs", QTabWidget).setCurrentIndex(number)
    app.wait(0.3)


def show_dock(app):
    docks = app.iface.mainWindow().findChildren(QDockWidget)
    (dock,) = [dock for dock in docks if dock.windowTitle() == "SPICE Footprints"]
    dock.show()
    dock.raise_()
    app.wait(0.3)

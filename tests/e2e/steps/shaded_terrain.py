"""Shaded terrain of real DEMs, by the menu's dialog and by the algorithm."""

import os
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtWidgets import QAction, QDialog

DEMS = (
    ("mars", "mola/megt90n000cb.lbl", "Mars", (0.55, 0.35, 0.95, 0.75)),
    ("moon", "lola/ldem_4.cub", "Moon", (0.3, 0.25, 0.7, 0.65)),
    ("moon_even", "lola/ldem_4.cub", "Blue to yellow", (0.3, 0.25, 0.7, 0.65)),
)


def run(app):
    app.load_plugin()
    folder = Path(os.environ["PLANETARY_QGIS_E2E_RASTERS"])
    out = Path(os.environ["PLANETARY_QGIS_E2E_OUT"])
    facts = {"dialog": dialog(app, folder / DEMS[0][1])}
    for name, dem, ramp, part in DEMS:
        facts[name] = terrain(app, name, folder / dem, ramp, out / name, part)
    QgsProject.instance().clear()
    app.wait(0.5)
    app.unload_plugin()
    return facts


def dialog(app, dem):
    """What the menu's entry opens, and that it goes again."""
    layer = QgsRasterLayer(str(dem), "MOLA")
    QgsProject.instance().addMapLayer(layer)
    app.iface.setActiveLayer(layer)
    app.settle()
    app.find("planetaryShadedTerrainAction", QAction).trigger()
    app.wait(1.0)
    (opened,) = [
        each
        for each in app.iface.mainWindow().findChildren(QDialog)
        if each.isVisible() and "Shaded terrain" in each.windowTitle()
    ]
    app.grab("shaded_terrain_dialog", opened)
    title = opened.windowTitle()
    opened.close()
    app.wait(0.3)
    return title


def terrain(app, name, dem, ramp, folder, part):
    import processing

    project = QgsProject.instance()
    project.clear()
    processing.run(
        "planetary:shadedterrain", {"INPUT": str(dem), "RAMP": ramp, "FOLDER": str(folder)}
    )
    nodes = {node.name(): node for node in project.layerTreeRoot().findLayers()}
    extent = nodes["Heights"].layer().extent()
    show(app, extent, f"terrain_{name}")
    show(app, portion(extent, part), f"terrain_{name}_part")
    nodes["Contours"].setItemVisibilityChecked(True)
    fraction = [part[0], part[1], part[0] + 0.12, part[1] + 0.12]
    show(app, portion(extent, fraction), f"terrain_{name}_contours")
    nodes["Contours"].setItemVisibilityChecked(False)
    nodes["Slope"].setItemVisibilityChecked(True)
    show(app, portion(extent, part), f"terrain_{name}_slope")
    return [[name, node.layer().isValid()] for name, node in nodes.items()]


def portion(extent, part):
    west, south, east, north = part
    return QgsRectangle(
        extent.xMinimum() + west * extent.width(),
        extent.yMinimum() + south * extent.height(),
        extent.xMinimum() + east * extent.width(),
        extent.yMinimum() + north * extent.height(),
    )


def show(app, extent, name):
    app.iface.mapCanvas().setExtent(extent)
    app.iface.mapCanvas().refresh()
    app.settle()
    app.iface.messageBar().clearWidgets()
    app.grab(name)

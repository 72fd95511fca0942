"""A basemap chosen in the window comes onto the map of an empty project."""

import os
from dataclasses import replace

from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QAction


def run(app):
    app.load_plugin()
    app.find("planetaryBasemapsAction", QAction).trigger()
    app.wait(0.3)
    dialog = app.find("planetaryBasemaps")
    dialog.open_body("Moon")
    app.wait(0.2)
    app.grab("basemaps", dialog)
    listed = dialog.current().body
    # The one that is chosen, from a server that is there.
    dialog.show_basemaps([replace(dialog.current(), **served())])
    dialog.open_body("Moon")
    app.click("basemapAdd")
    app.wait_until(lambda: len(app.layers()) == 1, what="the basemap is on the map")
    app.settle()
    (layer,) = app.layers()
    project = QgsProject.instance()
    facts = {
        "listed": listed,
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "project": project.crs().authid(),
        "ellipsoid": project.ellipsoid(),
        "credit": layer.metadata().rights(),
        "messages": app.message_bar(),
    }
    app.grab("basemap_on_map")
    project.clear()
    app.wait(0.3)
    app.unload_plugin()
    return facts


def served():
    return {"kind": "tiles", "grid": "geographic", "url": os.environ["TILES"], "levels": 2}

"""Make a map with a dangle and a crossing, check it, fix the crossing, undo that, check again."""

from __future__ import annotations

import tempfile
from pathlib import Path

LINES = ("LineString(0 2,4 2)", "LineString(1 0,1 4)", "LineString(2 2,2 3)")


def run(app):
    app.load_plugin()
    session = make_map(Path(tempfile.mkdtemp()) / "Kärte.gpkg")
    app.find("planetaryGeologicMappingDock").show()
    app.settle()
    app.find("mappingTabs").setCurrentWidget(app.find("checkTab"))
    tree = app.find("checkFindings")
    app.click("checkRun")
    results = {"found": checks_in(tree)}
    go_to(tree, "crossing")
    app.settle()
    app.grab("check_tab")
    contacts = session.layer("geologic_contacts")
    app.click("checkFix")
    results["lines after fix"] = contacts.featureCount()
    results["after fix"] = checks_in(tree)
    contacts.undoStack().undo()
    results["lines after undo"] = contacts.featureCount()
    results["is stale"] = app.find("checkStale").isVisible()
    app.grab("check_tab_stale")
    contacts.rollBack()
    app.click("checkAgain")
    results["again"] = checks_in(tree)
    app.unload_plugin()
    return results


def make_map(path):
    from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsProject
    from qgis.core import QgsVectorLayerUtils as Utils

    from planetary_qgis.core.mapping.map_settings import MapSettings
    from planetary_qgis.qgis_bridge.mapping.map_session import session_of
    from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import add_map_layers, make_map_file

    project, crs = QgsProject.instance(), QgsCoordinateReferenceSystem("IAU_2015:49900")
    area = QgsGeometry.fromWkt("Polygon((0 0,4 0,4 4,0 4,0 0))")
    make_map_file(path, MapSettings("Test", "MARS", 1e6), crs, area)
    project.setCrs(crs)
    contacts = add_map_layers(project, path)["geologic_contacts"]
    contacts.startEditing()
    for wkt in LINES:
        contacts.addFeature(Utils.createFeature(contacts, QgsGeometry.fromWkt(wkt), {}))
    contacts.commitChanges()
    return session_of(project)


def checks_in(tree):
    return sorted({each.finding.check for each in tree.findings.shown()})


def go_to(tree, check):
    tree.go_to(next(each for each in tree.findings.shown() if each.finding.check == check))
    tree.place_wanted.emit()

"""Layers with wrong systems come into a project of Mars; their marks are clicked and mended."""

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtWidgets import QDialog, QPushButton

LAYERS = {
    "Craters (index, west longitudes)": "IAU_2015:49901",
    "Contacts of the Mars map": "EPSG:4326",
    "Landing sites": "IAU_2015:49900",
    "Moon names": "IAU_2015:30100",
}


def run(app):
    app.wait(1)
    before = app.census()
    app.load_plugin()
    project = QgsProject.instance()
    project.addMapLayers([points(name, code) for name, code in LAYERS.items()])
    # QGIS takes the first layer's for the project.
    app.wait(0.5)
    project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    project.setEllipsoid("NONE")
    app.wait_until(lambda: len(marked(app)) == 3, what="three marks")
    facts = {"marked": marked(app)}
    west = layer_named(project, "Craters")
    click_mark(app, west)
    app.settle()
    dialog = app.find("planetaryCrsDialog", QDialog)
    app.grab("crs_marks")
    app.grab("crs_dialog", dialog)
    facts["rows"] = len([b for b in dialog.findChildren(QPushButton, "crsFix") if b.isVisible()])
    app.click("crsFixAll")
    app.wait_until(lambda: len(marked(app)) == 1, what="one mark is left")
    facts["left"] = marked(app)
    app.grab("crs_dialog_fixed", dialog)
    facts["ellipsoid"] = project.ellipsoid()
    facts["description"] = west.crs().description()
    dialog.close()
    project.clear()
    app.wait(1)
    # QGIS itself tells there what it cannot transform.
    app.iface.messageBar().clearWidgets()
    app.wait(0.5)
    app.unload_plugin()
    return {**facts, "before": before, "after": app.census()}


def points(name, code):
    layer = QgsVectorLayer(f"Point?crs={code}", name, "memory")
    for place in ((10.0, 20.0), (30.0, 40.0)):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*place)))
        layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    return layer


def layer_named(project, start):
    (layer,) = [each for each in project.mapLayers().values() if each.name().startswith(start)]
    return layer


def indicators(app, layer):
    """What marks a layer, besides what QGIS itself puts there."""
    node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    found = app.iface.layerTreeView().indicators(node)
    return [each for each in found if "Click to mend it." in each.toolTip()]


def marked(app):
    layers = QgsProject.instance().mapLayers().values()
    return sorted(layer.name() for layer in layers if indicators(app, layer))


def click_mark(app, layer):
    view = app.iface.layerTreeView()
    node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    (mark,) = indicators(app, layer)
    mark.clicked.emit(view.node2index(node))

"""The main job through the docks: sample, import, search, footprints, track, and an error."""

from qgis.core import (
    QgsDateTimeRange,
    QgsDistanceArea,
    QgsFeatureRequest,
    QgsInterval,
    QgsPointXY,
    QgsProject,
    QgsTemporalNavigationObject,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QLineEdit

SEARCH, FOOTPRINTS, MAPPING = "Archive Search", "SPICE Footprints", "Geologic Mapping"


def run(app):
    app.wait(1)
    before = app.census()
    app.load_plugin()
    app.find("planetaryOpenSampleAction", QAction).trigger()
    app.settle()
    app.grab("docks_open")
    facts = {
        "imported": import_index(app),
        "found": search(app),
        "footprints": compute(app, "spiceComputeButton", "spice_footprints"),
        "track": compute(app, "spiceTrackButton", "ground_track"),
        "error": fail_outside_coverage(app),
        "played": play(app),
    }
    raise_dock(app, MAPPING)
    app.grab("geologic_mapping")
    facts["layers"] = [described(layer) for layer in app.layers()]
    facts["project"] = described_project()
    QgsProject.instance().clear()
    app.wait(0.5)
    app.unload_plugin()
    return {**facts, "before": before, "after": app.census()}


def import_index(app):
    raise_dock(app, SEARCH)
    app.click("pdsImportButton")
    return app.find("pdsImported").text()


def search(app):
    """Frames in the northern half of the first day, by filter, over the whole body."""
    filter_line = app.find("pdsFilter", QLineEdit)
    filter_line.setText('"instrument_id" = \'SYNTH_FRAME_CAM\' AND "center_lat" > 0')
    app.click("pdsSearchButton")
    app.grab("pds_search")
    return app.find("pdsFound").text()


def compute(app, button, screenshot):
    raise_dock(app, FOOTPRINTS)
    app.click(button)
    app.grab(screenshot)
    return app.find("spiceDone").text()


def fail_outside_coverage(app):
    """What the message bar says to times that the kernels do not cover."""
    app.find("spiceStart", QLineEdit).setText("1999-01-01")
    app.find("spiceStop", QLineEdit).setText("1999-01-02")
    app.click("spiceComputeButton")
    app.grab("error_in_message_bar")
    return app.message_bar()


def play(app):
    """How many features each layer shows in one frame of the temporal controller."""
    controller = app.iface.mapCanvas().temporalController()
    controller.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.Animated)
    begin = QDateTime(QDate(2019, 9, 1), QTime(0, 20), Qt.TimeSpec.UTC)
    controller.setTemporalExtents(QgsDateTimeRange(begin, begin.addSecs(3600)))
    controller.setFrameDuration(QgsInterval(300, QgsUnitTypes.TemporalUnit.TemporalSeconds))
    controller.setCurrentFrameNumber(3)
    app.settle()
    app.grab("temporal_controller")
    shown = app.iface.mapCanvas().mapSettings().temporalRange()
    controller.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.NavigationOff)
    return {layer.name(): count_within(layer, shown) for layer in app.layers() if is_vector(layer)}


def count_within(layer, shown):
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    expression = layer.temporalProperties().createFilterString(context, shown)
    return sum(1 for _ in layer.getFeatures(QgsFeatureRequest().setFilterExpression(expression)))


def is_vector(layer):
    return isinstance(layer, QgsVectorLayer)


def raise_dock(app, title):
    docks = app.iface.mainWindow().findChildren(QDockWidget)
    (dock,) = [dock for dock in docks if dock.windowTitle() == title]
    dock.show()
    dock.raise_()
    app.wait(0.3)


def described(layer):
    temporal = layer.temporalProperties()
    facts = {
        "name": layer.name(),
        "crs": layer.crs().authid(),
        "valid": layer.isValid(),
        "temporal": bool(temporal and temporal.isActive()),
        "provenance": layer.metadata().history(),
    }
    if is_vector(layer):
        features = list(layer.getFeatures())
        facts["count"] = len(features)
        facts["with geometry"] = sum(feature.hasGeometry() for feature in features)
        facts["valid geometry"] = all(
            feature.geometry().isGeosValid() for feature in features if feature.hasGeometry()
        )
        facts["alpha"] = layer.renderer().symbol().color().alpha()
        facts["sources"] = sorted({str(feature["geometry_source"]) for feature in features})
    return facts


def described_project():
    project = QgsProject.instance()
    measure = QgsDistanceArea()
    measure.setSourceCrs(project.crs(), project.transformContext())
    measure.setEllipsoid(project.ellipsoid())
    return {
        "crs": project.crs().authid(),
        "degree in metres": measure.measureLine(QgsPointXY(0, 0), QgsPointXY(1, 0)),
    }

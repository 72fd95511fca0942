"""Profiles of real rasters in the Terrain Profile dock: narrow, wide, on the map, exported."""

import os
from pathlib import Path

from qgis.core import (
    QgsContrastEnhancement,
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRectangle,
)
from qgis.gui import QgsMapMouseEvent
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QMouseEvent, QPalette
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QWidget

OLYMPUS_TO_THARSIS = ((-141.5, 21.0), (-133.8, 18.65), (-112.6, 0.8), (-104.0, 1.5))


def run(app):
    app.wait(1)
    app.load_plugin()
    rasters = Path(os.environ["PLANETARY_QGIS_RASTERS"])
    crs = QgsCoordinateReferenceSystem("IAU_2015:49900")
    QgsProject.instance().setCrs(crs)
    mola = added(rasters / "mola" / "megt90n000cb.lbl", "MOLA topography")
    added(rasters / "iau" / "mars.tif", "Albedo").setName("Viking albedo")
    app.iface.mapCanvas().setExtent(QgsRectangle(-160, -12, -90, 38))
    dock = raise_dock(app)
    app.settle()
    app.iface.mapCanvas().setExtent(QgsRectangle(-160, -12, -90, 38))
    app.iface.mapCanvas().refresh()
    app.settle()
    draw(app, OLYMPUS_TO_THARSIS)
    app.settle()
    facts = {"summary": app.find("profileSummary").text()}
    point_at(app, 0.28)
    facts["reading"] = app.find("profileReading").text()
    app.grab("terrain_profile_narrow")
    tick_all(app)
    app.wait(0.6)
    app.settle()
    point_at(app, 0.28)
    app.grab("terrain_profile_two_units")
    facts["axes"] = len(app.find("profilePlot").figure.axes)
    app.iface.mainWindow().addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    app.iface.mainWindow().resizeDocks([dock], [330], Qt.Orientation.Vertical)
    app.settle()
    point_at(app, 0.28)
    app.iface.messageBar().clearWidgets()
    app.grab("terrain_profile_wide")
    go_dark(dock)
    app.settle()
    point_at(app, 0.4)
    app.grab("terrain_profile_dark")
    facts["layers"] = exported(app)
    app.settle()
    app.grab("terrain_profile_layers")
    facts["mola"] = mola.isValid()
    QgsProject.instance().clear()
    app.wait(0.5)
    app.unload_plugin()
    return facts


def added(path, name):
    layer = QgsRasterLayer(str(path), name)
    QgsProject.instance().addMapLayer(layer)
    layer.setContrastEnhancement(
        QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum,
        QgsRasterMinMaxOrigin.Limits.MinMax,
    )
    return layer


def draw(app, places):
    app.find("profileDraw").click()
    canvas = app.iface.mapCanvas()
    tool = canvas.mapTool()
    kind = QEvent.Type.MouseButtonRelease
    for lon, lat in places:
        tool.canvasReleaseEvent(
            QgsMapMouseEvent(canvas, kind, pixel(canvas, lon, lat), Qt.MouseButton.LeftButton)
        )
    tool.canvasMoveEvent(
        QgsMapMouseEvent(
            canvas,
            QEvent.Type.MouseMove,
            pixel(canvas, -95.0, 30.0),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
        )
    )
    app.wait(0.2)
    app.grab("terrain_profile_drawing")
    tool.canvasReleaseEvent(
        QgsMapMouseEvent(canvas, kind, pixel(canvas, *places[-1]), Qt.MouseButton.RightButton)
    )


def pixel(canvas, lon, lat):
    at = canvas.getCoordinateTransform().transform(QgsPointXY(lon, lat))
    return QPoint(round(at.x()), round(at.y()))


def point_at(app, share):
    """Move the mouse to a share of the plot's width."""
    app.wait(0.3)
    plot = app.find("profilePlot")
    box = plot.figure.axes[0].get_window_extent()
    at = QPointF(box.x0 + share * box.width, plot.height() - (box.y0 + box.y1) / 2)
    QApplication.sendEvent(
        plot,
        QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            QPointF(plot.mapToGlobal(at.toPoint())),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        ),
    )
    app.wait(0.2)


def tick_all(app):
    rasters = app.find("profileRasters")
    for row in range(rasters.count()):
        rasters.item(row).setCheckState(Qt.CheckState.Checked)


def go_dark(dock):
    palette = QPalette()
    roles = QPalette.ColorRole
    for role in (roles.Window, roles.Base, roles.Button):
        palette.setColor(role, QColor(45, 45, 48))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(role, QColor(225, 225, 225))
    dock.setPalette(palette)
    plot = dock.findChild(QWidget, "profilePlot")
    plot.setPalette(palette)


def exported(app):
    menu = app.find("profileExport").menu()
    for action in menu.actions():
        if action.objectName() in ("profileExport_points", "profileExport_lines"):
            action.trigger()
    names = [each.name() for each in app.layers() if each.type() == vector()]
    return sorted(names)


def vector():
    return QgsMapLayer.VectorLayer


def raise_dock(app):
    docks = app.iface.mainWindow().findChildren(QDockWidget)
    (dock,) = [each for each in docks if each.windowTitle() == "Terrain Profile"]
    dock.show()
    dock.raise_()
    app.iface.mainWindow().resizeDocks([dock], [370], Qt.Orientation.Horizontal)
    app.wait(0.5)
    return dock

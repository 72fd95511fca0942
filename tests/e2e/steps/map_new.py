"""Begin a geologic map in its window, draw on it streaming, change its settings, and go."""

import os
import tempfile

from qgis.core import QgsProject, QgsSettings
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QAction, QDialog, QTabWidget

STREAM_KEYS = (
    "qgis/digitizing/stream_tolerance",
    "digitizing/stream_tolerance",
    "digitizing/stream-tolerance",
)


def run(app):
    app.load_plugin()
    dock = app.find("planetaryGeologicMappingDock")
    dock.show()
    dock.raise_()
    app.iface.mainWindow().resizeDocks([dock], [360], Qt.Orientation.Horizontal)
    app.wait(1.0)
    app.find("mappingTabs", QTabWidget).setCurrentIndex(0)
    app.grab("map_new_nothing")
    folder = tempfile.mkdtemp()
    app.find("mapTabNew").click()
    app.wait(0.5)
    dialog = app.find("planetaryNewMap", QDialog)
    app.find("newMapTitle").setText("Jezero crater")
    app.find("newMapFolder").setFilePath(folder)
    for side, value in (("West", 76.0), ("East", 79.0), ("South", 17.0), ("North", 20.0)):
        app.find(f"newMap{side}").setValue(value)
    app.wait(0.3)
    app.grab("map_new_dialog", dialog)
    dialog.make_wanted.emit()
    app.wait_until(lambda: app.find("mapTabTitle").isVisible(), what="the map is open")
    app.wait(2.5)
    project, canvas = QgsProject.instance(), app.iface.mapCanvas()
    app.find("mapTabScale").click()
    app.wait(0.5)
    (contacts,) = project.mapLayersByName("Geologic contacts")
    app.iface.setActiveLayer(contacts)
    contacts.startEditing()
    app.iface.actionAddFeature().trigger()
    app.wait(0.5)
    app.find("mapTabStream").click()
    app.wait(0.5)
    app.grab("map_new_open")
    streaming = app.iface.mainWindow().findChild(QAction, "mActionStreamDigitize")
    facts = {
        "files": sorted(os.listdir(folder)),
        "file": os.path.basename(project.fileName()),
        "dirty": project.isDirty(),
        "view": canvas.extent().width(),
        "scale": canvas.scale(),
        "streaming": streaming.isChecked(),
        "pixels": [QgsSettings().value(key, type=int) for key in STREAM_KEYS],
        "snapping": project.snappingConfig().enabled(),
        "messages": app.message_bar(),
    }
    contacts.rollBack()
    app.unload_plugin()
    facts["pixels_left"] = [QgsSettings().contains(key) for key in STREAM_KEYS]
    return facts

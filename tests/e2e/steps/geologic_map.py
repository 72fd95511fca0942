"""A mapper's day: a new map, contacts, points, units, checks, fixes, the sheet, the package."""

import os
from pathlib import Path

from qgis.core import QgsEditFormConfig, QgsPointXY, QgsProject
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDockWidget,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTabWidget,
)

FOLDER = Path(os.environ["PLANETARY_QGIS_MAP_FOLDER"])
WEST, SOUTH, EAST, NORTH = 136.0, -8.0, 142.0, -2.0
TABS = {"Map": 0, "Units": 1, "Describe": 2, "Check": 3, "Deliver": 4}


def run(app):
    app.wait(1)
    app.load_plugin()
    dock = open_dock(app)
    app.grab("geologic_map_nothing")
    facts = {}
    make_map(app)
    facts["layers"] = [layer.name() for layer in app.layers()]
    app.grab("geologic_map_new")
    draw_contacts(app)
    set_points(app)
    facts["bands"] = sum(
        isinstance(each, QgsRubberBand) and each.numberOfVertices() > 1
        for each in app.iface.mapCanvas().scene().items()
    )
    app.grab("geologic_map_drawn")
    show_tab(app, "Units")
    app.click("unitsBuild")
    facts["built"] = units_of(app)
    facts["result"] = app.find("unitsResult").text()
    app.click("unitsDescribe")
    app.grab("geologic_map_units")
    describe(app)
    facts["described"] = {
        str(each["Unit"]): str(each["UnitName"])
        for each in layer_of("Description of map units").getFeatures()
    }
    app.grab("geologic_map_described")
    facts["before"] = check(app)
    app.grab("geologic_map_checked")
    facts["fixed"] = fix_two(app)
    show_tab(app, "Units")
    app.click("unitsBuild")
    facts["after"] = check(app)
    app.grab("geologic_map_fixed")
    save_all(app)
    deliver(app, facts)
    app.wait(0.3)
    facts["dock"] = dock.objectName()
    QgsProject.instance().clear()
    app.wait(0.5)
    app.unload_plugin()
    return facts


def open_dock(app):
    dock = app.find("planetaryGeologicMappingDock", QDockWidget)
    dock.show()
    dock.raise_()
    app.iface.mainWindow().resizeDocks([dock], [380], Qt.Orientation.Horizontal)
    app.wait(0.5)
    return dock


def show_tab(app, title):
    app.find("mappingTabs", QTabWidget).setCurrentIndex(TABS[title])
    app.wait(0.2)


def make_map(app):
    """Through the window that the tab Map opens."""
    app.find("mapTabNew").click()
    app.wait(0.5)
    window = app.find("planetaryNewMap", QDialog)
    app.find("newMapBody").setCurrentText("Mars")
    app.find("newMapBody").activated.emit(app.find("newMapBody").currentIndex())
    type_in(app, "newMapTitle", "Geologic map of Aeolis Mensae")
    type_in(app, "newMapAuthors", "A. Mapper; B. Mapper")
    for name, value in zip(
        ("newMapWest", "newMapSouth", "newMapEast", "newMapNorth"), (WEST, SOUTH, EAST, NORTH)
    ):
        app.find(name).setValue(value)
    app.find("newMapScale").setScale(5_000_000)
    app.find("newMapFolder").setFilePath(str(FOLDER))
    app.wait(0.3)
    app.grab("geologic_map_dialog", window)
    next(b for b in window.findChildren(QPushButton) if b.text() == "Make Map").click()
    app.wait(1)
    app.settle()


def type_in(app, name, text):
    edit = app.find(name, QLineEdit)
    edit.clear()
    QTest.keyClicks(edit, text)


def draw_contacts(app):
    """Two contacts across the map, one that falls short of the first, one that overshoots it."""
    project = QgsProject.instance()
    config = project.snappingConfig()
    config.setEnabled(False)
    project.setSnappingConfig(config)
    layer = layer_of("Geologic contacts")
    for each in project.mapLayers().values():
        if hasattr(each, "editFormConfig"):
            form = each.editFormConfig()
            form.setSuppress(QgsEditFormConfig.FeatureFormSuppress.SuppressOn)
            each.setEditFormConfig(form)
    app.iface.setActiveLayer(layer)
    layer.startEditing()
    app.iface.actionAddFeature().trigger()
    app.wait(0.3)
    for line in (
        ((-0.02, 0.5), (0.25, 0.45), (0.5, 0.55), (0.75, 0.5), (1.02, 0.48)),
        ((0.35, 1.02), (0.4, 0.75), (0.33, 0.487)),
        ((0.7, -0.02), (0.66, 0.25), (0.7, 0.515)),
    ):
        draw(app, line)
    app.settle()


def draw(app, line):
    canvas = app.iface.mapCanvas()
    for place in line:
        click(canvas, place, Qt.MouseButton.LeftButton)
        app.wait(0.05)
    click(canvas, line[-1], Qt.MouseButton.RightButton)
    app.wait(0.2)


def click(canvas, place, button):
    """At shares of the map's width and height, from its lower left corner."""
    pixel = pixel_of(canvas, place)
    QTest.mouseMove(canvas.viewport(), pixel)
    QTest.mouseClick(canvas.viewport(), button, Qt.KeyboardModifier.NoModifier, pixel)


def pixel_of(canvas, place):
    (boundary,) = layer_of("Map boundary").getFeatures()
    box = boundary.geometry().boundingBox()
    x = box.xMinimum() + place[0] * box.width()
    y = box.yMinimum() + place[1] * box.height()
    found = canvas.getCoordinateTransform().transform(QgsPointXY(x, y))
    return QPoint(round(found.x()), round(found.y()))


def set_points(app):
    """With the toolbar's choice of units."""
    layer = layer_of("Unit points")
    app.iface.setActiveLayer(layer)
    layer.startEditing()
    app.iface.actionAddFeature().trigger()
    app.wait(0.2)
    edit = app.find("mappingNextUnit").lineEdit()
    for unit, place in (
        ("Nh", (0.15, 0.8)),
        ("Hp", (0.7, 0.8)),
        ("AHv", (0.3, 0.2)),
        ("Ad", (0.9, 0.2)),
    ):
        edit.selectAll()
        QTest.keyClicks(edit, unit)
        QTest.keyClick(edit, Qt.Key.Key_Return)
        click(app.iface.mapCanvas(), place, Qt.MouseButton.LeftButton)
        app.wait(0.2)
    app.settle()


def describe(app):
    """Name the units and say their ages in the form of the tab."""
    show_tab(app, "Describe")
    for unit, name, group, oldest, youngest in (
        ("Nh", "Highland unit", "Highland units", "Noachian", "Noachian"),
        ("Hp", "Plains unit", "Plains units", "Hesperian", "Hesperian"),
        ("AHv", "Volcanic unit", "Volcanic units", "Hesperian", "Amazonian"),
        ("Ad", "Dune unit", "Surficial units", "Amazonian", "Amazonian"),
    ):
        units = app.find("describeUnits")
        units.setCurrentRow(row_of(units, unit))
        app.wait(0.1)
        for column, text in (
            ("UnitName", name),
            ("UnitGroup", group),
            ("AgeOldest", oldest),
            ("AgeYoungest", youngest),
        ):
            widget = app.find(f"describe_{column}")
            edit = widget if isinstance(widget, QLineEdit) else widget.lineEdit()
            edit.setFocus()
            edit.selectAll()
            QTest.keyClicks(edit, text)
            QTest.keyClick(edit, Qt.Key.Key_Return)
            app.wait(0.1)
        told = app.find("describe_Description")
        told.setFocus()
        told.setPlainText(f"{name}: a description of some words, as maps of the USGS have them.")
        app.find("describe_UnitName").setFocus()
        app.wait(0.2)
    app.settle()
    if app.find("describeApply").isEnabled():
        app.click("describeApply")


def row_of(units, unit):
    """Of the unit's row, whose picture alone tells its label."""
    layer = layer_of("Description of map units")
    fid = next(each.id() for each in layer.getFeatures() if each["Unit"] == unit)
    return next(
        n
        for n in range(units.count())
        if fid in (units.item(n).data(role) for role in range(256, 260))
    )


def check(app):
    show_tab(app, "Check")
    app.click("checkRun")
    return findings(app)


def findings(app):
    """What the tab lists: by check, how many."""
    model = app.find("checkFindings").model()
    return {
        model.index(row, 0).data(): model.rowCount(model.index(row, 0))
        for row in range(model.rowCount())
    }


def fix_two(app):
    """Choose the two ends that do not meet the other contact, and press Fix for each."""
    fixed = []
    tree = app.find("checkFindings")
    for title in ("Undershoots", "Overshoots"):
        index = finding_of(tree.model(), title)
        tree.setCurrentIndex(index)
        app.wait(0.6)
        fixed.append(index.data())
        app.iface.messageBar().clearWidgets()
        app.wait(0.2)
        app.grab(f"geologic_map_{title.lower()}")
        app.click("checkFix")
    return fixed


def finding_of(model, title):
    """The first finding of a check."""
    for row in range(model.rowCount()):
        check = model.index(row, 0)
        if str(check.data()).startswith(title):
            return model.index(0, 0, check)
    raise LookupError(
        f"no finding of {title}: {[model.index(r, 0).data() for r in range(model.rowCount())]}"
    )


def save_all(app):
    for layer in QgsProject.instance().mapLayers().values():
        if hasattr(layer, "isEditable") and layer.isEditable():
            layer.commitChanges()
    QgsProject.instance().write()


def deliver(app, facts):
    """The sheet, its PDF, the package and its validation."""
    show_tab(app, "Deliver")
    app.grab("geologic_map_deliver")
    QMessageBox.question = lambda *_, **__: QMessageBox.StandardButton.Yes
    app.click("sheetMake")
    app.wait(2)
    designers = app.iface.openLayoutDesigners()
    facts["designers"] = len(designers)
    for designer in designers:
        designer.window().resize(1200, 850)
        app.wait(2)
        app.grab("geologic_map_sheet", designer.window())
        designer.close()
    pdf, package = FOLDER / "sheet.pdf", FOLDER / "package.zip"
    answer_with(pdf)
    app.click("sheetExport")
    facts["pdf"] = pdf.stat().st_size
    QgsProject.instance().write()
    answer_with(package)
    app.click("exportPackage")
    app.wait_until(package.is_file, 60, what="the package is there")
    app.settle()
    facts["package"] = str(package)
    facts["exported"] = app.find("mapPackageResult").text()
    QFileDialog.getOpenFileName = lambda *_, **__: (str(package), "")
    app.find("validatePackage").menu().actions()[0].trigger()
    app.settle()
    facts["validated"] = app.find("mapPackageResult").text()
    app.grab("geologic_map_package")


def answer_with(path):
    QFileDialog.getSaveFileName = lambda *_, **__: (str(path), "")


def units_of(app):
    layer = layer_of("Geologic units")
    return sorted(str(each["Unit"]) for each in layer.getFeatures())


def layer_of(name):
    (layer,) = QgsProject.instance().mapLayersByName(name)
    return layer

"""Archives asked through the dock: tree, filters, results, thumbnail, add, repeat, download."""

import os
from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QItemSelectionModel
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QFileDialog, QToolButton

SERVICE = "ode.mars.mro.ctx.edr"


def run(app):
    profile = Path(QgsApplication.qgisSettingsDirPath()) / "planetary_qgis"
    profile.mkdir(parents=True)
    (profile / "catalog.toml").write_text(os.environ["PLAYED_CATALOG"], encoding="utf-8")
    app.load_plugin()
    app.find("planetaryOpenSampleAction", QAction).trigger()
    app.settle()
    controller = raise_search(app)
    app.grab("archive_search_sample")
    app.click("pdsImportButton")
    controller.view.sources.set_checked(["synthetic.orbiter", SERVICE])
    app.wait(0.3)
    app.grab("archive_search_question")
    facts = {"joined": ask(app, "archive_search_results")}
    facts["thumbnail"] = look_at(app, controller, os.environ["PLAYED_PRODUCT"])
    facts["selected on the map"] = select_rows(app, controller)
    facts["selected in the table"] = select_on_map(app, controller)
    facts["added"] = add_as_layer(app)
    facts["asked again"] = repeat(app, controller)
    facts["downloaded"] = download(app, controller)
    facts["narrowed"] = narrow(app, controller)
    facts["layers"] = [described(layer) for layer in app.layers()]
    QgsProject.instance().clear()
    app.wait(0.5)
    app.unload_plugin()
    return facts


def raise_search(app):
    (dock,) = [
        dock
        for dock in app.iface.mainWindow().findChildren(QDockWidget)
        if dock.windowTitle() == "Archive Search"
    ]
    dock.show()
    dock.raise_()
    app.wait(0.3)
    return dock.build()


def ask(app, screenshot):
    app.click("pdsSearchButton")
    app.grab(screenshot)
    return app.find("pdsFound").text()


def look_at(app, controller, name):
    """Go to a product that the service has a browse image of."""
    table = controller.view.results.table
    model = table.model()
    for row in range(model.rowCount()):
        if model.data(model.index(row, 0)) == name:
            table.setCurrentIndex(model.index(row, 0))
            table.row_hovered.emit(row)
            break
    image = app.find("resultsThumbnail")
    app.wait_until(lambda: bool(image.pixmap()), 20, what="the browse image is shown")
    app.wait(0.3)
    app.grab("archive_search_thumbnail")
    return app.find("resultsFacts").toPlainText()


def select_rows(app, controller):
    """How many features rows of the table selected on the map."""
    table = controller.view.results.table
    table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag
    for row in (0, 2, 3):
        table.selectionModel().select(table.model().index(row, 0), flags.Select | flags.Rows)
    app.wait(0.5)
    return app.iface.mapCanvas().currentLayer().selectedFeatureCount()


def select_on_map(app, controller):
    """How many rows features of the map selected in the table."""
    layer = app.iface.mapCanvas().currentLayer()
    layer.selectByIds(sorted(feature.id() for feature in layer.getFeatures())[:7])
    app.wait(0.5)
    app.grab("archive_search_selection")
    return len(controller.view.results.table.selectionModel().selectedRows())


def add_as_layer(app):
    before = set(QgsProject.instance().mapLayers())
    app.find("resultsAddLayer", QToolButton).click()
    app.settle()
    (new,) = set(QgsProject.instance().mapLayers()) - before
    return QgsProject.instance().mapLayer(new).featureCount()


def repeat(app, controller):
    """Change everything, then have it back from the layer."""
    (found,) = [layer for layer in app.layers() if layer.providerType() == "ogr"]
    controller.view.sources.set_checked([])
    app.find("pdsProductId").setText("NOTHING*")
    app.iface.setActiveLayer(found)
    app.wait(0.3)
    app.find("planetaryRepeatAction", QAction).trigger()
    app.wait(0.3)
    app.grab("archive_search_repeat")
    return [controller.view.sources.checked(), app.find("pdsProductId").text()]


def download(app, controller):
    """The files of products that only the service has."""
    folder = Path(os.environ["PLAYED_FOLDER"])
    QFileDialog.getExistingDirectory = lambda *_args, **_kwargs: str(folder)
    controller._results.download_requested.emit(
        [(os.environ["PLAYED_PRODUCT"], os.environ["PLAYED_PRODUCT_URL"])]
    )
    app.settle()
    return sorted(file.name for file in folder.iterdir())


def narrow(app, controller):
    """Incidence as a range, and names with wildcards."""
    app.find("pdsRange_incidence_angleOn").setChecked(True)
    app.find("pdsRange_incidence_angleFrom").setValue(40.0)
    app.find("pdsRange_incidence_angleTo").setValue(41.0)
    app.find("pdsProductId").setText("only*")
    app.wait(0.3)
    app.grab("archive_search_ranges")
    return ask(app, "archive_search_narrowed")


def described(layer):
    facts = {"name": layer.name(), "crs": layer.crs().authid()}
    if isinstance(layer, QgsVectorLayer):
        features = list(layer.getFeatures())
        facts["ids"] = sorted(feature["product_id"] for feature in features)
        facts["fields"] = [field.name() for field in layer.fields()]
        facts["history"] = layer.metadata().history()
        facts["temporal"] = layer.temporalProperties().isActive()
    return facts

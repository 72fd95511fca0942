"""Set a project to Mars in its window, read places in the status bar, measure, and go."""

from qgis.core import (
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtWidgets import QAction, QDialog


def run(app):
    app.load_plugin()
    app.wait(0.5)
    app.iface.mainWindow().findChild(QAction, "planetaryOpenSampleAction").trigger()
    app.settle()
    project, canvas = QgsProject.instance(), app.iface.mapCanvas()
    canvas.setExtent(QgsRectangle(-20, 30, 20, 60))
    dialog = open_dialog(app)
    app.grab("project_body", dialog)
    projection = app.find("projectBodyProjection")
    projection.setCurrentIndex(projection.findData("best conformal"))
    longitudes = app.find("projectBodyLongitudes")
    longitudes.setCurrentIndex(longitudes.findData("west 360"))
    app.find("projectBodyScaleBar").setChecked(True)
    app.wait(0.2)
    app.grab("project_body_best", dialog)
    dialog.accept()
    app.settle()
    app.wait(1.2)
    canvas.xyCoordinates.emit(canvas.center())
    app.wait(0.2)
    messages = app.message_bar()
    app.iface.messageBar().clearWidgets()
    app.settle()
    app.grab("project_on_best_projection")
    facts = {
        "crs": project.crs().description(),
        "ellipsoid": project.ellipsoid(),
        "readout": app.find("planetaryReadout").text(),
        "center": list(canvas.center()),
        "messages": messages,
        "body": evaluated("planetary_body()"),
        "degree": evaluated(
            "planetary_distance(make_point(0, 0), make_point(0, 1), 'IAU_2015:49900')"
        ),
    }
    app.unload_plugin()
    facts["left"] = QgsExpression.isFunctionName("planetary_body")
    return facts


def open_dialog(app):
    app.iface.mainWindow().findChild(QAction, "planetaryProjectBodyAction").trigger()
    app.wait(0.5)
    return app.find("planetaryProjectBody", QDialog)


def evaluated(text):
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.projectScope(QgsProject.instance()))
    return QgsExpression(text).evaluate(context)

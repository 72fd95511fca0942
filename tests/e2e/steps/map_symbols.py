"""The window of map symbols installs them, and layers wear them on light and dark canvases."""

from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsStyle,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QAction

SHAPES = {
    "surface_features": ("Polygon", "POLYGON(({x} {y},{r} {y},{r} {t},{x} {t},{x} {y}))"),
    "linear_features": ("LineString", "LINESTRING({x} {y},{m} {t},{r} {y})"),
    "location_features": ("Point", "POINT({m} {y})"),
}


def run(app):
    app.load_plugin()
    app.find("planetaryMapSymbolsAction", QAction).trigger()
    app.wait(0.3)
    window = app.find("planetaryMapSymbols")
    app.grab("map_symbols", window)
    app.find("mapSymbolsFilter").setText("crater rim")
    app.wait(0.3)
    found = app.find("mapSymbolsTable").model().rowCount()
    app.grab("map_symbols_filtered", window)
    before = set(QgsStyle.defaultStyle().symbolNames())
    app.click("mapSymbolsInstall")
    installed = set(QgsStyle.defaultStyle().symbolNames()) - before
    app.wait(1.5)
    messages = app.message_bar()
    window.close()
    layers = [styled(name) for name in SHAPES]
    QgsProject.instance().addMapLayers(layers)
    canvas = app.iface.mapCanvas()
    canvas.setExtent(QgsRectangle(-10, -260, 520, 20))
    for name, colour in (("light", "#ffffff"), ("dark", "#4a3b30")):
        canvas.setCanvasColor(QColor(colour))
        canvas.refresh()
        app.settle()
        app.grab(f"map_symbols_{name}")
    QgsProject.instance().clear()
    app.wait(0.3)
    app.unload_plugin()
    return {
        "found": found,
        "installed": len(installed),
        "thrust": any("Thrust fault" in each for each in installed),
        "messages": messages,
    }


def styled(name):
    from planetary_qgis.core.mapping.symbols import CERTAINTIES, feature_types
    from planetary_qgis.qgis_bridge.mapping.map_symbols import style_map_layer

    kind, wkt = SHAPES[name]
    source = f"{kind}?crs=EPSG:3857&field=TYPE:string&field=Certainty:string&field=Name:string"
    layer = QgsVectorLayer(source, name, "memory")
    features = []
    start = list(SHAPES).index(name) * 90
    for place, each in enumerate(feature_types(name)[:40]):
        x, y = 50 * (place % 10), -20 * (place // 10) - start
        feature = QgsFeature(layer.fields())
        feature.setAttributes([each.code, CERTAINTIES[place % len(CERTAINTIES)], None])
        shape = wkt.format(x=x, y=y, m=x + 20, r=x + 40, t=y + 9)
        feature.setGeometry(QgsGeometry.fromWkt(shape))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    style_map_layer(layer, name)
    return layer

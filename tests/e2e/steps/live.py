"""Footprints played by the temporal controller, coloured, and live mode that follows it."""

import time

from qgis.core import (
    QgsDateTimeRange,
    QgsFeatureRequest,
    QgsInterval,
    QgsProject,
    QgsTemporalNavigationObject,
    QgsUnitTypes,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime, QTimer
from qgis.PyQt.QtWidgets import QAbstractButton, QAction, QDockWidget

GROUP = "Live: SYNTH_FRAME_CAM on Mars"
FRAMES = (3, 9, 15)
FRAME_S = 300


def run(app):
    app.wait(1)
    before = app.census()
    app.load_plugin()
    app.find("planetaryOpenSampleAction", QAction).trigger()
    app.settle()
    raise_dock(app)
    app.click("spiceComputeButton")
    facts = {"menu": offered(app)}
    app.click("colourBy_incidence_angle")
    footprints = layer_named(app, "footprints on")
    facts["coloured by"] = footprints.renderer().classAttribute()
    app.grab("footprints_by_incidence")
    controller = controller_of(app)
    facts["played"] = [played(app, controller, footprints, frame) for frame in FRAMES]
    facts["without"] = play_smoothly(app, controller)
    facts["live"] = go_live(app, controller)
    facts["smooth"] = play_smoothly(app, controller)
    app.wait_until(lambda: shown_time() == start_of(controller.currentFrameNumber()), 30)
    facts["smooth"]["time"] = shown_time()
    facts["left"] = leave(app, controller)
    QgsProject.instance().clear()
    app.wait(0.5)
    app.unload_plugin()
    return {**facts, "before": before, "after": app.census()}


def offered(app):
    """What the menu of a vector layer offers."""
    view = app.iface.layerTreeView()
    view.setCurrentLayer(layer_named(app, "footprints on"))
    menu = view.menuProvider().createContextMenu()
    (own,) = [each.menu() for each in menu.actions() if each.text() == "Planetary"]
    (colours,) = [each.menu() for each in own.actions() if each.text().startswith("Colour")]
    colours.aboutToShow.emit()
    return [each.text() for each in colours.actions() if each.isEnabled() and each.text()]


def controller_of(app):
    controller = app.iface.mapCanvas().temporalController()
    controller.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.Animated)
    begin = QDateTime(QDate(2019, 9, 1), QTime(0, 10), Qt.TimeSpec.UTC)
    controller.setTemporalExtents(QgsDateTimeRange(begin, begin.addSecs(100 * 60)))
    controller.setFrameDuration(QgsInterval(FRAME_S, QgsUnitTypes.TemporalUnit.TemporalSeconds))
    return controller


def played(app, controller, layer, frame):
    """Which footprints a frame shows."""
    controller.setCurrentFrameNumber(frame)
    app.settle()
    app.grab(f"footprints_in_frame_{frame}")
    shown = app.iface.mapCanvas().mapSettings().temporalRange()
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    expression = layer.temporalProperties().createFilterString(context, shown)
    request = QgsFeatureRequest().setFilterExpression(expression)
    return sorted(feature["product_id"] for feature in layer.getFeatures(request))


def go_live(app, controller):
    """What the live layers show in some frames, and how soon after the frame changed."""
    show_tab(app, "Live")
    app.find("liveSwitch", QAbstractButton).click()
    app.wait_until(lambda: len(live_layers()) == 4, what="live layers")
    found = []
    for frame in FRAMES:
        began = time.perf_counter()
        controller.setCurrentFrameNumber(frame)
        wanted = start_of(frame)
        app.wait_until(lambda wanted=wanted: shown_time() == wanted, 30, what=f"frame at {wanted}")
        seconds = time.perf_counter() - began
        app.settle()
        app.grab(f"live_in_frame_{frame}")
        found.append({"time": shown_time(), "seconds": seconds, "kinds": kinds()})
    return found


def play_smoothly(app, controller):
    """The longest that the interface was blocked while the controller played on its own."""
    gaps, last = [], [time.perf_counter()]

    def beat():
        now = time.perf_counter()
        gaps.append(now - last[0])
        last[0] = now

    heart = QTimer()
    heart.setTimerType(Qt.TimerType.PreciseTimer)
    heart.timeout.connect(beat)
    controller.setFramesPerSecond(10)
    controller.rewindToStart()
    heart.start(5)
    controller.playForward()
    app.wait_until(lambda: controller.currentFrameNumber() >= FRAMES[-1], 60, what="play to frame")
    controller.pause()
    heart.stop()
    return {"longest gap": max(gaps), "beats": len(gaps)}


def leave(app, controller):
    app.find("liveSwitch", QAbstractButton).click()
    controller.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.NavigationOff)
    app.settle()
    app.grab("live_left")
    return {"layers": len(live_layers()), "messages": app.message_bar()}


def start_of(frame):
    begin = QDateTime(QDate(2019, 9, 1), QTime(0, 10), Qt.TimeSpec.UTC).addSecs(FRAME_S * frame)
    return begin.toString("yyyy-MM-ddTHH:mm:ss.zzzZ")


def live_layers():
    group = QgsProject.instance().layerTreeRoot().findGroup(GROUP)
    return {} if group is None else {node.name(): node.layer() for node in group.findLayers()}


def shown_time():
    view = live_layers().get("Night side")
    times = [feature["time"] for feature in view.getFeatures()] if view else []
    return times[0] if times else ""


def kinds():
    return sorted(
        feature["kind"] for layer in live_layers().values() for feature in layer.getFeatures()
    )


def layer_named(app, part):
    (layer,) = [layer for layer in app.layers() if part in layer.name()]
    return layer


def show_tab(app, title):
    tabs = app.find("spiceTabs")
    (index,) = [place for place in range(tabs.count()) if tabs.tabText(place) == title]
    tabs.setCurrentIndex(index)
    app.wait(0.2)


def raise_dock(app):
    docks = app.iface.mainWindow().findChildren(QDockWidget)
    (dock,) = [dock for dock in docks if dock.windowTitle() == "SPICE Footprints"]
    dock.show()
    dock.raise_()
    app.wait(0.3)

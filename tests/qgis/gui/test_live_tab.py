"""The Live tab: layers of one moment that follow a time, in place."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from gui_kit import delete_deferred, find, settle, spice_dock, wait_until
from qgis.core import (
    QgsApplication,
    QgsDateTimeRange,
    QgsInterval,
    QgsProject,
    QgsTemporalNavigationObject,
    QgsUnitTypes,
)
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QDateTime, Qt

from planetary_qgis.gui.spice_work import RunOfTimes
from planetary_qgis.qgis_bridge import live

START = datetime(2019, 9, 1, 0, 10, tzinfo=timezone.utc)
RUN = RunOfTimes("2019-09-01T00:10:00", "2019-09-01T02:10:00", 60.0)
GROUP = "Live: SYNTH_FRAME_CAM on Mars"


@pytest.fixture
def controller(toolbox, store_path):
    with spice_dock(toolbox, 340, 700) as made:
        yield made
    settle(50)


@pytest.fixture
def ready(controller, sample):
    """The dock's own controller, once it asks for the sample's camera within its coverage."""
    controller.view.kernels.set_kernels([sample / "synthetic.tm"])
    controller.view.observation.choose(
        target="MARS", observer="SYNTHETIC_ORBITER", instrument="SYNTH_FRAME_CAM"
    )
    controller.view.times.set_run(RUN)
    settle(500)  # the tab waits until all that is typed
    return controller


@pytest.fixture
def on(ready):
    """Live mode, with its first moment shown."""
    find(ready.view, "liveSwitch").click()
    wait_until(lambda: bool(layers()) and layers()["Field of view"].featureCount() == 1)
    return ready


def layers() -> dict:
    group = QgsProject.instance().layerTreeRoot().findGroup(GROUP)
    found = group.findLayers() if group is not None else []
    return {node.name(): node.layer() for node in found if node.layer() is not None}


def utc(moment: datetime) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(round(moment.timestamp() * 1000), Qt.TimeSpec.UTC)


def shown_time(name: str = "Field of view") -> str:
    features = list(layers()[name].getFeatures())
    return str(features[0]["time"]) if features else ""


def wait_for_time(text: str) -> None:
    wait_until(lambda: shown_time().startswith(text))


def test_the_layers_lie_on_the_target_and_show_the_start_of_the_run(on):
    assert list(layers()) == ["Points", "Field of view", "Limb and terminator", "Night side"]
    assert shown_time() == "2019-09-01T00:10:00.000Z"
    kinds = {
        name: sorted(feature["kind"] for feature in layer.getFeatures())
        for name, layer in layers().items()
    }
    assert kinds == {
        "Points": ["Boresight", "Sub-spacecraft point", "Subsolar point"],
        "Field of view": ["Field of view"],
        "Limb and terminator": ["Limb", "Terminator"],
        "Night side": ["Night side"],
    }
    for layer in layers().values():
        assert layer.crs().authid() == "IAU_2015:49900"
        assert all(feature.geometry().isGeosValid() for feature in layer.getFeatures())
    assert QgsProject.instance().crs().authid() == "IAU_2015:49900"


def test_the_boresight_lies_in_the_field_of_view_and_its_numbers_are_told(on):
    (view,) = layers()["Field of view"].getFeatures()
    points = {f["kind"]: f.geometry() for f in layers()["Points"].getFeatures()}
    assert view.geometry().contains(points["Boresight"])
    point = points["Boresight"].asPoint()
    assert find(on.view, "live_lon_e").text() == f"{point.x():.4f}°"
    assert find(on.view, "live_lat").text() == f"{point.y():.4f}°"
    assert find(on.view, "live_incidence_angle").text() == f"{view['incidence_angle']:.2f}°"


@pytest.fixture
def temporal(toolbox):
    """The canvas's temporal controller: frames of a minute from the run's start."""
    controller = QgsTemporalNavigationObject()
    toolbox.canvas.setTemporalController(controller)
    controller.setTemporalExtents(QgsDateTimeRange(utc(START), utc(START + timedelta(hours=1))))
    controller.setFrameDuration(QgsInterval(60, QgsUnitTypes.TemporalUnit.TemporalSeconds))
    yield controller
    controller.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.NavigationOff)


def test_it_follows_the_temporal_controller(on, temporal):
    ids = {layer.id() for layer in layers().values()}
    temporal.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.Animated)
    for minutes in (5, 20, 40):
        temporal.setCurrentFrameNumber(minutes)
        wait_for_time(f"2019-09-01T00:{10 + minutes}:00.000")
    assert {layer.id() for layer in layers().values()} == ids  # told in place
    assert not find(on.view, "liveTime").isEnabled()
    assert "temporal controller" in find(on.view, "liveFollows").text()
    find(on.view, "liveMoment").setCurrentIndex(1)
    wait_for_time("2019-09-01T00:50:30.000")
    temporal.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.NavigationOff)
    assert find(on.view, "liveTime").isEnabled()
    assert find(on.view, "liveFollows").text() == ""
    find(on.view, "liveForward").click()
    wait_for_time("2019-09-01T00:51:30.000")


def test_it_begins_with_the_frame_that_the_temporal_controller_shows(ready, temporal):
    temporal.setNavigationMode(QgsTemporalNavigationObject.NavigationMode.Animated)
    temporal.setCurrentFrameNumber(7)
    find(ready.view, "liveSwitch").click()
    wait_until(lambda: bool(layers()))
    wait_for_time("2019-09-01T00:17:00.000")


def test_it_follows_its_own_time(on):
    find(on.view, "liveForward").click()
    wait_for_time("2019-09-01T00:11:00.000")
    find(on.view, "liveBack").click()
    find(on.view, "liveBack").click()
    wait_for_time("2019-09-01T00:09:00.000")
    find(on.view, "liveSlider").setValue(500)
    wait_for_time("2019-09-01T01:10:00.000")
    find(on.view, "liveTime").setDateTime(utc(START + timedelta(seconds=1.25)))
    wait_for_time("2019-09-01T00:10:01.250")


def test_of_many_requests_the_last_is_shown_and_few_are_computed(on, monkeypatch):
    shown = []
    before = live.LiveLayers.show
    monkeypatch.setattr(
        live.LiveLayers, "show", lambda self, m: (shown.append(m.time), before(self, m))
    )
    for tick in range(1, 101):
        find(on.view, "liveSlider").setValue(tick)
    wait_for_time("2019-09-01T00:22:00.000")
    assert len(shown) <= 3


def test_nothing_piles_up_in_the_layers(on):
    for tick in range(1, 6):
        find(on.view, "liveSlider").setValue(100 * tick)
        settle(60)
    wait_for_time("2019-09-01T01:10:00.000")
    assert [layer.featureCount() for layer in layers().values()] == [3, 1, 2, 1]
    for layer in layers().values():
        assert layer.undoStack().count() == 0
        assert not layer.isEditable()


def test_outside_the_kernels_times_the_layers_are_empty_and_the_tab_says_why(on, messages):
    find(on.view, "liveTime").setDateTime(utc(datetime(2030, 1, 1, tzinfo=timezone.utc)))
    wait_until(lambda: "do not tell" in find(on.view, "liveStatus").text())
    assert [layer.featureCount() for layer in layers().values()] == [0, 0, 0, 0]
    assert messages() == ""
    settle(600)
    assert find(on.view, "liveTime").dateTime().date().year() == 2030  # nobody puts it back
    find(on.view, "liveTime").setDateTime(utc(START))
    wait_for_time("2019-09-01T00:10:00.000")
    assert find(on.view, "liveStatus").text() == ""


def test_another_instrument_gets_layers_of_its_own(on):
    find(on.view, "spiceInstrument").setEditText("SYNTH_LINE_CAM")
    root = QgsProject.instance().layerTreeRoot()
    wait_until(lambda: root.findGroup("Live: SYNTH_LINE_CAM on Mars") is not None)
    assert root.findGroup(GROUP) is None
    assert len(QgsProject.instance().mapLayers()) == 4


def test_a_name_that_kernels_do_not_know_is_told_in_the_tab(on, messages):
    find(on.view, "spiceInstrument").setEditText("NO_SUCH_CAMERA")
    wait_until(lambda: "NO_SUCH_CAMERA" in find(on.view, "liveStatus").text())
    assert [layer.featureCount() for layer in layers().values()] == [0, 0, 0, 0]
    assert messages() == ""


def test_leaving_takes_the_layers_along_and_gives_the_kernels_back(on):
    import spiceypy

    find(on.view, "liveSwitch").click()
    assert not QgsProject.instance().mapLayers()
    assert QgsProject.instance().layerTreeRoot().children() == []
    assert find(on.view, "live_lat").text() == "–"
    wait_until(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
    assert spiceypy.ktotal("ALL") == 0


def test_layers_that_the_user_removes_end_it_once_the_last_is_gone(on):
    project, switch = QgsProject.instance(), find(on.view, "liveSwitch")
    project.removeMapLayer(layers()["Night side"].id())
    find(on.view, "liveForward").click()
    wait_for_time("2019-09-01T00:11:00.000")
    assert switch.isChecked()
    project.removeMapLayers(list(project.mapLayers()))
    assert not switch.isChecked()
    find(on.view, "liveForward").click()
    settle(100)
    assert not project.mapLayers()


def test_a_new_project_ends_it(on):
    QgsProject.instance().clear()
    assert not find(on.view, "liveSwitch").isChecked()
    settle(100)
    assert not QgsProject.instance().mapLayers()


def test_closing_the_dock_ends_it_and_hiding_it_does_not(ready, interface):
    dock = QgsDockWidget("Footprints", interface.mainWindow())
    dock.setWidget(ready.view)
    interface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    find(ready.view, "liveSwitch").click()
    wait_until(lambda: bool(layers()))
    dock.hide()
    assert find(ready.view, "liveSwitch").isChecked()
    dock.show()
    dock.close()
    assert not find(ready.view, "liveSwitch").isChecked()
    assert not QgsProject.instance().mapLayers()
    ready.view.setParent(None)
    dock.deleteLater()
    delete_deferred()


def test_unloading_while_a_moment_is_computed_leaves_nothing(ready):
    find(ready.view, "liveSwitch").click()
    ready._live.unload()
    settle(300)
    assert not QgsProject.instance().mapLayers()
    ready._live.load()  # the fixture unloads it again


def test_the_canvas_says_no_more_to_a_tab_that_was_left(on, toolbox):
    find(on.view, "liveSwitch").click()
    toolbox.canvas.setTemporalRange(QgsDateTimeRange(utc(START), utc(START)))
    settle(100)
    assert not QgsProject.instance().mapLayers()

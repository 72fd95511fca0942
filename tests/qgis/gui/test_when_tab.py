"""The When tab: windows are found, listed, shown on the map, and one is observed."""

from __future__ import annotations

import pytest
from gui_kit import click_and_wait, find, settle, spice_dock, wait_until
from qgis.core import QgsRectangle
from qgis.PyQt.QtWidgets import QComboBox, QTabWidget

from planetary_qgis.core.query import Range
from planetary_qgis.gui.area_group import AreaKind, Box
from planetary_qgis.gui.when_tab import FoundWindow, WhenTab
from planetary_qgis.qgis_bridge.crs import crs_of

START, STOP = "2019-09-01T00:10:00", "2019-09-02T23:50:00"
AREA = Box(west=10.0, south=20.0, east=20.0, north=30.0)


@pytest.fixture
def controller(toolbox, store_path):
    with spice_dock(toolbox, 330, 900) as made:
        yield made


@pytest.fixture
def tab(controller, sample) -> WhenTab:
    """The tab once the sample's kernels, its camera and the times are chosen."""
    view = controller.view
    view.kernels.set_kernels([sample / "synthetic.tm"])
    view.observation.choose(
        target="MARS", observer="SYNTHETIC_ORBITER", instrument="SYNTH_FRAME_CAM"
    )
    (made,) = view.findChildren(WhenTab)
    tabs = find(view, "spiceTabs")
    tabs.setCurrentIndex(tabs.indexOf(made))
    made.set_span(START, STOP)
    made.area.set_kind(AreaKind.BOX)
    made.area.set_box(AREA)
    return made


def listed(tab: WhenTab) -> list[list[str]]:
    table = find(tab, "whenWindows")
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def found_and_shown(controller, project):
    wait_until(lambda: bool(project.mapLayers()))
    wait_until(lambda: controller.view.job_bar.isHidden())
    (layer,) = project.mapLayers().values()
    return layer


def test_windows_are_listed_and_on_the_map(controller, tab, project):
    find(tab, "whenFindButton").click()
    layer = found_and_shown(controller, project)
    assert layer.featureCount() == len(listed(tab)) > 3
    assert layer.name() == "SYNTH_FRAME_CAM opportunities on Mars"
    assert layer.temporalProperties().isActive()
    first = next(layer.getFeatures())
    assert listed(tab)[0][0].startswith("2019-09-01 02:31")
    assert listed(tab)[0][1] == "4.97 min"
    assert first.geometry().boundingBox().intersects(QgsRectangle(10, 20, 20, 30))


def test_limits_and_the_horizon_are_asked(controller, tab, project):
    tab.ranges.set_ranges({"incidence_angle": Range(None, 50.0)})
    sight = find(tab, "whenSight")
    assert isinstance(sight, QComboBox)
    sight.setCurrentIndex(sight.findData("horizon"))
    find(tab, "whenFindButton").click()
    layer = found_and_shown(controller, project)
    assert layer.name() == "SYNTH_FRAME_CAM opportunities on Mars"
    assert {feature["sight"] for feature in layer.getFeatures()} == {"horizon"}
    assert all(feature["incidence_angle"] <= 50.0 for feature in layer.getFeatures())


def test_a_window_is_taken_over_to_be_observed(controller, tab, project):
    find(tab, "whenFindButton").click()
    found_and_shown(controller, project)
    table, use = find(tab, "whenWindows"), find(tab, "whenUseButton")
    assert not use.isEnabled()
    assert use.toolTip()
    table.selectRow(1)
    use.click()
    view = controller.view
    assert find(view, "spiceStart").text().startswith(listed(tab)[1][0].replace(" ", "T"))
    assert find(view, "spiceStop").text() > find(view, "spiceStart").text()
    tabs = view.findChild(QTabWidget, "spiceTabs")
    assert tabs.currentIndex() == 1
    project.clear()
    click_and_wait(view, "spiceComputeButton")
    wait_until(lambda: bool(project.mapLayers()))


def test_nothing_found_is_told(controller, tab, project, messages):
    tab.ranges.set_ranges({"incidence_angle": Range(1.0, 1.1)})
    find(tab, "whenFindButton").click()
    wait_until(lambda: "not seen like that" in messages())
    assert listed(tab) == []
    assert not project.mapLayers()


def test_bad_times_get_their_sentence(controller, tab, messages):
    tab.set_span("2019", STOP)
    find(tab, "whenFindButton").click()
    wait_until(lambda: "“2019” is a number alone" in messages())


def test_what_is_missing_is_said_on_the_button(controller, tab):
    button = find(tab, "whenFindButton")
    assert button.isEnabled()
    tab.set_span(START, "")
    assert not button.isEnabled()
    assert "times" in button.toolTip()
    tab.set_span(START, "+2 d")
    controller.view.observation.choose(target="MARS", observer="SYNTHETIC_ORBITER", instrument="")
    assert "instrument" in button.toolTip()
    find(tab, "whenSight").setCurrentIndex(1)
    assert button.isEnabled()


def test_the_area_of_the_map_view_is_on_the_targets_body(controller, tab, project, messages):
    from planetary_qgis.core.bodies import body

    tab.area.set_kind(AreaKind.MAP_VIEW)
    project.setCrs(crs_of(body("MOON")))
    settle()
    find(tab, "whenFindButton").click()
    wait_until(lambda: "Moon" in messages() or "Mars" in messages())


def test_durations_are_short(interface):
    made = WhenTab()
    seconds = (0.00012, 12.34, 298.0, 12000.0)
    made.show_windows([FoundWindow(START, STOP, each, 30.0, None) for each in seconds], more=7)
    texts = [row[1:] for row in listed(made)]
    assert texts == [
        ["0.00012 s", "", "30.0°"],
        ["12.3 s", "", "30.0°"],
        ["4.97 min", "", "30.0°"],
        ["3.33 h", "", "30.0°"],
    ]
    assert find(made, "whenMore").text() == "7 more are in the layer."
    made.deleteLater()

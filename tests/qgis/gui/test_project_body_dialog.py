"""The window that sets the project to a body, and the place in the status bar."""

from __future__ import annotations

import pytest
from gui_kit import find, settle
from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY, QgsRectangle, QgsSettings
from qgis.PyQt.QtWidgets import QDialogButtonBox

from planetary_qgis.gui.longitude_readout import LongitudeReadout
from planetary_qgis.gui.project_body_controller import ProjectBodyController
from planetary_qgis.gui.project_body_dialog import ProjectBodyDialog
from planetary_qgis.qgis_bridge.measuring import ellipsoid_for


@pytest.fixture(autouse=True)
def no_choices_left():
    yield
    QgsSettings().remove("planetary_qgis/longitudes")


@pytest.fixture
def dialog(interface, toolbox):
    """The window, once the test's project is as it is to be."""
    opened = []

    def opener(body=""):
        window = ProjectBodyDialog(interface.mainWindow())
        ProjectBodyController(window, toolbox, body)
        window.show()
        opened.append(window)
        return window

    yield opener
    for window in opened:
        window.close()
        window.deleteLater()


def choose(dialog, name, key):
    box = find(dialog, name)
    place = box.findData(key)
    assert place >= 0
    box.setCurrentIndex(place)


def rows(dialog):
    shown = find(dialog, "projectBodyList")
    items = [shown.item(row) for row in range(shown.count())]
    return [item.text() for item in items if not item.isHidden()]


def test_it_begins_with_the_bodies_of_layers(dialog, project, layer_on):
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    project.addMapLayer(layer_on("IAU_2015:30100"))
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    window = dialog()
    assert rows(window)[0] == "Moon – one layer"
    assert find(window, "projectBodyList").currentItem().text() == "Moon – one layer"
    assert rows(window)[2] == "Sun"
    assert len(rows(window)) > 90


def test_ok_sets_crs_ellipsoid_and_longitudes(dialog, project, messages):
    window = dialog("Ganymede")
    assert "on Ganymede: longitude and latitude" in find(window, "projectBodyPreview").text()
    choose(window, "projectBodyLongitudes", "east 180")
    find(window, "projectBodyScaleBar").setChecked(True)
    window.accept()
    assert project.crs().authid() == "IAU_2015:50300"
    assert project.ellipsoid() == "PARAMETER:2631200.0:2631200.0"
    assert project.readBoolEntry("ScaleBar", "/Enabled") == (True, True)
    assert "The project is on Ganymede now" in messages()
    again = dialog("Ganymede")
    assert find(again, "projectBodyLongitudes").currentData() == "east 180"
    assert find(again, "projectBodyScaleBar").isChecked()
    find(again, "projectBodyScaleBar").setChecked(False)
    again.accept()
    assert project.readBoolEntry("ScaleBar", "/Enabled") == (False, True)


def test_cancel_sets_nothing(dialog, project):
    before = project.crs().authid()
    dialog("Mars").reject()
    assert project.crs().authid() == before


def test_the_best_projection_is_that_of_the_view(dialog, project, toolbox):
    project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    toolbox.canvas.setDestinationCrs(project.crs())
    toolbox.canvas.resize(400, 400)
    toolbox.canvas.setExtent(QgsRectangle(130, 40, 140, 50))
    window = dialog("Mars")
    choose(window, "projectBodyProjection", "best conformal")
    told = find(window, "projectBodyPreview").text()
    assert "Lambert conformal conic" in told
    assert "lengths are off" in find(window, "projectBodyNotes").text()
    window.accept()
    assert "Lambert conformal conic" in project.crs().description()
    assert project.crs().celestialBodyName() == "Mars"
    assert project.ellipsoid() == ellipsoid_for(project.crs())


def test_another_bodys_view_is_not_taken_for_its_own(dialog, project):
    project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    window = dialog("Moon")
    box = find(window, "projectBodyProjection")
    assert "the whole body" in box.itemText(box.findData("best usual"))
    choose(window, "projectBodyProjection", "best usual")
    assert "Equirectangular, true at 0°, centre 0°" in find(window, "projectBodyPreview").text()


def test_projections_of_the_list_are_offered_and_layers_elsewhere_named(dialog, project, layer_on):
    project.addMapLayer(layer_on("IAU_2015:30100"))
    settle()
    window = dialog("Mars")
    choose(window, "projectBodyProjection", "IAU_2015:49930")
    assert "North Polar" in find(window, "projectBodyPreview").text()
    assert "Not on Mars, so not drawn in their place: “IAU_2015:30100”" in (
        find(window, "projectBodyNotes").text()
    )
    window.accept()
    assert project.crs().authid() == "IAU_2015:49930"


def test_search_narrows_the_list(dialog):
    window = dialog("Mars")
    find(window, "projectBodyFilter").setText("gany")
    assert rows(window) == ["Ganymede"]
    assert "Ganymede" in find(window, "projectBodyPreview").text()
    assert find(window, "projectBodyProjection").findData("IAU_2015:50310") > 0
    find(window, "projectBodyFilter").setText("no such body")
    assert rows(window) == []
    ok = window.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    assert ok.isEnabled()  # Ganymede is still chosen


@pytest.fixture
def readout(interface, toolbox, project):
    opened = []
    made = LongitudeReadout(lambda _iface, _toolbox, body: opened.append(body))
    made.install(interface, toolbox)
    made.opened = opened
    yield made
    made.remove()


def shown(interface):
    return find(interface.mainWindow(), "planetaryReadout")


def menu_of(button):
    button.menu().aboutToShow.emit()
    return {action.text(): action for action in button.menu().actions() if action.text()}


@pytest.mark.parametrize(
    ("code", "place", "texts"),
    [
        (
            "IAU_2015:49900",
            (-140.0, -4.5),
            ["140.00° W  4.50° S", "220.00° E  4.50° S", "140.00° W  4.50° S"],
        ),
        (
            "IAU_2015:50200",
            (10.0, 0.0),
            ["10.00° E  0.00° N", "10.00° E  0.00° N", "350.00° W  0.00° N"],
        ),
    ],
)
def test_places_are_shown_in_the_chosen_longitudes(
    readout, interface, project, toolbox, code, place, texts
):
    project.setCrs(QgsCoordinateReferenceSystem(code))
    toolbox.canvas.setDestinationCrs(project.crs())
    toolbox.canvas.resize(400, 400)
    toolbox.canvas.setExtent(QgsRectangle(0, 0, 10, 10))
    button = shown(interface)
    for text, action in zip(texts, list(menu_of(button).values())[:3]):
        action.trigger()
        toolbox.canvas.xyCoordinates.emit(QgsPointXY(*place))
        assert button.text() == text


def test_bodies_begin_with_what_their_maps_have(readout, interface, project, toolbox):
    button = shown(interface)
    for code, chosen in (("IAU_2015:50100", 2), ("IAU_2015:49900", 1), ("IAU_2015:30100", 0)):
        project.setCrs(QgsCoordinateReferenceSystem(code))
        styles = list(menu_of(button).values())[:3]
        assert [action.isChecked() for action in styles].index(True) == chosen


def test_projections_are_read_in_degrees_and_space_beside_the_body_is_none(
    readout, interface, project, toolbox
):
    project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49965"))
    toolbox.canvas.setDestinationCrs(project.crs())
    button = shown(interface)
    toolbox.canvas.xyCoordinates.emit(QgsPointXY(0, 0))
    assert button.text().startswith("0")
    toolbox.canvas.xyCoordinates.emit(QgsPointXY(9e6, 9e6))
    assert button.text() == "–"


def test_it_leads_from_the_earth_to_the_bodies_of_layers(readout, interface, project, layer_on):
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    button = shown(interface)
    assert button.isHidden()
    project.addMapLayer(layer_on("EPSG:4326"))
    project.addMapLayer(layer_on("IAU_2015:49900"))
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settle()
    assert not button.isHidden()
    assert button.text() == "Not on a body yet"
    menu_of(button)["Set Project to Mars…"].trigger()
    menu_of(button)["Set Project to a Body…"].trigger()
    assert readout.opened == ["Mars", ""]

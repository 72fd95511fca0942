"""Marks in the layer tree: they come, follow the layers, mend by a click, and go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gui_kit import delete_deferred, find, settle, wait_until
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.gui import QgsLayerTreeViewIndicator
from qgis.PyQt.QtWidgets import QDialog, QPushButton, QWidget

from planetary_qgis.gui.crs_marks import CrsMarks
from planetary_qgis.qgis_bridge.measuring import measures_right

IDLE_MS = 600


@pytest.fixture
def marks(interface, toolbox, project) -> Iterator[CrsMarks]:
    made = CrsMarks()
    made.install(interface, toolbox)
    yield made
    made.remove()
    delete_deferred()


def points(code: str, name: str, *places: tuple[float, float]) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"Point?crs={code}", name, "memory")
    for place in places or ((10.0, 20.0), (30.0, 40.0)):
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*place)))
        layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    return layer


def of_mars(project: QgsProject) -> None:
    project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    project.setEllipsoid("PARAMETER:3396190:3396190")


def marks_on(interface, layer: QgsMapLayer) -> list[QgsLayerTreeViewIndicator]:
    node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
    return interface.layerTreeView().indicators(node)


def test_a_wrong_layer_is_marked_and_a_right_one_not(marks, interface, project):
    of_mars(project)
    wrong, right = points("IAU_2015:49901", "west"), points("IAU_2015:49900", "right")
    project.addMapLayers([wrong, right])
    wait_until(lambda: marks_on(interface, wrong) != [])
    (mark,) = marks_on(interface, wrong)
    assert "Its longitudes count west." in mark.toolTip()
    assert marks_on(interface, right) == []


def test_the_mark_goes_when_the_crs_is_mended_by_hand(marks, interface, project):
    of_mars(project)
    layer = points("IAU_2015:30100", "maria")
    project.addMapLayer(layer)
    wait_until(lambda: marks_on(interface, layer) != [])
    layer.setCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    wait_until(lambda: marks_on(interface, layer) == [])


def test_marks_follow_the_projects_body(marks, interface, project):
    of_mars(project)
    layer = points("IAU_2015:49900", "plain")
    project.addMapLayer(layer)
    settle(IDLE_MS)
    assert marks_on(interface, layer) == []
    project.setCrs(QgsCoordinateReferenceSystem("IAU_2015:30100"))
    wait_until(lambda: marks_on(interface, layer) != [])


def test_a_moved_layer_keeps_its_mark(marks, interface, project):
    of_mars(project)
    layer = points("IAU_2015:49901", "west")
    project.addMapLayer(layer)
    wait_until(lambda: marks_on(interface, layer) != [])
    root = project.layerTreeRoot()
    group, node = root.addGroup("group"), root.findLayer(layer.id())
    group.addChildNode(node.clone())
    root.removeChildNode(node)
    settle()
    assert len(marks_on(interface, layer)) == 1


def test_a_click_shows_the_dialog_and_fix_mends(marks, interface, project):
    of_mars(project)
    layer = points("IAU_2015:49901", "west")
    project.addMapLayer(layer)
    wait_until(lambda: marks_on(interface, layer) != [])
    node = project.layerTreeRoot().findLayer(layer.id())
    marks_on(interface, layer)[0].clicked.emit(interface.layerTreeView().node2index(node))
    dialog = interface.mainWindow().findChild(QDialog, "planetaryCrsDialog")
    assert dialog.isVisible()
    dialog.findChildren(QPushButton, "crsFix")[0].click()
    assert layer.crs().description() == "Mars - west-positive and planetographic degrees"
    wait_until(lambda: marks_on(interface, layer) == [])
    wait_until(lambda: "Nothing is wrong." in texts(dialog))
    assert not find(dialog, "crsFixAll").isEnabled()


def test_fix_all_does_what_is_sure_and_no_more(marks, interface, project, tmp_path):
    of_mars(project)
    project.setEllipsoid("NONE")
    sure, unsure = points("IAU_2015:49901", "west"), points("EPSG:4326", "contacts")
    project.addMapLayers([sure, unsure])
    wait_until(lambda: marks_on(interface, unsure) != [])
    dialog = open_by_menu(interface)
    wait_until(lambda: find(dialog, "crsFixAll").isEnabled())
    find(dialog, "crsFixAll").click()
    assert sure.crs().authid() == ""
    assert unsure.crs().authid() == "EPSG:4326"
    assert measures_right(project.crs(), project.ellipsoid())
    (ask,) = [each for each in buttons(dialog) if each.text() == "Fix?"]
    assert "only if you know" in ask.toolTip()
    wait_until(lambda: marks_on(interface, sure) == [])
    assert marks_on(interface, unsure) != []


def test_repairs_are_kept_beside_files_when_asked(marks, interface, project, tmp_path, messages):
    from osgeo import gdal

    path = str(tmp_path / "mars.tif")
    dataset = gdal.GetDriverByName("GTiff").Create(path, 20, 10, 1)
    dataset.SetGeoTransform((10, 0.1, 0, 20, 0, -0.1))
    dataset.SetProjection(QgsCoordinateReferenceSystem("EPSG:4326").toWkt())
    del dataset
    of_mars(project)
    layer = QgsRasterLayer(path, "mars", "gdal")
    project.addMapLayer(layer)
    wait_until(lambda: marks_on(interface, layer) != [])
    dialog = open_by_menu(interface)
    find(dialog, "crsKeepBeside").setChecked(True)
    find(dialog, "crsFixAll").click()
    wait_until(lambda: Path(f"{path}.aux.xml").is_file())
    assert "kept in mars.tif.aux.xml" in messages()


def test_layers_that_leave_while_they_are_checked_break_nothing(marks, interface, project):
    of_mars(project)
    for _ in range(5):
        layer = points("+proj=eqc +R=3394000", "gone", (1e5, 1e5), (2e5, 2e5))
        project.addMapLayer(layer)
        settle(150)
        project.removeMapLayer(layer)
    project.clear()
    settle(IDLE_MS)


def test_a_project_read_anew_is_marked(marks, interface, project, tmp_path):
    of_mars(project)
    path = str(tmp_path / "project.qgz")
    wkt = QgsVectorLayer("Point?crs=IAU_2015:49901", "west", "memory")
    project.addMapLayer(wkt)
    assert project.write(path)
    project.clear()
    assert project.read(path)
    (layer,) = project.mapLayers().values()
    wait_until(lambda: marks_on(interface, layer) != [])


def test_what_did_not_change_is_not_looked_at_again(marks, interface, project, monkeypatch):
    from planetary_qgis.qgis_bridge.crs_doctor import checking

    looked_at = []
    before = checking.findings_of
    monkeypatch.setattr(
        checking,
        "findings_of",
        lambda facts, *a, **k: looked_at.append(facts.name) or before(facts, *a, **k),
    )
    of_mars(project)
    first, second = points("IAU_2015:49901", "first"), points("IAU_2015:49901", "second")
    project.addMapLayer(first)
    wait_until(lambda: marks_on(interface, first) != [])
    project.addMapLayer(second)
    wait_until(lambda: marks_on(interface, second) != [])
    assert marks_on(interface, first) != []
    assert looked_at == ["first", "second"]


def test_earth_alone_starts_no_task(marks, interface, project, monkeypatch):
    from planetary_qgis.gui import crs_doctor

    monkeypatch.setattr(crs_doctor, "run_in_task", lambda *_, **__: pytest.fail("a task"))
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    project.addMapLayer(points("EPSG:4326", "towns"))
    settle(IDLE_MS)


def test_removal_takes_every_mark_and_the_dialog_away(interface, toolbox, project):
    of_mars(project)
    layer = points("IAU_2015:49901", "west")
    project.addMapLayer(layer)
    fitting = CrsMarks()
    fitting.install(interface, toolbox)
    wait_until(lambda: marks_on(interface, layer) != [])
    open_by_menu(interface)
    fitting.remove()
    delete_deferred()
    assert marks_on(interface, layer) == []
    assert interface.mainWindow().findChild(QDialog, "planetaryCrsDialog") is None
    assert interface.layerTreeView().findChildren(QgsLayerTreeViewIndicator) == []
    project.addMapLayer(points("IAU_2015:49901", "later"))
    settle(IDLE_MS)


def open_by_menu(interface) -> QDialog:
    from qgis.PyQt.QtWidgets import QAction

    interface.mainWindow().findChild(QAction, "planetaryCheckCrsAction").trigger()
    return interface.mainWindow().findChild(QDialog, "planetaryCrsDialog")


def buttons(dialog: QWidget) -> list[QPushButton]:
    return [each for each in dialog.findChildren(QPushButton, "crsFix") if each.isVisible()]


def texts(dialog: QWidget) -> str:
    from qgis.PyQt.QtWidgets import QLabel

    return "\n".join(each.text() for each in dialog.findChildren(QLabel) if each.isVisible())

"""Which map the project holds, told when it comes, goes, or is another one."""

from __future__ import annotations

import pytest
from gui_kit import settle
from map_kit import map_session
from qgis.core import QgsProject

from planetary_qgis.gui.mapping.map_watcher import MapWatcher


@pytest.fixture
def told(toolbox):
    """What the watcher told of, in turn."""
    watcher = MapWatcher(toolbox, toolbox.reporter)
    seen = []
    watcher.session_changed.connect(lambda: seen.append(watcher.session))
    watcher.load()
    yield seen
    watcher.unload()


def test_a_map_is_told_of_once_when_it_comes_and_when_it_goes(told, project, tmp_path):
    session = map_session(project, tmp_path)
    settle(50)
    project.clear()
    settle(50)
    assert told == [session, None]


def test_a_project_that_is_read_is_told_of_with_all_its_layers(told, project, tmp_path):
    session = map_session(project, tmp_path)
    path = str(tmp_path / "map.qgz")
    project.write(path)
    project.clear()
    settle(50)
    told.clear()
    project.read(path)
    settle(50)
    assert told[-1].geopackage == session.geopackage
    assert told[-1].find_layer("geologic_units") is not None


def test_a_project_without_a_map_after_one_with_leaves_none(told, project, tmp_path):
    path = str(tmp_path / "empty.qgz")
    QgsProject().write(path)
    map_session(project, tmp_path)
    settle(50)
    project.read(path)
    settle(50)
    assert told[-1] is None
